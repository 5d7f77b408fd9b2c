"""Files of activities: how their columns are recognised, and what each row says."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from schemas.fields import ActivityField
from schemas.ingest import ActivityKind
from services.ingest.domain.activities import ActivityDraft
from services.ingest.domain.activity_rows import faults_of_activities, is_of_activities, seconds_of, with_activities
from services.ingest.domain.dates import DayOrder
from services.ingest.domain.mapping import faults_of, propose
from services.ingest.domain.reading import Seen, Table, reader_of, shower_of
from services.ingest.domain.records import Draft, Refusal

HERE, ANN = uuid4(), UUID(int=1)
COLUMNS = ("No", "Kind", "When", "What", "Secs", "Contact", "Mail", "Profile")
MAPPING = dict(
    zip(COLUMNS, ("row_id", "activity", "activity_at", "activity_what", "activity_seconds", "contact_id", "email", "linkedin"), strict=True)
)


def digest(by: str, value: str) -> str:
    return f"digest of {by} {value}"


def read(*cells: str, source: str = "portal") -> Draft | ActivityDraft | Refusal:
    return reader_of(Table(COLUMNS, MAPPING, DayOrder.DAY, "Europe/Berlin"), HERE, source, digest)(cells)


def row(
    number: str = "", kind: str = "download", when: str = "2026-03-01 10:00", what: str = "", seconds: str = "", who: str = str(ANN)
) -> ActivityDraft:
    made = read(number, kind, when, what, seconds, who, "", "")
    assert isinstance(made, ActivityDraft)
    return made


def test_a_row_says_who_did_what_when_and_for_how_long() -> None:
    made = row(kind="Browsing time", what="tiles", seconds="1:35")
    assert (made.who, made.deed.kind, made.deed.what, made.deed.seconds) == (ANN, ActivityKind.BROWSING, "tiles", 95)
    assert made.deed.at == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_an_address_is_not_kept_but_its_digest_is() -> None:
    by_mail, by_profile = (
        read("", "form", "1.3.2026", "", "", "", " Ann@Acme.com", "x"),
        read("", "form", "1.3.2026", "", "", "", "", "/in/Ann-Lee/"),
    )
    assert isinstance(by_mail, ActivityDraft)
    assert isinstance(by_profile, ActivityDraft)
    assert (by_mail.who, by_profile.who) == ("digest of email ann@acme.com", "digest of linkedin ann-lee")


def test_an_activity_is_known_by_its_rows_id_else_by_what_it_says() -> None:
    assert row("7").activity_id == row("7", what="other").activity_id != row("8").activity_id
    assert row().activity_id == row(when="2026-03-01T09:00Z").activity_id
    assert (
        len(
            {
                each.activity_id
                for each in (row(), row(what="a"), row(seconds="1"), row(kind="form"), row(when="2026-03-02"), row(who=str(uuid4())))
            }
        )
        == 6
    )
    other = read("7", "download", "2026-03-01 10:00", "", "", str(ANN), "", "", source="another")
    assert isinstance(other, ActivityDraft)
    assert other.activity_id != row("7").activity_id


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (("", "", "", "", "", "", "", ""), "blank"),
        (("1", "form"), "2 cells where the header has 8"),
        (("", "dancing", "2026-03-01", "", "", str(ANN), "", ""), "kind of activity is none"),
        (("", "", "2026-03-01", "", "", str(ANN), "", ""), "kind of activity is none"),
        (("", "form", "tomorrow", "", "", str(ANN), "", ""), "cannot be read"),
        (("", "form", "", "", "", str(ANN), "", ""), "cannot be read"),
        (("", "form", "2026-03-01", "", "long", str(ANN), "", ""), "how long it took"),
        (("", "form", "2026-03-01", "x" * 2001, "", str(ANN), "", ""), "2,000 characters"),
        (("", "form", "2026-03-01", "a\0b", "", str(ANN), "", ""), "NUL"),
        (("", "form", "2026-03-01", "", "", "", "", ""), "who it was"),
        (("", "form", "2026-03-01", "", "", "4711", "ann@acme.com", ""), "contact's id is none"),
        (("", "form", "2026-03-01", "", "", "", "ann", ""), "e-mail address is none"),
        (("", "form", "2026-03-01", "", "", "", "", "https://acme.com"), "LinkedIn profile is none"),
    ],
)
def test_a_row_that_says_no_activity_is_refused_with_the_reason(cells: tuple[str, ...], why: str) -> None:
    made = read(*cells)
    assert isinstance(made, Refusal)
    assert why in made.reason
    assert "acme" not in made.reason


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("95", 95),
        ("95.7", 95),
        ("95 s", 95),
        ("1:35", 95),
        ("0:01:35", 95),
        ("2:00:00", 7200),
        ("", None),
        ("-5", None),
        ("1:5", None),
        ("soon", None),
    ],
)
def test_durations_are_read_as_they_are_written(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds


def test_a_file_whose_columns_hold_kinds_is_proposed_as_one_of_activities() -> None:
    columns = ["Id", "E-Mail", "Event", "Date", "Page", "Duration", "Comment"]
    rows = [
        [str(n), f"ann{n}@acme.com", kind, "2026-03-01", "/tiles", "10", "x"] for n, kind in enumerate(["Page view", "download", "Form"])
    ]
    proposed = with_activities(propose(columns, rows), rows)
    assert proposed == {
        "Id": "row_id", "E-Mail": "email", "Event": "activity", "Date": "activity_at",
        "Page": "activity_what", "Duration": "activity_seconds",
    }  # fmt: skip
    assert is_of_activities(proposed)
    assert faults_of(proposed, columns) == []


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        (["Id", "Name", "E-Mail", "Event"], ["1", "Ann Lee", "ann@acme.com", "Trade fair"]),
        (["Id", "Name", "E-Mail", "Event"], ["1", "Ann Lee", "ann@acme.com", "download"]),
        (["Event", "Date"], ["download", "2026-03-01"]),
        (["Id", "Name", "E-Mail", "Function"], ["1", "Ann Lee", "ann@acme.com", "download"]),
    ],
    ids=["no kinds", "no time", "nobody", "another name"],
)
def test_a_file_of_records_stays_one(columns: list[str], cells: list[str]) -> None:
    assert with_activities(propose(columns, [cells]), [cells]) == propose(columns, [cells])


def test_a_contact_id_of_another_system_names_nobody_here() -> None:
    columns = ["Contact id", "E-Mail", "Event", "Date"]
    theirs, ours = ([[who, "ann@acme.com", "download", "2026-03-01"]] for who in ("4711", str(ANN)))
    assert with_activities(propose(columns, theirs), theirs)["Contact id"] == "row_id"
    assert with_activities(propose(columns, ours), ours)["Contact id"] == ActivityField.CONTACT_ID


@pytest.mark.parametrize(
    ("mapping", "faults"),
    [
        ({"a": "email"}, 0),
        ({"a": "activity", "b": "activity_at", "c": "email"}, 0),
        ({"a": "activity", "c": "linkedin"}, 1),
        ({"b": "activity_at", "c": "contact_id"}, 1),
        ({"a": "activity", "b": "activity_at"}, 1),
        ({"a": "activity_seconds"}, 3),
    ],
)
def test_a_mapping_of_activities_needs_kind_time_and_who(mapping: dict[str, str], faults: int) -> None:
    assert len(faults_of_activities(mapping)) == faults


def test_a_row_is_shown_as_it_would_be_taken() -> None:
    show = shower_of(Table(COLUMNS, MAPPING, DayOrder.DAY, "UTC"))
    assert show(["1", "form", "2026-03-01", "Contact us", "", "", "ann@acme.com", ""]) == Seen({
        "activity": "form", "activity_at": "2026-03-01T00:00:00+00:00", "activity_what": "Contact us", "who": "ann@acme.com",
    })  # fmt: skip
    assert isinstance(show(["1"]), Refusal)
