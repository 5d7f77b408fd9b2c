"""Pieces of pages whose data comes from outside: imported profiles, health reports, campaigns' steps."""

import json
from html import unescape
from typing import Any

import pytest

from services.dashboard.api.provider import part_of, stages
from services.dashboard.api.tasks import with_profile
from services.dashboard.frame import environment
from services.dashboard.steps import chart_of, tables_of
from services.dashboard.words import ACTS, CHANNELS, DONE
from services.kpi.domain.status import STATES

TASK = {
    "outreach_id": "1",
    "due_on": "2026-03-02",
    "missed": False,
    "to_name": "<b>Eve</b>",
    "campaign": "Spring",
    "channel": "linkedin",
    "act": "invite",
    "text": "Hello <i>",
    "address": None,
}


def row(task: dict[str, Any], show: str = "open") -> str:
    shown = {"tasks": [with_profile(task)], "more": None, "show": show, "path": "/t", "acts": ACTS, "done": DONE, "channels": CHANNELS}
    return environment.get_template("tasks_rows.html").render(shown)


def numbers(channel: str, **reached: int) -> dict[str, dict[str, int]]:
    return {state: {"ever": reached.get(state, 0), "now": 0} for state in STATES[channel]}


KPIS = {
    "steps": [
        {"step_id": "a", "channel": "email", "act": "email", "states": numbers("email", sent=3, replied=1)},
        {"step_id": "b", "channel": "linkedin", "act": "invite", "states": numbers("linkedin", request_sent=2)},
    ],
    "totals": {"email": numbers("email", sent=3, replied=1), "linkedin": numbers("linkedin", request_sent=2, missed=1)},
}


def test_a_profile_on_the_web_becomes_a_link_that_tells_it_nothing_of_us() -> None:
    html = row(TASK | {"address": "https://www.linkedin.com/in/eve"})
    assert 'href="https://www.linkedin.com/in/eve" rel="noopener noreferrer"' in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "linkedin.com/in/eve", "", None])
def test_no_other_address_becomes_a_link(address: str | None) -> None:
    html = row(TASK | {"address": address})
    assert "<a " not in html
    assert "&lt;b&gt;Eve&lt;/b&gt;" in html
    assert "Hello &lt;i&gt;" in html


def test_a_task_has_the_button_that_fits() -> None:
    assert "LinkedIn request sent" in row(TASK)
    assert "Request accepted" in row(TASK, "done")
    assert "<button" not in row(TASK | {"act": "message"}, "done")
    assert "Missed" in row(TASK | {"missed": True})


def test_a_part_says_why_it_is_not_ready() -> None:
    stream = {"ready": False, "why": "Kafka is away", "partitions": [{"lag": 2}, {"lag": 3}], "parked": 1}
    database = {"ready": True, "why": None, "outbox": 7, "busy": 4}
    part = part_of("campaign", {"service": "campaign", "ready": False, "now": "2026-03-02", "database": database, "stream": stream})
    assert (part.ready, part.why) == (False, "stream: Kafka is away")
    assert (part.outbox, part.unread, part.due, part.parked) == (7, 5, 4, 1)


def test_what_the_pipeline_holds_stands_at_its_service_without_what_is_none() -> None:
    found = [
        {"kind": "contact", "state": "approved", "number": 1200},
        {"kind": "contact", "state": "proposed", "number": 0},
        {"kind": "outreach", "state": "in_doubt", "number": 1},
    ]
    assert stages(found) == {"publish": [("contacts", "1,200 approved")], "sender": [("outreach", "1 in doubt")]}


def test_a_channels_table_has_its_steps_their_total_and_the_states_that_matter() -> None:
    email, linkedin = tables_of(KPIS, {"a": "1. E-mail"})
    assert [each.name for each in email.rows] == ["1. E-mail", "All steps"]
    assert "Opened by a machine" not in email.states
    assert "Missed" in linkedin.states
    sent = email.states.index("Sent")
    assert [each.cells[sent].ever for each in email.rows] == [3, 3]
    assert linkedin.rows[0].name == "b"


def test_a_chart_has_a_bar_for_what_anybody_reached() -> None:
    chart = chart_of(KPIS)
    assert chart["steps"] == ["1. E-mail", "2. LinkedIn"]
    assert {one["name"]: one["data"] for one in chart["series"]} == {"Sent": [3, 0], "Request sent": [0, 2], "Replied": [1, 0]}


def test_a_chart_in_a_page_cannot_end_its_attribute() -> None:
    html = environment.from_string("<div data-chart='{{ chart | tojson }}'>").render(chart={"steps": ["'><script>"]})
    assert "'><script>" not in html
    assert json.loads(unescape(html.split("'")[1])) == {"steps": ["'><script>"]}
