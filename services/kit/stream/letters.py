"""Records as letters: opened by the codec, or with the fault that keeps them shut; and which of them are for the handler."""

from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from uuid import UUID

from schemas.envelope import Envelope
from services.kit.codec import Codec, Heard, Undecodable
from services.kit.stream.batch import Record
from services.kit.stream.inbox import Address, address

ParkedKind = Literal["rejected", "bug", "undecodable", "behind"]


class Fault(NamedTuple):
    """Why a record cannot be handled, and the event's id as far as it could be read."""

    kind: ParkedKind
    reason: str
    event_id: UUID | None


Letter = tuple[Record, Heard | Fault]


@dataclass(frozen=True)
class Sorted:
    """What of a batch goes to the handler, and what is parked; both in order. What was heard before is in neither."""

    heard: list[Heard] = field(default_factory=list)
    parked: list[tuple[Record, Fault]] = field(default_factory=list)


def read(codec: Codec, partition: int, records: Sequence[Record]) -> list[Letter]:
    """Open a batch: at most one query, to the vault. Raises Unavailable where the vault does not answer."""
    envelopes = codec.envelopes([record.value or b"" for record in records])
    bodies = iter(codec.open([envelope for envelope in envelopes if isinstance(envelope, Envelope)]))
    letters: list[Letter] = []
    for record, envelope in zip(records, envelopes, strict=True):
        if isinstance(envelope, Undecodable):
            letters.append((record, Fault("undecodable", str(envelope), None)))
            continue
        opened = next(bodies)
        if isinstance(opened, Undecodable):
            letters.append((record, Fault("undecodable", str(opened), envelope.event_id)))
        else:
            letters.append((record, Heard(envelope, opened[0], record.key or b"", partition, record.offset, opened[1])))
    return letters


def sort(letters: Iterable[Letter], last: MutableMapping[Address, int], parked_keys: set[bytes]) -> Sorted:
    """`last` is the last version heard of each stream, `parked_keys` the keys that wait; both grow with the batch."""
    found = Sorted()
    for record, content in letters:
        key = record.key or b""
        if isinstance(content, Fault):
            found.parked.append((record, content))
            parked_keys.add(key)
            continue
        version = content.envelope.version
        if version and version <= last.get(address(content.envelope), 0):
            continue
        if key in parked_keys:
            found.parked.append((record, Fault("behind", "waits behind an earlier event of its key", content.envelope.event_id)))
            continue
        if version:
            last[address(content.envelope)] = version
        found.heard.append(content)
    return found
