"""Records as letters: opened by the codec, or with the fault that keeps them shut; and which of them are for the handler."""

from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from uuid import UUID

from schemas.envelope import Envelope
from services.kit.codec import Codec, Heard
from services.kit.stream.batch import Record
from services.kit.stream.inbox import Address

ParkedKind = Literal["rejected", "bug", "undecodable", "behind"]


class Fault(NamedTuple):
    """Why a record cannot be handled, and the event's id as far as it could be read."""

    kind: ParkedKind
    reason: str
    event_id: UUID | None


Letter = Heard | Fault


class Sorted(NamedTuple):
    """What of a batch goes to the handler, and what is parked; both in order. What was heard before is in neither."""

    heard: Sequence[Heard]
    parked: Sequence[tuple[Record, Fault]]


def read(codec: Codec, partition: int, records: Sequence[Record]) -> list[Letter]:
    """Open a batch: at most one query, to the vault. Raises Unavailable where the vault does not answer."""
    envelopes = codec.envelopes([record.value or b"" for record in records])
    readable = [envelope for envelope in envelopes if isinstance(envelope, Envelope)]
    opened = codec.open(readable)
    if len(readable) < len(records):
        bodies = iter(opened)
        opened = [next(bodies) if isinstance(envelope, Envelope) else envelope for envelope in envelopes]
    return [
        Heard(envelope, content[0], record.key or b"", partition, record.offset, content[1])
        if isinstance(content, tuple) and isinstance(envelope, Envelope)
        else Fault("undecodable", str(content), getattr(envelope, "event_id", None))
        for record, envelope, content in zip(records, envelopes, opened, strict=True)
    ]


@dataclass
class Survey:
    """A batch's streams at a glance: the first and the last version of each."""

    first: dict[Address, int] = field(default_factory=dict)
    last: dict[Address, int] = field(default_factory=dict)
    faults: bool = False
    rising: bool = True
    """No stream's version comes twice, or after a later one."""


def survey(letters: Iterable[Letter]) -> Survey:
    """One pass over a batch. Bulk records (version 0) belong to no stream that is followed."""
    found = Survey()
    first, last = found.first, found.last
    for letter in letters:
        if isinstance(letter, Fault):
            found.faults = True
        elif version := letter.envelope.version:
            envelope = letter.envelope
            address = (envelope.workspace_id.int, envelope.stream)
            if address not in last:
                first[address] = last[address] = version
            elif version > last[address]:
                last[address] = version
            else:
                found.rising = False
    return found


def sort(records: Sequence[Record], letters: Sequence[Letter], last: MutableMapping[Address, int], parked_keys: set[bytes]) -> Sorted:
    """`last` is the last version heard of each stream, `parked_keys` the keys that wait; both grow with the batch."""
    heard: list[Heard] = []
    parked: list[tuple[Record, Fault]] = []
    for record, letter in zip(records, letters, strict=True):
        if isinstance(letter, Fault):
            parked.append((record, letter))
            parked_keys.add(record.key or b"")
            continue
        envelope = letter.envelope
        version, address = envelope.version, (envelope.workspace_id.int, envelope.stream)
        if version and version <= last.get(address, 0):
            continue
        if letter.key in parked_keys:
            parked.append((record, Fault("behind", "waits behind an earlier event of its key", envelope.event_id)))
            continue
        if version:
            last[address] = version
        heard.append(letter)
    return Sorted(heard, parked)
