"""Bytes to events and back; a body's private fields are sealed as one blob with the key of its subject."""

import base64
import os
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import TypeAdapter

from schemas.body import Body, private_fields
from schemas.envelope import Envelope, Seal
from schemas.topics import BODY_NAMED
from services.kit.vault import NONCE, Vault

_decoder = msgspec.json.Decoder(Envelope)
_encoder = msgspec.json.Encoder()
NO_ENVELOPE = (msgspec.DecodeError, TypeError, UnicodeDecodeError)


class Undecodable(Exception):  # noqa: N818 - says what the record is
    """These bytes are no event of ours: no envelope, an unknown type or version, or a body that breaks its contract."""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """An event as a handler sees it. `key` is its Kafka key; `offset` its place in `partition` of its topic."""

    envelope: Envelope
    body: Body
    key: bytes = b""
    partition: int = 0
    offset: int = 0
    erased: bool = False
    """The person is erased: the private fields hold their defaults."""


class SealedBody(msgspec.Struct, frozen=True, gc=False):
    """A body ready to be stored and published: its open fields as JSON, and its seal if it has private ones."""

    body: bytes
    seal: Seal | None


class Written(msgspec.Struct, frozen=True, gc=False):
    """A body whose JSON is there already: its open fields, and the private ones of `subject`, which is like `record:0197…`."""

    subject: str
    opened: bytes
    secret: bytes


class Codec:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def envelopes(self, values: Sequence[bytes]) -> list[Envelope | Undecodable]:
        """Read the envelopes alone. What is none comes back as the error, at its place."""
        try:
            return [_decoder.decode(value) for value in values]
        except NO_ENVELOPE:
            return [read_envelope(value) for value in values]

    def open(self, envelopes: Sequence[Envelope]) -> list[tuple[Body, bool] | Undecodable]:
        """The bodies with their private fields, and whether these were erased; one query to the vault at most."""
        ciphers = self._vault.ciphers({e.seal.subject for e in envelopes if e.seal})
        return [open_body(envelope, ciphers.get(envelope.seal.subject) if envelope.seal else None) for envelope in envelopes]

    def seal(self, bodies: Sequence[Body]) -> list[SealedBody]:
        """Seal the private fields; makes the keys of subjects that are new. Of an erased subject they are left out."""
        subjects = [subject_of(body) for body in bodies]
        ciphers = self._vault.ciphers((s for s in subjects if s), make=True)
        return [seal_body(body, subject, ciphers.get(subject) if subject else None) for body, subject in zip(bodies, subjects, strict=True)]

    def make_ready(self, subjects: Iterable[str]) -> None:
        """Make the keys that `seal_written` will ask for, if most are new: beside it, as the database takes as long as sealing."""
        self._vault.make_ready(subjects)

    def seal_written(self, kind: str, bodies: Sequence[Written]) -> list[SealedBody]:
        """The same for bulk records, of which a model each would cost more than all else. They must be as the body `kind` writes itself.

        Their keys are not kept in memory any longer: who brings records in does not ask for them again.
        """
        ciphers = self._vault.ciphers((body.subject for body in bodies), make=True, keep=False)
        nonces = os.urandom(NONCE * len(bodies))
        return [
            SealedBody(body.opened, seal_of(body.subject, kind, body.secret, ciphers[body.subject], nonces[n * NONCE : (n + 1) * NONCE]))
            for n, body in enumerate(bodies)
        ]


def subject_of(body: Body) -> str | None:
    """`person:UUID` of a body with private fields, else None."""
    if not private_fields(type(body)):
        return None
    field = body.SUBJECT
    if field is None:
        raise TypeError(f"{type(body).__name__} has private fields and names no SUBJECT")
    return f"{field.removesuffix('_id')}:{getattr(body, field)}"


def encode(envelope: Envelope) -> bytes:
    return _encoder.encode(envelope)


def read_envelope(value: bytes) -> Envelope | Undecodable:
    try:
        return _decoder.decode(value)
    except NO_ENVELOPE as error:
        return Undecodable(f"not an envelope: {error}")


def open_body(envelope: Envelope, cipher: AESGCM | None) -> tuple[Body, bool] | Undecodable:
    reader = reader_of(envelope.type, envelope.schema)
    if reader is None:
        return Undecodable(f"no body named {envelope.type} version {envelope.schema} is known here")
    erased = envelope.seal is not None and cipher is None
    try:
        raw = bytes(envelope.body)
        if envelope.seal and cipher:
            raw = splice(raw, unseal(envelope.seal, envelope.type, cipher))
        return reader(raw), erased
    except InvalidTag:
        return Undecodable(f"the seal of {envelope.type} does not open with the key of its subject: was the master key changed?")
    except ValueError as error:
        return Undecodable(f"the body of {envelope.type} breaks its contract: {error}")


@lru_cache(maxsize=1000)  # not without end: what stands on a topic may bear any name
def reader_of(kind: str, schema: int) -> Callable[[bytes], Body] | None:
    """Pydantic's own validator: what `model_validate_json` does before it costs as much again. None for a body not known here."""
    body = BODY_NAMED.get((kind, schema))
    return TypeAdapter(body).validator.validate_json if body else None


@cache
def field_sets(body: type[Body]) -> tuple[set[str], set[str]]:
    private = set(private_fields(body))
    return private, set(body.model_fields) - private


def seal_body(body: Body, subject: str | None, cipher: AESGCM | None) -> SealedBody:
    if subject is None:
        return SealedBody(body.model_dump_json().encode(), None)
    private, rest = field_sets(type(body))
    opened = body.model_dump_json(include=rest).encode()
    secret = body.model_dump_json(include=private, exclude_none=True).encode() if cipher else b""
    return SealedBody(opened, seal_of(subject, type(body).__name__, secret, cipher, os.urandom(NONCE)))


def seal_of(subject: str, kind: str, secret: bytes, cipher: AESGCM | None, nonce: bytes) -> Seal:
    """Of an erased subject, which has no cipher any more, an empty one."""
    if cipher is None:
        return Seal(subject=subject, blob="")
    blob = nonce + cipher.encrypt(nonce, secret, additional(subject, kind))
    return Seal(subject=subject, blob=b2a_base64(blob, newline=False).decode())


def unseal(seal: Seal, kind: str, cipher: AESGCM) -> bytes:
    if not seal.blob:
        return b"{}"
    blob = base64.b64decode(seal.blob)
    return cipher.decrypt(blob[:NONCE], blob[NONCE:], additional(seal.subject, kind))


def additional(subject: str, kind: str) -> bytes:
    return f"{subject}|{kind}".encode()


def splice(one: bytes, other: bytes) -> bytes:
    """Two JSON objects as one."""
    one, other = one.rstrip(), other.lstrip()
    if other == b"{}":
        return one
    return other if one == b"{}" else one[:-1] + b"," + other[1:]
