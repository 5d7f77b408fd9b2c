"""What somebody did, as a source tells it, becomes an activity draft, or is refused with a reason for people."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from schemas.ingest import ActivityKind, ActivityRecorded
from schemas.marks import MEANT, Digest, mark
from schemas.publish import SuppressedBy
from services.ingest.domain.ids import activity_id_of
from services.ingest.domain.records import Refusal

Who = UUID | str
"""A contact of the workspace, or the keyed digest of an address of theirs."""
MOST_WHAT = 2000
"""Characters of what an activity was about."""
NOBODY = "nothing says who it was: it takes one of a contact's id, an e-mail address, or a LinkedIn profile"
SEVERAL = "it says more than once who it was: give one of contact_id, email, linkedin"


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done; `seconds` is how long it took, where the source says so."""

    kind: ActivityKind
    at: datetime
    what: str | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """An activity before it is known whether it is new, and whose it is."""

    activity_id: UUID
    who: Who
    deed: Deed


def who_of(contact_id: UUID | None, email: str | None, linkedin: str | None, digest: Digest) -> Who | Refusal:
    """Of the three ways to name a person, one has to be there. No address goes on from here."""
    given = [each for each in (contact_id, email, linkedin) if each]
    if len(given) != 1:
        return Refusal(SEVERAL if given else NOBODY)
    if contact_id:
        return contact_id
    by = SuppressedBy.EMAIL if email else SuppressedBy.LINKEDIN
    try:
        return digest(*mark(by, email or linkedin or ""))
    except ValueError:
        # Without the value: reasons are kept longer than what they are about.
        return Refusal(f"what stands for the {MEANT[by]} is none")


def draft(workspace_id: UUID, source: str, who: Who, deed: Deed, own_id: str | UUID | None = None) -> ActivityDraft:
    """`own_id` is the activity's own where it is a UUID, a row's in its source where it is a text; without any, the content tells."""
    if isinstance(own_id, UUID):
        return ActivityDraft(own_id, who, deed)
    content: tuple[str, ...] = (source, str(who), deed.kind.value, deed.what or "", deed.at.astimezone(UTC).isoformat())
    if deed.seconds is not None:
        content += (str(deed.seconds),)
    return ActivityDraft(activity_id_of(workspace_id, (source, "row", own_id) if own_id else content), who, deed)


def recorded(draft: ActivityDraft, contact_id: UUID, source: str) -> ActivityRecorded:
    deed = draft.deed
    return ActivityRecorded(
        activity_id=draft.activity_id,
        contact_id=contact_id,
        kind=deed.kind,
        what=deed.what,
        at=deed.at,
        source=source,
        seconds=deed.seconds,
    )
