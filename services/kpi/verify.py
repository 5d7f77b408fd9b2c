"""`python -m services.kpi verify`: is every number, on every day, and every list, what an independent recount of the topics says?"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from services.kit.database import Database
from services.kit.errors import Unavailable
from services.kit.settings import Settings
from services.kpi.domain.recount.count import LEADS, Number, Recount, recount
from services.kpi.reading import raws
from services.kpi.store.live import Live, live

MOST_SHOWN = 50


@dataclass(frozen=True)
class Difference:
    what: str
    """`number`, `recipient`, `contact` or `tally`."""
    where: str
    live: Any
    recounted: Any


@dataclass(frozen=True)
class Verdict:
    events: int
    """That were recounted."""
    parked: int
    """That no figure has in it."""
    compared: dict[str, int]
    """How many numbers by day, lists and tallies were held against one another."""
    figures: list[dict[str, Any]]
    """The totals, as people look at them: workspace, campaign (None: the Leads KPIs), kpi, live, recounted."""
    differences: list[Difference]

    @property
    def same(self) -> bool:
        return not self.differences


def verify(settings: Settings) -> Verdict:
    """Reads all of kpi's topics from the beginning up to where kpi stands. Changes nothing. May run beside the service."""
    database = Database(settings, "kpi")
    try:
        with database.transaction() as connection:
            now = live(connection, "kpi")
    finally:
        database.close()
    heard = list(raws(settings, now.positions, now.parked))
    truth = recount(heard)
    return Verdict(len(heard), len(now.parked), compared(now, truth), list(totals(now, truth)), list(differences(now, truth)))


def compared(now: Live, truth: Recount) -> dict[str, int]:
    return {
        "numbers": len(now.numbers.keys() | truth.numbers.keys()),
        "recipients": len(listed(now.recipients).keys() | listed(truth.recipients).keys()),
        "contacts": len(listed(now.contacts).keys() | listed(truth.contacts).keys()),
        "tallies": len(now.tallies.keys() | truth.tallies.keys()),
    }


def differences(now: Live, truth: Recount) -> Iterator[Difference]:
    yield from differing("number", now.numbers, truth.numbers, 0)
    yield from differing("recipient", listed(now.recipients), listed(truth.recipients), [])
    yield from differing("contact", listed(now.contacts), listed(truth.contacts), [])
    yield from differing("tally", now.tallies, truth.tallies, 0)


def differing(what: str, one: Mapping[Any, Any], other: Mapping[Any, Any], nothing: Any) -> Iterator[Difference]:
    for key in sorted(one.keys() | other.keys()):
        ours, theirs = one.get(key, nothing), other.get(key, nothing)
        if ours != theirs:
            yield Difference(what, key if isinstance(key, str) else " ".join(filter(None, key)), ours, theirs)


def listed(names: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    return {key: sorted(found) for key, found in names.items() if found}


def totals(now: Live, truth: Recount) -> Iterator[dict[str, Any]]:
    """Each number of a workspace or campaign, without steps, states and days."""
    ours, theirs = summed(now.numbers), summed(truth.numbers)
    for key in sorted(ours.keys() | theirs.keys()):
        workspace_id, campaign_id, kpi = key
        campaign = None if campaign_id == LEADS else campaign_id
        yield {"workspace": workspace_id, "campaign": campaign, "kpi": kpi, "live": ours[key], "recounted": theirs[key]}


def summed(numbers: Mapping[Number, int]) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for number, by in numbers.items():
        if not number.step_id and "." not in number.kpi and "@" not in number.kpi:
            found[number.workspace_id, number.campaign_id, number.kpi] += by
    return found


def run(settings: Settings, *, as_json: bool) -> int:
    """0: all the same. 1: something differs. 2: it could not be found out."""
    try:
        verdict = verify(settings)
    except Unavailable as error:
        sys.stderr.write(f"the numbers could not be verified: {error.reason}\n")
        return 2
    if as_json:
        sys.stdout.write(json.dumps({"same": verdict.same, **asdict(verdict)}, indent=2) + "\n")
    else:
        show(verdict, Console())
    return 0 if verdict.same else 1


def show(verdict: Verdict, console: Console) -> None:
    table = Table("Workspace", "Campaign", "KPI", "Live", "Recounted", title="Live numbers and an independent recount")
    for figure in verdict.figures:
        mark = "green" if figure["live"] == figure["recounted"] else "red"
        shown = (str(figure[name] or "") for name in ("workspace", "campaign", "kpi"))
        table.add_row(*shown, f"[{mark}]{figure['live']}", f"[{mark}]{figure['recounted']}")
    console.print(table)
    for each in verdict.differences[:MOST_SHOWN]:
        console.print(f"[red]{each.what} {each.where}[/]: live {each.live}, recounted {each.recounted}")
    if len(verdict.differences) > MOST_SHOWN:
        console.print(f"… and {len(verdict.differences) - MOST_SHOWN} more differences")
    counts = ", ".join(f"{number} {what}" for what, number in verdict.compared.items())
    parked = f"; {verdict.parked} parked events are in neither" if verdict.parked else ""
    outcome = "all the same" if verdict.same else f"{len(verdict.differences)} differ"
    console.print(f"{verdict.events} events recounted; {counts} compared: {outcome}{parked}")
