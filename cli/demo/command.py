"""`smartleads demo`."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import stack
from cli.client import Client
from cli.demo import campaigning, feeding, report
from cli.demo.answering import Crowd
from cli.demo.mail import MailWorld
from cli.demo.world import PASSWORD, make_world
from cli.quiet import Quiet
from deploy.local import commands as local
from deploy.local.environment import OPERATOR_EMAIL, OPERATOR_PASSWORD
from deploy.local.settings import PROJECT
from services.kit.cli import notes, out, progress, telling
from services.kit.clock import SteppedClock, clock_of
from services.kit.errors import Rejected
from services.kit.settings import Settings

SAMPLE = PROJECT / "sample-data"
Data = Annotated[Path, typer.Option("--data", help="A folder of CSV files of your own; columns are mapped by what is in them.")]


@dataclass
class Stopwatch:
    """Seconds by stage, in the order in which they were."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        with notes.status(f"{name} …"):
            yield
        self.seconds[name] = time.perf_counter() - started
        notes.print(f"[green]✓[/] {name} [dim]{self.seconds[name]:.1f} s[/]")


def demo(data: Data = SAMPLE) -> None:
    """Run the whole system on sample data, check its figures, and leave it up."""
    local.up([])
    with telling():
        settings = stack.settings()
        watch = Stopwatch()
        with Client(settings.gateway_url, stack.api_key()) as api, Quiet(settings) as quiet:
            crowd = run(api, settings, quiet, data, watch)
            failures = report.tell(crowd, watch.seconds)
        keep(settings, crowd, watch, failures)
        say_where(settings, crowd)
        if failures:
            raise Rejected(f"{failures} figures are off: see above")


def run(api: Client, settings: Settings, quiet: Quiet, data: Path, watch: Stopwatch) -> Crowd:
    files = feeding.tables_in(data)
    clock = stopped_clock(settings)
    mail = mail_world()
    with progress() as bars:
        tasks = {file.name: bars.add_task(f"Import {file.name}", total=100) for file in files}
        started = time.perf_counter()
        imports = feeding.import_all(api, files, lambda name, now: bars.update(tasks[name], completed=int(100 * now["progress"])))
        watch.seconds["Import"] = time.perf_counter() - started
    notes.print(summary(imports))
    with watch.stage("Merge into people and companies"):
        quiet.wait()
    world = make_world(api)
    with watch.stage("Hold against two market segments"):
        quiet.wait()
        feeding.define_segments(api, world)
        quiet.wait()
    with watch.stage("Publish and review"):
        counts = feeding.publish_and_review(api, world)
        quiet.wait()
    notes.print(f"  {', '.join(f'{count} {state}' for state, count in counts.items() if count)}")
    with watch.stage("Register the senders"):
        campaigning.register_senders(api, world, mail)
        quiet.wait()
    crowd = Crowd(api, world, mail)
    live(quiet, clock, crowd, watch)
    return crowd


def live(quiet: Quiet, clock: SteppedClock, crowd: Crowd, watch: Stopwatch) -> None:
    """Several weeks, stop by stop; each campaign starts in its week."""
    waiting = list(campaigning.CAMPAIGNS)
    stops = campaigning.stops(clock())
    started = time.perf_counter()
    with progress() as bars:
        task = bars.add_task("Weeks of the campaigns", total=len(stops))
        for stop in stops:
            clock.step_to(stop.at)
            while waiting and waiting[0][1] <= stop.week:
                name, _, most = waiting.pop(0)
                crowd.join(campaigning.start_campaign(crowd.api, crowd.world, name, most, crowd.addresses))
            quiet.wait()
            crowd.act(stop.at)
            quiet.wait()
            bars.update(task, advance=1, description=f"Campaigns, {stop.at:%a %d %b, %H:%M}")
    watch.seconds["Weeks of the campaigns"] = time.perf_counter() - started


def stopped_clock(settings: Settings) -> SteppedClock:
    """From now on time passes only as the demo says; a later demo goes on from where this one ends."""
    if settings.clock_file is None:
        raise Rejected("The demo steps the clock, and this system runs on real time: run it on a local stack (`smartleads up`).")
    clock, now = SteppedClock(settings.clock_file), clock_of(settings)()
    clock.step_to(now)
    return clock


def mail_world() -> MailWorld:
    def where(name: str) -> tuple[str, int]:
        return os.environ[f"SMARTLEADS_{name}_HOST"], int(os.environ[f"SMARTLEADS_{name}_PORT"])

    return MailWorld(*where("SMTP"), *where("IMAP"))


def summary(imports: list[dict[str, Any]]) -> str:
    totals = {name: sum(one[name] for one in imports) for name in ("rows", "accepted", "unchanged", "rejected")}
    return "  {rows} rows: {accepted} accepted, {unchanged} unchanged, {rejected} rejected with a reason".format(**totals)


def keep(settings: Settings, crowd: Crowd, watch: Stopwatch, failures: int) -> None:
    """For programs: what the last demo made, and how long it took."""
    made = {
        "workspace_id": crowd.world.workspace_id,
        "campaign_ids": [campaign.campaign_id for campaign in crowd.campaigns],
        "manager": {"email": crowd.world.manager_email, "password": PASSWORD},
        "seconds": {name: round(seconds, 1) for name, seconds in watch.seconds.items()},
        "people_did": dict(crowd.did),
        "figures_off": failures,
    }
    (settings.home / "demo.json").write_text(json.dumps(made, indent=2) + "\n")


def say_where(settings: Settings, crowd: Crowd) -> None:
    base = f"{settings.gateway_url}/workspaces/{crowd.world.workspace_id}"
    out.print("\nThe system is up. Look at it:")
    for name, url in (
        ("Leads", f"{base}/leads"),
        ("Campaign", f"{base}/campaigns/{crowd.campaigns[-1].campaign_id}"),
        ("Provider", f"{settings.gateway_url}/provider"),
        ("Duplicates", f"{settings.gateway_url}/provider/review"),
    ):
        out.print(f"  {name:<10} {url}", soft_wrap=True)
    out.print(f"  Sign in as the manager: {crowd.world.manager_email} / {PASSWORD}")
    out.print(f"          the Provider: {os.environ[OPERATOR_EMAIL]} / {os.environ[OPERATOR_PASSWORD]}")
    out.print(f"The clock stands at {clock_of(settings)():%a %d %b %Y}; `smartleads clock step` lets time pass. `make down` stops all.")
