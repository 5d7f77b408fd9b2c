"""Activities on real engines: told once each, of the contact that has the address, whichever of the two comes first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.body import Body
from schemas.details import PersonDetails
from schemas.ingest import ActivityKind
from schemas.publish import ContactMergedAway, ContactProposed, ContactRevised, ContactWithdrawn
from services.ingest.activities import when_contacts_change_know_their_addresses
from services.ingest.store import addresses
from services.kit.database import rows, run
from services.kit.secrets import Secrets
from services.kit.settings import Settings
from tests.builders import work_on
from tests.ingest_bed import heard
from tests.ingest_client import Client, serving_ingest

pytestmark = pytest.mark.engines

ANN, BOB = UUID(int=1), UUID(int=2)
AT = "2026-03-01T09:00:00Z"


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Client]:
    with serving_ingest(module_settings) as client:
        yield client


@pytest.fixture
def client(shared: Client) -> Client:
    return shared.elsewhere()


def hear(client: Client, *bodies: Body) -> None:
    """As the worker does: what the handler returns is stored in its transaction."""
    bed = client.bed
    digest = Secrets(bed.settings.master_key_bytes).digest
    with bed.database.transaction() as connection:
        work = work_on(connection, bed.codec)
        work.append(when_contacts_change_know_their_addresses([heard(body, bed.workspace_id) for body in bodies], work, digest))


def proposed(contact_id: UUID, **details: str) -> ContactProposed:
    return ContactProposed(contact_id=contact_id, person_id=uuid4(), details=PersonDetails(**details))


def did(client: Client, *activities: dict[str, Any], source: str = "Website") -> list[dict[str, Any]]:
    answer = client.post("/activities", {"source": source, "activities": [{"kind": "download", "at": AT, **each} for each in activities]})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def outcomes(client: Client, *activities: dict[str, Any]) -> list[str]:
    return [each["outcome"] for each in did(client, *activities)]


@pytest.mark.parametrize("kind", [kind.value for kind in ActivityKind])
def test_every_kind_of_activity_comes_in(client: Client, kind: str) -> None:
    assert outcomes(client, {"contact_id": str(ANN), "kind": kind, "what": "tile.pdf", "seconds": 95}) == ["added"]
    [told] = client.told()
    assert (told.contact_id, told.kind, told.what, told.seconds, told.source) == (ANN, kind, "tile.pdf", 95, "Website")


@pytest.mark.parametrize(
    "who",
    [
        {"email": " Ann@Acme.com"},
        {"email": "ann.lee@home.com"},
        {"linkedin": "https://linkedin.com/in/Ann-Lee/?trk=x"},
        {"linkedin": "ann-lee"},
    ],
)
def test_an_activity_finds_its_contact_by_any_address_that_the_contact_has(client: Client, who: dict[str, str]) -> None:
    linkedin = "https://www.linkedin.com/in/ann-lee"
    hear(client, proposed(ANN, work_email="ann@acme.com", private_email="ann.lee@home.com", linkedin=linkedin), proposed(BOB))
    assert outcomes(client, who) == ["added"]
    assert [told.contact_id for told in client.told()] == [ANN]


def test_an_activity_of_somebody_unknown_waits_until_they_are_a_contact(client: Client) -> None:
    download = {"email": "ann@acme.com"}
    assert outcomes(client, download, {"email": "bob@acme.com"}) == ["waiting", "waiting"]
    assert outcomes(client, download) == ["unchanged"]
    assert client.told() == []
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    assert [told.contact_id for told in client.told()] == [ANN]
    assert outcomes(client, download) == ["unchanged"]
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    assert len(client.told()) == 1


def test_what_waited_is_told_as_it_was(client: Client) -> None:
    asked = {"activity_id": str(uuid4()), "email": "ann@acme.com", "kind": "browsing", "what": "tiles", "seconds": 200}
    did(client, asked)
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    [told] = client.told()
    assert (str(told.activity_id), told.kind, told.what, told.seconds, told.source) == (
        asked["activity_id"],
        "browsing",
        "tiles",
        200,
        "Website",
    )
    with client.bed.database.transaction() as connection:
        [event] = rows(connection, "SELECT occurred_at FROM events WHERE workspace_id = :w", w=client.bed.workspace_id)
    assert told.at == event.occurred_at


def test_an_activity_that_waits_and_comes_again_by_its_contact_is_told_once(client: Client) -> None:
    asked = {"activity_id": str(uuid4())}
    assert outcomes(client, {**asked, "email": "ann@acme.com"}, {**asked, "contact_id": str(ANN)}) == ["waiting", "unchanged"]
    assert outcomes(client, {**asked, "contact_id": str(ANN)}) == ["added"]
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    assert len(client.told()) == 1


def test_a_contact_is_known_by_the_addresses_that_it_has_now(client: Client) -> None:
    hear(client, proposed(ANN, work_email="old@acme.com"))
    hear(client, ContactRevised(contact_id=ANN, person_id=uuid4(), details=PersonDetails(work_email="new@acme.com")))
    assert outcomes(client, {"email": "old@acme.com"}, {"email": "new@acme.com"}) == ["waiting", "added"]


def test_a_contact_that_is_gone_has_no_address_and_one_that_stays_has(client: Client) -> None:
    hear(client, proposed(ANN, work_email="ann@acme.com"), proposed(BOB, work_email="bob@acme.com"))
    hear(client, ContactWithdrawn(contact_id=ANN, stays=False), ContactWithdrawn(contact_id=BOB, stays=True))
    assert outcomes(client, {"email": "ann@acme.com"}, {"email": "bob@acme.com"}) == ["waiting", "added"]
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    assert [told.contact_id for told in client.told()] == [BOB, ANN]


def test_a_merged_contacts_addresses_are_those_of_whom_it_became(client: Client) -> None:
    hear(client, proposed(ANN, work_email="ann@acme.com"), proposed(BOB, work_email="bob@acme.com"))
    hear(client, ContactMergedAway(contact_id=BOB, into=ANN))
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    did(client, {"email": "bob@acme.com"}, {"email": "ann@acme.com"})
    assert [told.contact_id for told in client.told()] == [ANN, ANN]
    # They were two after all.
    hear(client, proposed(BOB, work_email="bob@acme.com"))
    did(client, {"email": "bob@acme.com", "kind": "form"})
    assert client.told()[-1].contact_id == BOB


def test_an_address_of_two_contacts_is_always_the_same_ones(client: Client) -> None:
    hear(client, proposed(BOB, work_email="info@acme.com"), proposed(ANN, work_email="info@acme.com"))
    did(client, {"email": "info@acme.com"}, {"email": "info@acme.com", "kind": "form"})
    assert [told.contact_id for told in client.told()] == [ANN, ANN]


def test_nobody_is_found_in_another_workspace(client: Client) -> None:
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    other = client.elsewhere()
    assert outcomes(other, {"email": "ann@acme.com"}) == ["waiting"]
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    assert other.told() == []


def test_no_address_is_kept_in_the_clear(client: Client) -> None:
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    did(client, {"email": "bob@acme.com"})
    with client.bed.database.transaction() as connection:
        kept = rows(connection, "SELECT a::text AS all FROM addresses a UNION ALL SELECT w::text FROM waiting_activities w")
    assert len(kept) >= 2
    assert not any("acme" in row.all for row in kept)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({}, "nothing says who it was"),
        ({"contact_id": str(ANN), "email": "ann@acme.com"}, "more than once"),
        ({"email": "ann"}, "e-mail address is none"),
        ({"linkedin": "https://acme.com/ann"}, "LinkedIn profile is none"),
        ({"contact_id": str(ANN), "kind": "dancing"}, "kind"),
        ({"contact_id": str(ANN), "at": "2026-03-01T09:00:00"}, "at: "),
        ({"contact_id": str(ANN), "seconds": -1}, "seconds"),
        ({"contact_id": str(ANN), "what": "a\0b"}, "what"),
        ({"contact_id": "1"}, "contact_id"),
    ],
)
def test_an_activity_that_cannot_be_taken_is_refused_alone_with_the_reason(client: Client, asked: dict[str, Any], why: str) -> None:
    refused, taken = did(client, asked, {"contact_id": str(BOB)})
    assert (refused["outcome"], taken["outcome"]) == ("rejected", "added")
    assert why in refused["reason"]


def test_the_same_moment_in_another_zone_is_the_same_activity(client: Client) -> None:
    did(client, {"contact_id": str(ANN), "at": "2026-03-01T10:00:00+01:00"})
    assert outcomes(client, {"contact_id": str(ANN), "at": AT}) == ["unchanged"]


def test_who_does_not_become_a_contact_in_time_is_forgotten(client: Client) -> None:
    did(client, {"email": "ann@acme.com"})
    with client.bed.database.transaction() as connection:
        assert addresses.forget_waiting(connection, 90) == 0
        run(connection, "UPDATE waiting_activities SET kept_at = kept_at - interval '91 days'")
        assert addresses.forget_waiting(connection, 90) >= 1
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    assert client.told() == []


def test_no_activity_is_left_waiting_for_whom_comes_at_the_same_moment(client: Client) -> None:
    people = {f"p{n}@acme.com": uuid4() for n in range(40)}

    def asked(email: str) -> None:
        did(client, {"email": email})

    def heard_of(email: str) -> None:
        hear(client, proposed(people[email], work_email=email))

    with ThreadPoolExecutor(8) as threads:
        for work in [threads.submit(do, email) for email in people for do in (asked, heard_of)]:
            work.result()
    assert sorted(told.contact_id for told in client.told()) == sorted(people.values())
