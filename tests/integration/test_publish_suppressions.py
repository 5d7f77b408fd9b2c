"""Who must not be contacted: exclusion lists, opt-outs and bounces, on a real PostgreSQL."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.accounts import WorkspaceCreated
from schemas.campaign import Act as Doing
from schemas.dedupe import PersonMergedAway
from schemas.details import Channel, PersonDetails
from schemas.publish import SuppressedBy, SuppressionScope
from schemas.sender import MailBounced, OptedOut
from services.kit.codec import Heard
from services.kit.errors import Conflict, Invalid, NotFound
from services.kit.settings import Settings
from services.publish import handlers, loops
from services.publish.commands import excluding
from services.publish.commands.excluding import Excluded, Exclusions
from services.publish.domain.ids import contact_id
from services.publish.domain.review import Act
from tests.builders import MONDAY
from tests.publish import Publish, person, publish_on, revised

pytestmark = pytest.mark.engines

ANN = PersonDetails(
    full_name="Ann Lee",
    title="Architect",
    work_email="ann@uk.lee.example",
    linkedin="https://www.linkedin.com/in/ann-lee",
    company_name="Lee & Sons Ltd.",
)


@pytest.fixture
def publish(module_settings: Settings) -> Iterator[Publish]:
    made = publish_on(module_settings)
    yield made
    made.forgets_all()


def exclude(publish: Publish, workspace_id: UUID, by: str, value: str, **more: Any) -> Excluded:
    asked = Exclusions([(SuppressedBy(by), value)], "a customer", **more)
    digest = publish.context.secrets.digest
    answer: Excluded = publish.does(lambda work: excluding.exclude(work, workspace_id, asked, digest), workspace_id)
    return answer


def outreach(key: UUID, channel: Channel = Channel.EMAIL) -> dict[str, Any]:
    return {
        "outreach_id": uuid4(),
        "recipient_id": uuid4(),
        "campaign_id": uuid4(),
        "contact_id": key,
        "step_id": "first",
        "channel": channel,
        "act": Doing.EMAIL,
    }


def opted_out(publish: Publish, workspace_id: UUID, key: UUID, channel: Channel = Channel.EMAIL) -> Heard:
    body = OptedOut(**outreach(key, channel), at=MONDAY, by="one_click")
    return publish.streams.heard(body, f"outreach:{body.outreach_id}", workspace_id)


def standing(publish: Publish, workspace_id: UUID) -> set[tuple[str, str, str | None]]:
    found = publish.rows("SELECT by, source, channel FROM suppressions WHERE workspace_id = :w AND active", w=workspace_id)
    return {(row.by, row.source, row.channel) for row in found}


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ("email", " Ann@UK.lee.example "),
        ("domain", "https://www.lee.example/about"),
        ("company", "LEE and Sons"),
        ("linkedin", "linkedin.com/in/Ann-Lee/"),
    ],
)
def test_an_exclusion_is_retroactive_and_keeps_out_who_comes_later(publish: Publish, by: str, value: str) -> None:
    here, ann, twin = uuid4(), person(ANN), person(ANN)
    publish.segment(here)
    publish.people(ann)
    publish.reviews(here, Act.PUBLISH, contact_id(here, ann.person_id))
    answer = exclude(publish, here, by, value)
    assert (answer.added, answer.contacts) == (1, 1)
    assert loops.busy(publish.context) == 1
    publish.settles()
    row = publish.contacts(here)[ann.person_id]
    assert row.state == "excluded"
    assert row.why.endswith("on the exclusion list: a customer")
    publish.people(twin)
    assert publish.contacts(here).keys() == {ann.person_id}
    assert exclude(publish, here, by, value).added == 0


def test_many_contacts_of_one_exclusion_follow_in_chunks(publish: Publish) -> None:
    here = uuid4()
    publish.segment(here)
    publish.people(*(person(ANN) for _ in range(7)))
    exclude(publish, here, "domain", "lee.example")
    publish.settles(chunk=3)
    assert [row.state for row in publish.contacts(here).values()] == ["excluded"] * 7
    assert loops.busy(publish.context) == 0


def test_a_contact_whose_new_address_is_excluded_is_excluded(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    publish.segment(here)
    publish.people(ann)
    exclude(publish, here, "domain", "rival.example")
    publish.settles()
    assert publish.contacts(here)[ann.person_id].state == "proposed"
    publish.people(revised(ann, work_email="ann@rival.example"))
    assert publish.contacts(here)[ann.person_id].state == "excluded"


def test_an_own_import_that_is_excluded_is_shown_as_such(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    exclude(publish, here, "domain", "lee.example")
    publish.people(ann, workspace_id=here)
    assert publish.contacts(here)[ann.person_id].state == "excluded"


def test_an_exclusion_of_one_campaign_excludes_no_contact(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    publish.segment(here)
    publish.people(ann)
    exclude(publish, here, "domain", "lee.example", scope=SuppressionScope.CAMPAIGN, campaign_id=uuid4())
    publish.settles()
    assert publish.contacts(here)[ann.person_id].state == "proposed"


def test_lifted_is_proposed_again_but_what_was_excluded_stays_so(publish: Publish) -> None:
    here, ann, twin = uuid4(), person(ANN), person(ANN)
    publish.segment(here)
    publish.people(ann)
    [key] = exclude(publish, here, "domain", "lee.example").exclusion_ids
    publish.settles()
    publish.people(twin)
    publish.does(lambda work: excluding.lift(work, here, key), here)
    publish.settles()
    contacts = publish.contacts(here)
    assert (contacts[ann.person_id].state, contacts[twin.person_id].state) == ("excluded", "proposed")
    with pytest.raises(NotFound):
        publish.does(lambda work: excluding.lift(work, here, key), here)


def test_what_a_client_excludes_holds_in_all_its_workspaces_old_and_new_until_lifted(publish: Publish) -> None:
    client, here, there, later = uuid4(), uuid4(), uuid4(), uuid4()

    def appear(*workspaces: UUID) -> None:
        bodies = [WorkspaceCreated(workspace_id=w, client_id=client, name="W", time_zone="Europe/Berlin") for w in workspaces]
        publish.hears(
            handlers.when_workspaces_appear_know_their_clients,
            [publish.streams.heard(body, f"workspace:{body.workspace_id}") for body in bodies],
        )

    appear(here, there)
    ann = person(ANN)
    publish.segment(there)
    publish.people(ann)
    [key] = exclude(publish, here, "domain", "lee.example", scope=SuppressionScope.CLIENT).exclusion_ids
    publish.settles()
    assert publish.contacts(there)[ann.person_id].state == "excluded"
    appear(later)
    publish.settles()
    assert standing(publish, later) == {("domain", "list", None)}
    publish.does(lambda work: excluding.lift(work, here, key), here)
    publish.settles()
    assert [standing(publish, w) for w in (here, there, later)] == [set(), set(), set()]


def test_an_opt_out_closes_the_channel_for_the_contact_and_its_address_and_cannot_be_lifted(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    publish.segment(here)
    publish.people(ann)
    key = contact_id(here, ann.person_id)
    heard = [opted_out(publish, here, key), opted_out(publish, here, key, Channel.LINKEDIN)]
    told = publish.hears_outcomes(heard)
    assert standing(publish, here) == {
        ("contact", "opt_out", "email"),
        ("email", "opt_out", "email"),
        ("contact", "opt_out", "linkedin"),
        ("linkedin", "opt_out", "linkedin"),
    }
    by_address = next(t.body for t in told if t.body.by == SuppressedBy.EMAIL)  # type: ignore[attr-defined]
    assert by_address.digest == publish.context.secrets.digest("email", "ann@uk.lee.example")  # type: ignore[attr-defined]
    assert publish.contacts(here)[ann.person_id].state == "proposed"
    assert publish.hears_outcomes(heard) == []
    with pytest.raises(Conflict, match="asked not to be contacted"):
        publish.does(lambda work: excluding.lift(work, here, told[0].id), here)


def test_only_a_permanent_bounce_suppresses(publish: Publish) -> None:
    here, ann = uuid4(), person(ANN)
    publish.segment(here)
    publish.people(ann)

    def bounced(*, permanent: bool) -> Heard:
        body = MailBounced(**outreach(contact_id(here, ann.person_id)), message_id="<1@x>", received_at=MONDAY, permanent=permanent)
        return publish.streams.heard(body, f"outreach:{body.outreach_id}", here)

    publish.hears_outcomes([bounced(permanent=False)])
    assert standing(publish, here) == set()
    publish.hears_outcomes([bounced(permanent=True)])
    assert standing(publish, here) == {("contact", "bounce", "email"), ("email", "bounce", "email")}


@pytest.mark.parametrize("merged_first", [False, True])
def test_an_opt_out_follows_a_person_into_the_contact_it_is_merged_into(publish: Publish, *, merged_first: bool) -> None:
    here, ann, anne = uuid4(), person(ANN), person(ANN.model_copy(update={"work_email": "anne@other.example"}))
    publish.segment(here)
    publish.people(ann, anne)
    merge = PersonMergedAway(person_id=ann.person_id, into=anne.person_id, record_ids=(), why="same profile")
    heard = [opted_out(publish, here, contact_id(here, ann.person_id))]
    if merged_first:
        publish.people(merge)
    publish.hears_outcomes(heard)
    if not merged_first:
        publish.people(merge)
    found = publish.rows("SELECT contact_id FROM suppressions WHERE by = 'contact' AND active AND workspace_id = :w", w=here)
    assert {row.contact_id for row in found} == {contact_id(here, p.person_id) for p in (ann, anne)}


@pytest.mark.parametrize(
    ("by", "value", "why"),
    [
        ("email", "nobody", "is no e-mail address"),
        ("domain", "gmail.com", "addresses of everybody"),
        ("domain", "co.uk", "addresses of everybody"),
        ("linkedin", "https://example.org/ann", "is no LinkedIn profile"),
        ("company", " . ", "is no company name"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused_with_its_reason(publish: Publish, by: str, value: str, why: str) -> None:
    with pytest.raises(Invalid, match=f"entry 1: .*{why}"):
        exclude(publish, uuid4(), by, value)
