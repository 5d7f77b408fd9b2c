"""Who must not be contacted: by the exclusion lists that people keep, and by what recipients said or their servers answered."""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from schemas.details import Channel
from schemas.marks import Digest
from schemas.publish import Suppressed, SuppressedBy, SuppressionLifted, SuppressionScope
from schemas.sender import MailBounced, OptedOut
from services.publish.domain.ids import suppression_id

SuppressionEvent = Suppressed | SuppressionLifted


class Source(StrEnum):
    """An entry of a list excludes the contacts it means; an outcome leaves them, and only closes the channel."""

    LIST = "list"
    OPT_OUT = "opt_out"
    BOUNCE = "bounce"


REASONS = {Source.OPT_OUT: "asked not to be contacted", Source.BOUNCE: "the address does not exist"}
PROVIDERS = """
aol.com gmail.com gmx.at gmx.ch gmx.de gmx.net googlemail.com hotmail.com icloud.com libero.it live.com mail.com mail.ru me.com msn.com
orange.fr outlook.com proton.me protonmail.com t-online.de web.de yahoo.co.uk yahoo.com yandex.ru ymail.com
"""
FREE_MAIL = frozenset(PROVIDERS.split())
SECOND_LEVEL = re.compile(r"(ac|co|com|edu|gov|net|org)\.[a-z]{2}")
"""As in co.uk: everybody's too."""


@dataclass(frozen=True)
class Suppression:
    """The folded state of a suppression's stream."""

    active: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """An outcome that suppresses: whose, on what channel, and the digest of the address where the outcome names it."""

    contact_id: UUID
    channel: Channel
    source: Source
    digest: str | None = None


def evolve(_: Suppression | None, event: SuppressionEvent) -> Suppression:
    return Suppression(active=isinstance(event, Suppressed))


def suppress(known: Suppression | None, wanted: Suppressed) -> list[SuppressionEvent]:
    return [] if known and known.active else [wanted]


def lift(known: Suppression | None, key: UUID) -> list[SuppressionEvent]:
    return [SuppressionLifted(suppression_id=key)] if known and known.active else []


def hit_of(outcome: object) -> Hit | None:
    """None for an outcome that suppresses nobody: a bounce for a full mailbox passes, a permanent one does not."""
    match outcome:
        case OptedOut():
            return Hit(outcome.contact_id, outcome.channel, Source.OPT_OUT, outcome.digest)
        case MailBounced(permanent=True):
            return Hit(outcome.contact_id, Channel.EMAIL, Source.BOUNCE)
    return None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why, how far, and in which channels (None: all) something is suppressed."""

    source: Source
    reason: str
    scope: SuppressionScope = SuppressionScope.WORKSPACE
    campaign_id: UUID | None = None
    channel: Channel | None = None


def suppressed(workspace_id: UUID, by: SuppressedBy, digest: str, cause: Cause, contact_id: UUID | None = None) -> Suppressed:
    reach = f"{cause.source}/{cause.scope}/{cause.campaign_id}/{cause.channel}"
    return Suppressed(
        suppression_id=suppression_id(workspace_id, reach, by, digest),
        scope=cause.scope,
        campaign_id=cause.campaign_id,
        by=by,
        digest=digest,
        contact_id=contact_id,
        channel=cause.channel,
        reason=cause.reason,
    )


def of_contact(workspace_id: UUID, contact_id: UUID, cause: Cause, digest: Digest) -> Suppressed:
    return suppressed(workspace_id, SuppressedBy.CONTACT, digest(SuppressedBy.CONTACT, str(contact_id)), cause, contact_id)


def refuse_everybodys(by: SuppressedBy, value: str) -> None:
    """Raises ValueError for a domain that belongs to no one company."""
    if by == SuppressedBy.DOMAIN and (value in FREE_MAIL or SECOND_LEVEL.fullmatch(value)):
        raise ValueError(f"{value} has addresses of everybody: exclude companies or single addresses instead")


def cause_of(hit: Hit) -> Cause:
    return Cause(hit.source, REASONS[hit.source], channel=hit.channel)
