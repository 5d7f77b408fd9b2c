"""Rows to JSON and back. What is only ever read together stands in one `fold`; what lists are filtered and sorted by has its column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from services.kpi.domain.campaign import Campaign
from services.kpi.domain.contact import UNKNOWN, Card, Contact
from services.kpi.domain.lead import Lead
from services.kpi.domain.pipeline import Thing
from services.kpi.domain.plan import Plan
from services.kpi.domain.recipient import Asked, Move, Recipient
from services.kpi.domain.score import Score, Signal
from services.kpi.domain.status import ACTION_REQUIRED, names_of
from services.kpi.domain.timeline import Entry
from services.kpi.domain.track import Track


@dataclass(frozen=True)
class RecipientFold:
    versions: Mapping[str, int]
    plan: Plan
    moves: Track[Move]
    asked: Mapping[str, Asked]


@dataclass(frozen=True)
class ThingFold:
    versions: Mapping[str, int]
    states: Mapping[str, str]
    details: Mapping[str, Any]


_contacts = msgspec.json.Decoder(Contact)
_recipients = msgspec.json.Decoder(RecipientFold)
_things = msgspec.json.Decoder(ThingFold)
_campaigns = msgspec.json.Decoder(Campaign)
_signals = msgspec.json.Decoder(tuple[Signal, ...])
_reasons = msgspec.json.Decoder(tuple[str, ...])


def lead_of(row: Row[Any]) -> Lead:
    return Lead(
        contact_id=row.contact_id,
        workspace_id=row.workspace_id,
        contact=_contacts.decode(row.fold) if row.fold else UNKNOWN,
        card=Card(row.name, row.title, row.company, row.erased),
        signals=_signals.decode(row.signals) if row.signals else (),
        last_action_at=row.last_action_at,
        last_action=row.last_action,
        last_reply_at=row.last_reply_at,
        score=None if row.score is None else Score(row.score, _reasons.decode(row.reasons)),
        rescore_at=row.rescore_at,
        names=frozenset(row.names),
    )


def of_lead(lead: Lead) -> dict[str, Any]:
    return {
        "workspace_id": lead.workspace_id,
        "contact_id": lead.contact_id,
        "fold": lead.contact,
        "names": sorted(lead.names),
        "name": lead.card.name,
        "title": lead.card.title,
        "company": lead.card.company,
        "erased": lead.card.erased,
        "signals": lead.signals,
        "last_action_at": lead.last_action_at,
        "last_action": lead.last_action,
        "last_reply_at": lead.last_reply_at,
        "score": lead.level,
        "reasons": lead.score.reasons if lead.score else None,
        "rescore_at": lead.rescore_at,
    }


def recipient_of(row: Row[Any]) -> Recipient:
    fold = _recipients.decode(row.fold)
    return Recipient(row.recipient_id, row.workspace_id, row.campaign_id, row.contact_id, fold.versions, fold.plan, fold.moves, fold.asked)


def of_recipient(recipient: Recipient, *, acts: bool) -> dict[str, Any]:
    """`acts`: whether an action is required of it now."""
    names = names_of(recipient.plan) | ({ACTION_REQUIRED} if acts else set())
    return {
        "workspace_id": recipient.workspace_id,
        "recipient_id": recipient.recipient_id,
        "campaign_id": recipient.campaign_id,
        "contact_id": recipient.contact_id,
        "fold": RecipientFold(recipient.versions, recipient.plan, recipient.moves, recipient.asked),
        "names": sorted(names),
        "touches": len(recipient.plan.touches),
    }


def campaign_of(fold: str) -> Campaign:
    return _campaigns.decode(fold)


def thing_of(row: Row[Any]) -> Thing:
    fold = _things.decode(row.fold)
    return Thing(row.kind, row.id, row.workspace_id, fold.versions, fold.states, fold.details)


def of_thing(thing: Thing) -> dict[str, Any]:
    return {
        "workspace_id": thing.workspace_id,
        "kind": thing.kind,
        "id": thing.id,
        "fold": ThingFold(thing.versions, thing.states, thing.details),
        "state": thing.state,
    }


def of_entry(entry: Entry) -> dict[str, Any]:
    return {
        "workspace_id": entry.workspace_id,
        "event_id": entry.event_id,
        "contact_id": entry.contact_id,
        "at": entry.at,
        "kind": entry.kind,
        "words": entry.says.words,
        "text": entry.says.text,
        "campaign_id": entry.campaign_id,
        "step_id": entry.step_id,
        "channel": entry.channel,
    }


def address(places: Mapping[UUID, UUID]) -> Iterable[dict[str, UUID]]:
    """Ids with their workspaces, in the order in which all lock them."""
    return ({"workspace_id": places[key], "id": key} for key in sorted(places))
