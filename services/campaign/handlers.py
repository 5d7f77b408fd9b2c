"""What this service does when it hears something. Nothing here relies on the order of two topics."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from schemas.accounts import WorkspaceCreated
from schemas.campaign import ExitReason, RecipientReplied
from schemas.details import PersonDetails
from schemas.kpi import ScoreChanged
from schemas.marks import Digest, marks_of
from schemas.publish import (
    ContactApproved,
    ContactExcluded,
    ContactMergedAway,
    ContactProposed,
    ContactPublished,
    ContactRevised,
    ContactWithdrawn,
    Suppressed,
    SuppressionLifted,
)
from schemas.sender import SenderPaused, SenderRegistered, SenderResumed
from services.campaign.domain.enrolment import Standing
from services.campaign.domain.outcomes import Outcome, learn
from services.campaign.domain.render import channels_of
from services.campaign.store import campaigns, contacts, senders, suppressions
from services.campaign.store.contacts import Copy
from services.campaign.store.walk import Walk
from services.kit.codec import Heard
from services.kit.errors import Rejected
from services.kit.events import Told, Work

STANDING: dict[type, Standing] = {
    ContactProposed: Standing.PROPOSED,
    ContactPublished: Standing.PUBLISHED,
    ContactApproved: Standing.APPROVED,
    ContactExcluded: Standing.EXCLUDED,
}


def when_contacts_change_keep_a_copy(heard: Sequence[Heard], work: Work, digest: Digest) -> Iterable[Told]:
    """And take out who is excluded, or has no source any more; and try again what was blocked, now that more may be known."""
    by_contact = defaultdict[tuple[UUID, UUID], list[Heard]](list)
    for each in heard:
        by_contact[address_of(each)].append(each)
    contacts.keep(work.connection, [copy_of(contact, events, digest) for (_, contact), events in by_contact.items()])
    contacts.send_away(work.connection, about(heard, ContactExcluded), ExitReason.EXCLUDED)
    contacts.send_away(work.connection, about(heard, ContactWithdrawn), ExitReason.SOURCE_WITHDRAWN)
    contacts.send_away_merged(work.connection, about(heard, ContactMergedAway))
    contacts.look_at_blocked(work.connection, about(heard, ContactRevised), work.now)
    return ()


def about(heard: Sequence[Heard], kind: type) -> list[tuple[UUID, UUID]]:
    return [address_of(each) for each in heard if isinstance(each.body, kind)]


def address_of(heard: Heard) -> tuple[UUID, UUID]:
    """Workspace and contact. (Every body of this topic names its contact.)"""
    return heard.envelope.workspace_id, heard.body.contact_id  # type: ignore[attr-defined]


def copy_of(contact_id: UUID, heard: Sequence[Heard], digest: Digest) -> Copy:
    """What a batch says of one contact, in order. Of one whose details are not among it, only the contact itself is known."""
    details, version, company_id, merged_into, withdrawn = PersonDetails(), 0, None, None, None
    for each in heard:
        match each.body:
            case ContactProposed() | ContactRevised() as body:
                details, version, company_id, withdrawn = body.details, each.envelope.version, body.company_id, False
            case ContactMergedAway(into=into):
                merged_into = into
            case ContactWithdrawn():
                withdrawn = True
    return Copy(
        workspace_id=heard[0].envelope.workspace_id,
        contact_id=contact_id,
        standing=max(STANDING.get(type(each.body), Standing.UNKNOWN) for each in heard),
        company_id=company_id,
        details=details.model_dump(exclude_none=True),
        version=version,
        channels=sorted(channels_of(details)),
        digests=[digest(*mark) for mark in marks_of(contact_id, details)],
        merged_into=merged_into,
        withdrawn=withdrawn,
    )


def when_scores_change_keep_them(heard: Sequence[Heard], work: Work, digest: Digest) -> Iterable[Told]:
    scores = {each.body.contact_id: each for each in heard if isinstance(each.body, ScoreChanged)}
    contacts.keep_scores(
        work.connection,
        [
            {
                "workspace_id": each.envelope.workspace_id,
                "contact_id": key,
                "score": each.body.score,
                "digests": [digest(*mark) for mark in marks_of(key, PersonDetails())],
            }
            for key, each in scores.items()
            if isinstance(each.body, ScoreChanged)
        ],
    )
    return ()


def when_somebody_is_suppressed_take_out_their_recipients(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    latest = {each.body.suppression_id: each for each in heard if isinstance(each.body, Suppressed | SuppressionLifted)}
    suppressions.keep(work.connection, [suppression_row(each) for each in latest.values()])
    suppressions.send_away(work.connection, [key for key, each in latest.items() if isinstance(each.body, Suppressed)])
    return ()


def suppression_row(heard: Heard) -> dict[str, Any]:
    body = heard.body
    row = {"workspace_id": heard.envelope.workspace_id, "version": heard.envelope.version, "active": isinstance(body, Suppressed)}
    if isinstance(body, Suppressed):
        named = body.model_dump(include={"suppression_id", "scope", "campaign_id", "digest", "channel"})
        return row | named
    assert isinstance(body, SuppressionLifted)  # noqa: S101
    return row | {"suppression_id": body.suppression_id, "scope": "workspace", "digest": ""}


def when_senders_change_keep_to_them(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    """What fell due while a sender was paused is planned anew."""
    registered = {each.body.sender_id: sender_row(each) for each in heard if isinstance(each.body, SenderRegistered)}
    paused = {
        each.body.sender_id: {
            "workspace_id": each.envelope.workspace_id,
            "sender_id": each.body.sender_id,
            "paused": isinstance(each.body, SenderPaused),
        }
        for each in heard
        if isinstance(each.body, SenderPaused | SenderResumed)
    }
    senders.register(work.connection, list(registered.values()))
    senders.pause(work.connection, list(paused.values()))
    campaigns.plan_overdue_of_senders_anew(work.connection, [key for key, row in paused.items() if not row["paused"]], work.now)
    return ()


def sender_row(heard: Heard) -> dict[str, Any]:
    body = heard.body
    assert isinstance(body, SenderRegistered)  # noqa: S101
    return {
        "workspace_id": heard.envelope.workspace_id,
        "sender_id": body.sender_id,
        "name": body.name,
        "channels": body.channels,
        "cap": body.daily_cap,
    }


def when_workspaces_are_created_know_their_zones(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    created = {each.body.workspace_id: each.body for each in heard if isinstance(each.body, WorkspaceCreated)}
    rows = [body.model_dump(include={"workspace_id", "client_id", "time_zone"}) for body in created.values()]
    if rows:
        senders.keep_workspaces(work.connection, rows)
    return ()


def when_an_outreach_has_its_outcome_walk_on(heard: Sequence[Heard], work: Work) -> Iterable[Told]:
    """A recipient is here before its outreach is published, so one that is not known was never ours: Rejected."""
    walk = Walk.of(work, {outcome_of(each).recipient_id: each.envelope.workspace_id for each in heard})
    replied = []
    for each in heard:
        outcome = outcome_of(each)
        progress = walk[outcome.recipient_id]
        if progress is None:
            raise Rejected(f"no recipient {outcome.recipient_id} is known here, so nothing was asked for it: was the database wiped?")
        at = getattr(outcome, "at", each.envelope.occurred_at)
        events = learn(progress, outcome, each.envelope.occurred_at)
        walk.tell(outcome.recipient_id, events, because=each.envelope, since=at)
        if any(isinstance(event, RecipientReplied) for event in events):
            replied.append({
                "workspace_id": each.envelope.workspace_id,
                "campaign_id": progress.campaign_id,
                "company_id": progress.company_id,
                "recipient_id": progress.recipient_id,
            })  # fmt: skip
    if replied:
        campaigns.send_companies_away(work.connection, replied)
    return walk.finish()


def outcome_of(heard: Heard) -> Outcome:
    body = heard.body
    assert isinstance(body, Outcome)  # noqa: S101
    return body
