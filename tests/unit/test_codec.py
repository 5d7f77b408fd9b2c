"""Bytes to events and back, without a database: the vault's keys are given."""

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from schemas.body import PROVIDER, private_fields
from schemas.envelope import Envelope
from schemas.ingest import RecordIngested
from schemas.samples import sample
from schemas.topics import BODY_NAMED
from services.kit.codec import Undecodable, encode, open_body, read_envelope, seal_body, splice, subject_of

CIPHER, OTHER = AESGCM(AESGCM.generate_key(256)), AESGCM(AESGCM.generate_key(256))
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def envelope_of(kind: str, body: bytes, **more: object) -> Envelope:
    given = {"event_id": uuid4(), "workspace_id": PROVIDER, "stream": "s:1", "version": 1, "occurred_at": NOW, "recorded_at": NOW}
    return Envelope(**given, type=kind, correlation_id="c", actor="service:test", body=msgspec.Raw(body), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [sample(kind) for kind in BODY_NAMED.values()], ids=lambda body: type(body).__name__)
def test_every_event_comes_back_as_it_went(body: RecordIngested) -> None:
    sealed = seal_body(body, subject_of(body), CIPHER)
    wire = encode(envelope_of(type(body).__name__, sealed.body, seal=sealed.seal))
    read = read_envelope(wire)
    assert isinstance(read, Envelope)
    assert open_body(read, CIPHER) == (body, False)
    for name in private_fields(type(body)):
        assert f'"{name}"'.encode() not in wire


@given(st.dictionaries(st.text(), st.text()))
def test_whatever_a_record_says_is_sealed_and_opened_again(fields: dict[str, str]) -> None:
    body = sample(RecordIngested).model_copy(update={"fields": fields})
    sealed = seal_body(body, subject_of(body), CIPHER)
    assert open_body(envelope_of("RecordIngested", sealed.body, seal=sealed.seal), CIPHER) == (body, False)


def test_without_its_key_a_body_has_its_defaults() -> None:
    body = sample(RecordIngested)
    sealed = seal_body(body, subject_of(body), CIPHER)
    erased = body.model_copy(update={"fields": {}})
    assert open_body(envelope_of("RecordIngested", sealed.body, seal=sealed.seal), None) == (erased, True)


def test_a_body_of_an_erased_person_is_stored_without_what_is_private() -> None:
    body = sample(RecordIngested)
    sealed = seal_body(body, subject_of(body), None)
    assert b"key" not in sealed.body
    assert sealed.seal
    assert sealed.seal.blob == ""


@pytest.mark.parametrize("value", [b"", b"{}", b"\xff\xfe", b"[1, 2]", b'{"event_id": "no"}', b"null"])
def test_what_is_no_envelope_is_undecodable(value: bytes) -> None:
    assert isinstance(read_envelope(value), Undecodable)


def test_what_breaks_its_contract_is_undecodable_and_says_why() -> None:
    sealed = seal_body(sample(RecordIngested), "record:1", CIPHER)
    for envelope, cipher, why in (
        (envelope_of("Nonsense", b"{}"), None, "no body named Nonsense"),
        (envelope_of("ImportFailed", b'{"reason": 3}'), None, "breaks its contract"),
        (envelope_of("RecordIngested", sealed.body, seal=sealed.seal), OTHER, "does not open"),
    ):
        found = open_body(envelope, cipher)
        assert isinstance(found, Undecodable)
        assert why in str(found)


@given(st.dictionaries(st.text("ab"), st.integers(), max_size=2), st.dictionaries(st.text("cd"), st.integers(), max_size=2))
def test_two_objects_are_spliced_into_one(one: dict[str, int], other: dict[str, int]) -> None:
    spliced = splice(msgspec.json.encode(one), msgspec.json.encode(other))
    assert msgspec.json.decode(spliced) == {**one, **other}


def test_a_body_with_private_fields_and_no_subject_is_a_programming_error() -> None:
    class Nobody(RecordIngested):
        SUBJECT = None

    with pytest.raises(TypeError, match="names no SUBJECT"):
        subject_of(Nobody.model_construct(**sample(RecordIngested).model_dump()))
