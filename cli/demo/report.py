"""What the demo prints at its end: the KPIs, each held against what its people did and against a count from the topics."""

import subprocess
import sys
from typing import Any

from cli.client import Client
from cli.demo.answering import Crowd
from cli.demo.campaigning import Running
from cli.demo.people import Habit
from cli.demo.world import World
from services.kit.cli import notes, out, show


def tell(api: Client, world: World, running: Running, crowd: Crowd, seconds: dict[str, float]) -> int:
    """Print it all; returns how many figures are off."""
    leads = api.get(world.path("kpi", "leads/kpis"))["kpis"]
    campaign = api.get(world.path("kpi", f"campaigns/{running.campaign_id}/kpis"))
    rows = [{"Leads KPI": name, "number": one["value"], "since Monday": one["change"]} for name, one in leads.items()]
    show(rows, as_json=False, title="Leads")
    tiles = campaign["kpis"]
    show([{"Campaign KPI": name, "number": one["value"]} for name, one in tiles.items()], as_json=False, title="Campaign")
    off = compared(expected(running, crowd), seen(tiles, campaign))
    off += lists_match(api, world, leads)
    notes.print("Counting everything again from the topics …")
    off += subprocess.run([sys.executable, "-m", "services.kpi", "verify"], check=False).returncode != 0
    stages(seconds)
    return off


def expected(running: Running, crowd: Crowd) -> dict[str, int]:
    """By what the demo's people did, whatever the system says."""
    return {
        "recipients": running.enrolled,
        "replied": crowd.did[Habit.REPLIES],
        "rsvp": crowd.did[Habit.BOOKS],
        "bounced": crowd.did[Habit.BOUNCES],
        "unsubscribed": crowd.did[Habit.UNSUBSCRIBES],
        "request sent": crowd.did["request sent"],
        "connected": crowd.did["connected"],
    }


def seen(tiles: dict[str, Any], campaign: dict[str, Any]) -> dict[str, int]:
    email, linkedin = campaign["totals"]["email"], campaign["totals"]["linkedin"]
    return {
        "recipients": tiles["recipients"]["value"],
        "replied": tiles["replied"]["value"],
        "rsvp": tiles["rsvp"]["value"],
        "bounced": email["bounced"]["ever"],
        "unsubscribed": email["unsubscribed"]["ever"],
        "request sent": linkedin["request_sent"]["ever"],
        "connected": linkedin["connected"]["ever"],
    }


def compared(wanted: dict[str, int], found: dict[str, int]) -> int:
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
