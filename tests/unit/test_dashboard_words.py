"""The pages have a word for every KPI, state, channel and act that there is."""

from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError

from schemas.campaign import Act
from schemas.details import Channel
from schemas.topics import SERVICES
from services.dashboard import words
from services.dashboard.frame import day, environment, local_time, sentence, signed
from services.kpi.domain import pipeline, status
from services.kpi.domain.days import Period


def test_every_kpi_has_a_name_in_the_order_in_which_kpi_has_them() -> None:
    assert tuple(words.LEADS) == status.LEADS
    assert tuple(words.CAMPAIGN) == status.CAMPAIGN
    assert tuple(words.STANDINGS) == status.STANDINGS


def test_every_state_of_every_channel_has_a_name() -> None:
    assert set(words.STATES) == {state for states in status.STATES.values() for state in states}
    assert all(set(words.ALWAYS[channel]) <= set(states) for channel, states in status.STATES.items())


def test_every_channel_act_and_period_has_a_name() -> None:
    assert set(words.CHANNELS) == set(map(str, Channel))
    assert set(words.ACTS) == set(map(str, Act))
    assert set(words.DONE) == set(words.ACTS) - {"email"}
    assert set(words.PERIODS) == set(map(str, Period))


def test_every_thing_of_the_pipeline_has_a_holder() -> None:
    holders = {service for service, _ in words.HOLDS.values()}
    assert holders <= set(SERVICES)
    kinds = {"workspace", "source", "import", "person", "company", "segment", "list", "suppression", "sender", "outreach"}
    assert kinds | {"contact"} <= set(words.HOLDS)
    assert len(pipeline.NEWS) > len(kinds)


@pytest.mark.parametrize(
    ("kpi", "step", "said"),
    [
        ("replied", None, "Replied"),
        ("off_track", None, "Off track"),
        ("scheduled@2026-03-05", None, "Scheduled for 2026-03-05"),
        ("email.in_doubt.now", None, "E-mail, In doubt: is there now"),
        ("linkedin.request_sent.ever", "2. LinkedIn", "LinkedIn, Request sent: ever reached, at 2. LinkedIn"),
    ],
)
def test_a_number_of_a_campaign_is_named(kpi: str, step: str | None, said: str) -> None:
    assert words.kpi_name(kpi, step) == said


def test_a_step_is_named_by_its_place_and_act() -> None:
    assert words.step_name(1, {"act": "email", "channel": "email"}) == "1. E-mail"
    assert words.step_name(2, {"act": "invite", "channel": "linkedin"}) == "2. LinkedIn: connection request"


def test_times_are_those_of_the_workspace() -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC).isoformat()
    assert local_time(at, "Europe/Berlin") == "Mon 02 Mar 2026, 00:30"
    assert local_time(None, "Europe/Berlin") == ""
    assert day("2026-03-02") == "Mon 02 Mar"


def test_changes_have_a_sign() -> None:
    assert [signed(number) for number in (3, -2, 0)] == ["+3", "\N{MINUS SIGN}2", "±0"]


def test_a_reason_becomes_a_sentence() -> None:
    assert sentence("there is no such page") == "There is no such page."
    assert sentence("Stop!") == "Stop!"


def test_a_template_that_lacks_a_value_fails_instead_of_showing_a_gap() -> None:
    with pytest.raises(UndefinedError):
        environment.get_template("problem.html").render(title="x")
