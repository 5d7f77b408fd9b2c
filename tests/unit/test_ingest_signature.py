"""Signatures of webhooks: Standard Webhooks' own example, and each way in which a call is not what was signed."""

import os
from dataclasses import replace

import pytest

from services.ingest.domain.signature import TOLERANCE, Call, Unsigned, call_of, check, new_secret, signature

# The example of the specification.
SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl"
ID, AT, BODY = "msg_loFOjxBNrRLzqYUf", 1731705121, b'{"event_type":"ping","data":{"success":true}}'
SIGNED = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="


def signed(*secrets: str) -> Call:
    return call_of(ID, str(AT), " ".join(signature(secret, ID, AT, BODY) for secret in secrets), BODY)


def test_the_specifications_example_is_signed_as_there() -> None:
    assert signature(SECRET, ID, AT, BODY) == SIGNED
    check(call_of(ID, str(AT), SIGNED, BODY), [SECRET], AT)


def test_a_call_holds_if_any_signature_is_of_any_secret() -> None:
    new = new_secret(os.urandom)
    check(signed(SECRET), [new, SECRET], AT)
    check(signed(new, SECRET), [SECRET], AT)
    check(replace(signed(SECRET), signatures=("v2,x", "", SIGNED)), [SECRET], AT)


@pytest.mark.parametrize("seconds", [-TOLERANCE, 0, TOLERANCE])
def test_a_call_is_taken_within_five_minutes(seconds: int) -> None:
    check(signed(SECRET), [SECRET], AT + seconds)


@pytest.mark.parametrize("seconds", [-TOLERANCE - 1, TOLERANCE + 1])
def test_a_call_beyond_five_minutes_is_refused(seconds: int) -> None:
    with pytest.raises(Unsigned, match="more than 300 s"):
        check(signed(SECRET), [SECRET], AT + seconds)


@pytest.mark.parametrize(
    "other",
    [
        replace(signed(SECRET), id="another"),
        replace(signed(SECRET), timestamp=AT + 1),
        replace(signed(SECRET), body=BODY + b" "),
        replace(signed(SECRET), signatures=(SIGNED.removeprefix("v1,"),)),
        replace(signed(SECRET), signatures=("v1,\N{SNOWMAN}",)),
        replace(signed(SECRET), signatures=()),
    ],
    ids=["id", "time", "body", "scheme", "not ascii", "none"],
)
def test_what_was_not_signed_is_refused(other: Call) -> None:
    with pytest.raises(Unsigned, match="not of this webhook's secret"):
        check(other, [SECRET], AT)


def test_another_secret_is_refused_and_no_secret_holds_nothing() -> None:
    for secrets in ([new_secret(os.urandom)], []):
        with pytest.raises(Unsigned):
            check(signed(SECRET), secrets, AT)


@pytest.mark.parametrize(
    ("message_id", "timestamp", "signatures"),
    [(None, "1", "v1,x"), ("a", None, "v1,x"), ("a", "1", None), ("", "1", "v1,x"), ("a" * 201, "1", "v1,x"), ("ä", "1", "v1,x"),
     ("a", "1.5", "v1,x"), ("a", "-1", "v1,x"), ("a", "now", "v1,x"), ("a", "9" * 12, "v1,x"), ("a", "²", "v1,x")],
)  # fmt: skip
def test_headers_that_cannot_be_meant_are_refused(message_id: str | None, timestamp: str | None, signatures: str | None) -> None:
    with pytest.raises(Unsigned):
        call_of(message_id, timestamp, signatures, BODY)


def test_a_call_with_many_signatures_costs_ten() -> None:
    assert len(call_of(ID, str(AT), "v1,x " * 1000, BODY).signatures) == 10


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret(os.urandom) for _ in range(100)}
    assert len(made) == 100
    assert all(len(secret) == len("whsec_") + 44 for secret in made)
