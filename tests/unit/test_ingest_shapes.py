"""What programs push is taken or refused record by record, whatever one of them holds."""

import json
from typing import Any

import pytest

from services.ingest.api.hooks import delivered
from services.ingest.api.pushes import PushRecords, RecordActivities
from services.ingest.api.shapes import TOO_DEEP, PushedRecord, as_pushed
from services.ingest.domain.records import Refusal
from services.ingest.domain.values import storable
from services.kit.errors import Invalid

ANN = {"id": "1", "fields": {"email": "ann@acme.com"}}
HALF = "\ud800"


def is_storable(text: str) -> bool:
    return text == storable(text)


def pushed(record: Any) -> list[PushedRecord | Refusal]:
    # Over JSON, where such texts are written with a backslash.
    return list(PushRecords.model_validate(json.loads(json.dumps({"source": "Website", "records": [ANN, record, ANN]}))).records)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"fields": {"email": HALF}}, "fields.email: "),
        ({"fields": {f"custom:{HALF}": "x"}}, "fields."),
        ({"id": HALF, "fields": {}}, "id: "),
        ({HALF: 1, "fields": {}}, "valid string"),
        ({"fields": {"a\0b": 7}}, "fields.a\ufffdb: "),
        ({"a\0b": 7, "fields": {}}, "a\ufffdb: "),
        ({"fields": {"email": "x"}, "deep": json.loads("[" * 300 + "]" * 300)}, "deep: "),
    ],
)
def test_a_text_that_cannot_be_kept_costs_its_own_record_alone(record: Any, why: str) -> None:
    one, refused, other = pushed(record)
    assert isinstance(one, PushedRecord)
    assert one == other
    assert isinstance(refused, Refusal)
    assert why in refused.reason
    assert is_storable(refused.reason)
    assert is_storable(refused.raw)


def test_what_was_refused_is_kept_as_it_was_pushed() -> None:
    refused = pushed({"fields": {"full_name": "Jürgen\0", "email": 7}})[1]
    assert isinstance(refused, Refusal)
    assert json.loads(refused.raw) == {"fields": {"full_name": "Jürgen\0", "email": 7}}


def test_what_is_too_deep_to_be_shown_is_said_to_be() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert as_pushed(deep) == TOO_DEEP


def test_an_activity_is_refused_alone_too() -> None:
    asked = {"email": "ann@acme.com", "kind": "download", "at": "2026-03-01T10:00:00Z"}
    body = {"source": "Website", "activities": [asked, {**asked, "what": HALF}]}
    one, refused = RecordActivities.model_validate(json.loads(json.dumps(body))).activities
    assert not isinstance(one, Refusal)
    assert isinstance(refused, Refusal)


def test_half_a_character_in_a_webhooks_call_costs_its_own_record_alone() -> None:
    ask = delivered(json.dumps({"records": [ANN, {"fields": {"email": HALF}}]}).encode())
    assert [isinstance(each, Refusal) for each in ask.records] == [False, True]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\xff", b'{"records": ' + b"[" * 100_000])
def test_a_webhooks_call_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="no JSON"):
        delivered(body)


@pytest.mark.parametrize(
    ("text", "kept"), [("a\0b", "a\ufffdb"), ("\ud800\udc00", "\ufffd\ufffd"), ("Jürgen 🙂\n", "Jürgen 🙂\n"), ("", "")]
)
def test_nul_and_halves_of_characters_are_replaced(text: str, kept: str) -> None:
    assert storable(text) == kept
