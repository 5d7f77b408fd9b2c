"""The demo's people: always the same, and their answers are what the sender takes them for."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from cli.demo.campaigning import CAMPAIGNS, WEEKS, stops
from cli.demo.mail import MailWorld, booking, bounce, out_of_office, reply
from cli.demo.people import SHARES, Habit, person_at
from services.sender.domain.classify import Meaning, classify

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def sent() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Jonas Weber <jonas@nordlicht.example>", "Ann Lee <ann@example.org>"
    message["Subject"], message["Message-ID"] = "Leads", "<1@nordlicht.example>"
    message.set_content("Dear Ann")
    return message


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (lambda mail: reply(mail, NOW, "Tell me more."), Meaning.REPLY),
        (lambda mail: out_of_office(mail, NOW, NOW + timedelta(days=6)), Meaning.OUT_OF_OFFICE),
        (lambda mail: bounce(mail, NOW), Meaning.BOUNCE),
        (lambda mail: booking(mail, NOW, NOW + timedelta(days=3)), Meaning.MEETING),
    ],
)
def test_an_answer_means_what_it_should(answer: Callable[[EmailMessage], EmailMessage], meaning: Meaning) -> None:
    incoming = classify(answer(sent()).as_bytes(), NOW)
    assert incoming.meaning is meaning
    assert "<1@nordlicht.example>" in incoming.refers_to
    if meaning is Meaning.OUT_OF_OFFICE:
        assert incoming.until is not None
        assert incoming.until.date() == (NOW + timedelta(days=6)).date()


def test_habits_are_shared_out_as_said_and_never_change() -> None:
    people = [person_at(f"p{number}@example.org") for number in range(5000)]
    assert people == [person_at(person.address.upper().lower()) for person in people]
    counted = Counter(person.habit for person in people)
    for habit, share in SHARES:
        assert abs(100 * counted[habit] / len(people) - share) < 2, habit
    assert {person.at_email for person in people if person.habit is Habit.BOUNCES} == {1}


def test_the_demo_looks_around_on_working_days_and_ends_in_the_middle_of_its_last_week() -> None:
    found = stops(NOW)
    assert [stop.at for stop in found] == sorted(stop.at for stop in found)
    assert {stop.at.weekday() for stop in found} == {0, 1, 2, 3, 4}
    assert found[0].at > NOW
    assert (found[-1].week, found[-1].at.weekday(), found[-1].at.hour) == (WEEKS - 1, 2, 13)
    assert all(week <= found[-1].week for _, week, _ in CAMPAIGNS)


def test_the_demo_never_writes_to_another_machine() -> None:
    with pytest.raises(ValueError, match="only to this machine"):
        MailWorld("mail.example.org", 25, "127.0.0.1", 143)
