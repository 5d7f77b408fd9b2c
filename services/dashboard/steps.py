"""A campaign's steps as the page shows them: a table for each channel, and the chart of states ever reached."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.dashboard.words import ALWAYS, CHANNELS, STATES

CHARTED = ("sent", "request_sent", "message_sent", "opened", "clicked", "connected", "replied", "rsvp")
"""What the chart has a bar for, as far as anybody reached it; the tables have the rest."""


class Cell(NamedTuple):
    """Distinct recipients who ever reached a state, and who are there now. `kpi` names the state in links, without when."""

    kpi: str
    ever: int
    now: int


class Row(NamedTuple):
    step: str | None
    """None: all steps of the channel together."""
    name: str
    cells: Sequence[Cell]


class Table(NamedTuple):
    channel: str
    states: Sequence[str]
    rows: Sequence[Row]


def tables_of(kpis: Mapping[str, Any], names: Mapping[str, str]) -> list[Table]:
    """`names`: step id → what it is called. One table for each channel that the sequence uses."""
    channels = list(dict.fromkeys(step["channel"] for step in kpis["steps"]))
    return [table(channel, kpis, names) for channel in channels]


def table(channel: str, kpis: Mapping[str, Any], names: Mapping[str, str]) -> Table:
    steps = [step for step in kpis["steps"] if step["channel"] == channel]
    total = kpis["totals"][channel]
    states = [state for state in STATES if state in total and (state in ALWAYS[channel] or total[state]["ever"])]
    rows = [Row(step["step_id"], names.get(step["step_id"], step["step_id"]), cells(channel, step["states"], states)) for step in steps]
    return Table(CHANNELS[channel], [STATES[state] for state in states], [*rows, Row(None, "All steps", cells(channel, total, states))])


def cells(channel: str, numbers: Mapping[str, Mapping[str, int]], states: Sequence[str]) -> list[Cell]:
    return [Cell(f"{channel}.{state}", numbers[state]["ever"], numbers[state]["now"]) for state in states]


def chart_of(kpis: Mapping[str, Any]) -> dict[str, Any]:
    """{"steps": names, "series": [{"name": state, "data": numbers by step}]}, as pages.js draws it."""
    steps = kpis["steps"]
    labels = [f"{number}. {CHANNELS[step['channel']]}" for number, step in enumerate(steps, 1)]
    series = [{"name": STATES[state], "data": [ever(step, state) for step in steps]} for state in CHARTED]
    return {"steps": labels, "series": [one for one in series if any(one["data"])]}


def ever(step: Mapping[str, Any], state: str) -> int:
    return int(step["states"][state]["ever"]) if state in step["states"] else 0
