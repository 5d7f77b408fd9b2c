"""What the demo prints at its end: the KPIs, each held against what its people did and against a count from the topics."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from cli.client import Client
from cli.demo.answering import Crowd
from cli.demo.people import Habit
from cli.demo.world import World
from services.kit.cli import notes, out, show


def tell(crowd: Crowd, seconds: dict[str, float]) -> int:
    """Print it all; returns how many figures are off."""
    api, world = crowd.api, crowd.world
    leads = api.get(world.path("kpi", "leads/kpis"))["kpis"]
    rows = [{"Leads KPI": name, "number": one["value"], "since Monday": one["change"]} for name, one in leads.items()]
    show(rows, as_json=False, title="Leads")
    campaigns = {each.name: api.get(world.path("kpi", f"campaigns/{each.campaign_id}/kpis")) for each in crowd.campaigns}
    show(side_by_side(campaigns), as_json=False, title="Campaigns")
    off = compared(expected(crowd), seen(campaigns.values()))
    off += lists_match(api, world, leads)
    notes.print("Counting everything again from the topics …")
    off += subprocess.run([sys.executable, "-m", "services.kpi", "verify"], check=False).returncode != 0
    stages(seconds)
    return off


def side_by_side(campaigns: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    names = next(iter(campaigns.values()))["kpis"]
    return [{"Campaign KPI": kpi} | {name: one["kpis"][kpi]["value"] for name, one in campaigns.items()} for kpi in names]


def expected(crowd: Crowd) -> dict[str, int]:
    """By what the demo's people did, whatever the system says."""
    return {
        "recipients": sum(campaign.enrolled for campaign in crowd.campaigns),
        "replied": crowd.did[Habit.REPLIES],
        "rsvp": crowd.did[Habit.BOOKS],
        "opened": crowd.did["opened"],
        "bounced": crowd.did[Habit.BOUNCES],
        "unsubscribed": crowd.did[Habit.UNSUBSCRIBES],
        "request sent": crowd.did["request sent"],
        "connected": crowd.did["connected"],
    }


def seen(campaigns: Iterable[dict[str, Any]]) -> Counter[str]:
    """The same by the Campaign KPI, over all campaigns."""
    found: Counter[str] = Counter()
    for campaign in campaigns:
        tiles, email, linkedin = campaign["kpis"], campaign["totals"]["email"], campaign["totals"]["linkedin"]
        found.update(
            {
                "recipients": tiles["recipients"]["value"],
                "replied": tiles["replied"]["value"],
                "rsvp": tiles["rsvp"]["value"],
                "opened": email["opened"]["ever"],
                "bounced": email["bounced"]["ever"],
                "unsubscribed": email["unsubscribed"]["ever"],
                "request sent": linkedin["request_sent"]["ever"],
                "connected": linkedin["connected"]["ever"],
            }
        )
    return found


def compared(wanted: Mapping[str, int], found: Mapping[str, int]) -> int:
    rows = [
        {"figure": name, "people did": count, "the KPI says": found[name], "": "ok" if found[name] == count else "OFF"}
        for name, count in wanted.items()
    ]
    show(rows, as_json=False, title="What people did, and what the KPIs say")
    return sum(found[name] != count for name, count in wanted.items())


def lists_match(api: Client, world: World, leads: dict[str, Any]) -> int:
    """A KPI's number is the length of its list."""
    off = 0
    for name, one in leads.items():
        length = sum(1 for _ in api.every(world.path("kpi", "leads"), kpi=name))
        if length != one["value"]:
            off += 1
            out.print(f"[red]OFF[/] {name} is {one['value']}, and its list has {length}")
    return off


def stages(seconds: dict[str, float]) -> None:
    slowest = max(seconds, key=lambda name: seconds[name])
    notes.print(f"Slowest stage: {slowest}, {seconds[slowest]:.1f} s of {sum(seconds.values()):.1f} s.")
