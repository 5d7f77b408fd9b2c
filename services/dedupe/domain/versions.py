"""The versions of one record: which one stands, and which are kept for the time when it is withdrawn.

Folded from what ingest tells of the record, in its order. Hearing something twice changes nothing, and neither does hearing again what
was heard before a withdrawal: each withdrawal carries all that holds from then on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from schemas.ingest import RecordVersion, RecordWithdrawn
from services.dedupe.domain.record import NormalRecord


@dataclass(frozen=True)
class Version:
    digest: str
    record: NormalRecord


@dataclass(frozen=True)
class Versions:
    """`now` is what stands; None: nothing is known of the record, or nothing any more. `kept`: others, by digest."""

    now: Version | None = None
    kept: Mapping[str, NormalRecord] = field(default_factory=dict)


NOTHING = Versions()


def ingest(versions: Versions, new: Version) -> Versions:
    """A record says this from now on; what it said before is kept."""
    if versions.now and versions.now.digest == new.digest:
        return versions
    return Versions(new, without(everything(versions), new.digest))


def withdraw(versions: Versions, event: RecordWithdrawn) -> Versions:
    """An import stands behind the record no longer: an earlier version stands again, or this one by another import, or none."""
    known = without(everything(versions), *event.forgotten)
    if event.stands is None:
        return NOTHING
    record = known.get(event.stands.digest)
    if record is None:
        # Told of before versions were kept here: what stands goes on, unless nobody says it any more.
        now = versions.now if versions.now and versions.now.digest in known else None
        return Versions(now, without(known, now.digest)) if now else NOTHING
    return Versions(Version(event.stands.digest, said_by(record, event.stands)), without(known, event.stands.digest))


def everything(versions: Versions) -> dict[str, NormalRecord]:
    now = {versions.now.digest: versions.now.record} if versions.now else {}
    return {**versions.kept, **now}


def without(known: Mapping[str, NormalRecord], *digests: str) -> dict[str, NormalRecord]:
    return {digest: record for digest, record in known.items() if digest not in digests}


def said_by(record: NormalRecord, version: RecordVersion) -> NormalRecord:
    """The same words with the provenance of the import that they rest on now."""
    return replace(record, import_id=version.import_id, row=version.row, as_of=version.at or record.as_of)
