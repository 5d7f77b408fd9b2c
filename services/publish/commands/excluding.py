"""Exclusion lists: enter who must not be contacted, and lift it. Contacts follow in `suppressing.carry_out`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from schemas.marks import MEANT, Digest, mark
from schemas.publish import SuppressedBy, SuppressionScope
from services.kit.errors import Conflict, Invalid, NotFound
from services.kit.events import Told, Work
from services.publish.domain.suppressions import Cause, Source, refuse_everybodys, suppressed
from services.publish.store import exclusions as store
from services.publish.store.suppressions import Entry
from services.publish.suppressing import lift_all, suppress_all


@dataclass(frozen=True)
class Exclusions:
    """What is entered together: marks by what they are, as they were typed."""

    marks: Sequence[tuple[SuppressedBy, str]]
    reason: str
    scope: SuppressionScope = SuppressionScope.WORKSPACE
    campaign_id: UUID | None = None


@dataclass(frozen=True)
class Excluded:
    """The ids of the entries, how many of them are new, and how many contacts of this workspace they mean now."""

    exclusion_ids: tuple[UUID, ...]
    added: int
    contacts: int


def entries_of(workspace_id: UUID, asked: Exclusions, digest: Digest) -> list[Entry]:
    """Raises Invalid, naming the first entry that cannot be used."""
    if (asked.scope == SuppressionScope.CAMPAIGN) != (asked.campaign_id is not None):
        raise Invalid("a campaign_id goes with the scope “campaign”, and with no other")
    entries = []
    for place, (by, typed) in enumerate(asked.marks):
        try:
            _, value = mark(by, typed)
            refuse_everybodys(by, value)
        except ValueError as error:
            raise Invalid(f"entry {place + 1}: {error}") from error
        cause = Cause(Source.LIST, f"{MEANT[by].capitalize()} on the exclusion list: {asked.reason}", asked.scope, asked.campaign_id)
        entries.append(Entry(workspace_id, suppressed(workspace_id, by, digest(by, value), cause), Source.LIST, value))
    return entries


def exclude(work: Work, workspace_id: UUID, asked: Exclusions, digest: Digest) -> tuple[Excluded, list[Told]]:
    entries = entries_of(workspace_id, asked, digest)
    told = suppress_all(work, entries)
    return answer(work.connection, workspace_id, entries, len(told)), told


def preview(connection: Connection, workspace_id: UUID, asked: Exclusions, digest: Digest) -> Excluded:
    entries = entries_of(workspace_id, asked, digest)
    known = store.active_ids(connection, workspace_id, [entry.body.suppression_id for entry in entries])
    return answer(connection, workspace_id, entries, len({entry.body.suppression_id for entry in entries} - known))


def answer(connection: Connection, workspace_id: UUID, entries: Sequence[Entry], added: int) -> Excluded:
    wide = [entry for entry in entries if entry.body.scope != SuppressionScope.CAMPAIGN]
    ids = tuple(entry.body.suppression_id for entry in entries)
    return Excluded(ids, added, store.count_meant(connection, workspace_id, [entry.body.digest for entry in wide]))


def lift(work: Work, workspace_id: UUID, suppression_id: UUID) -> tuple[UUID, list[Told]]:
    """Whom it meant may be proposed again; who was excluded by it stays so."""
    known = store.one(work.connection, workspace_id, suppression_id)
    if known is None or not known.active:
        raise NotFound("there is no such exclusion in this workspace")
    if known.source == Source.OPT_OUT:
        raise Conflict("this person asked not to be contacted: that holds")
    return suppression_id, lift_all(work, {suppression_id: workspace_id})
