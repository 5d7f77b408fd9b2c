"""Mails are built by hand for speed; the standard library must read the same out of them, and nobody can write headers of their own."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.sender.domain.errors import Refused
from services.sender.domain.message import Message, Tracking, build, links_in, message_id_of, stuffed

DATE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
# What a header can hold: any character but controls and half ones.
words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=3000)
injections = st.tuples(words, st.sampled_from("\r\n\x00\x0b\x0c\x7f"), words).map("".join)


def message(subject: str = "Hello", text: str = "Hi", **more: object) -> Message:
    fields: dict[str, object] = {
        "message_id": "<0123456789abcdef0123456789abcdef@sender.example>",
        "from_address": "ann@sender.example",
        "to_address": "bob@recipient.example",
        "date": DATE,
    }
    return Message(subject=subject, text=text, **{**fields, **more})  # type: ignore[arg-type]


def parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def normal(text: str) -> str:
    """Line ends as a mail has them, and one at the end."""
    lines = re.sub(r"\r\n|\r", "\n", text)
    return lines if lines.endswith("\n") else lines + "\n"


def spaces(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@given(words, texts)
@example("=?utf-8?q?not_encoded?=", "=20=\n.\n..\n--=_0123456789abcdef0123456789abcdef\n")
@example("a" * 2000, "x" * 5000)
@example("word " * 200, "ü" * 3000)
@example("  two  spaces  ", "trailing \nspaces\t\n")
def test_what_is_built_is_read_back_equal(subject: str, text: str) -> None:
    found = parsed(build(message(subject, text)))
    assert spaces(str(found["Subject"])) == spaces(subject)
    assert normal(found.get_content()) == normal(text)
    assert found["Message-ID"] == "<0123456789abcdef0123456789abcdef@sender.example>"
    assert not found.defects


@given(words, words)
def test_names_are_read_back_equal(writer: str, reader: str) -> None:
    # Not by the newer parser: it puts spaces between encoded words of a name, against RFC 2047, 6.2.
    found = message_from_bytes(build(message(from_name=writer, to_name=reader)), policy=policy.compat32)
    for header, name, address in (("From", writer, "ann@sender.example"), ("To", reader, "bob@recipient.example")):
        shown, written_to = parseaddr(str(found[header]).replace("\n", ""))
        assert written_to == address
        assert spaces(str(make_header(decode_header(shown)))) == spaces(name)


@given(words, texts, words)
def test_every_line_ends_with_crlf_and_none_is_too_long(subject: str, text: str, name: str) -> None:
    raw = build(message(subject, text, from_name=name, tracking=Tracking("https://x.example/t/p", ("https://x.example/t/c",) * 255)))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\x00" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@given(injections)
def test_a_line_break_in_a_header_is_refused(evil: str) -> None:
    for fields in ({"subject": evil}, {"from_name": evil}, {"to_name": evil}, {"unsubscribe": evil}, {"message_id": evil}):
        with pytest.raises(Refused):
            build(message(**fields))
    for fields in ({"to_address": f"bob@{evil}"}, {"from_address": f"{evil}@sender.example"}):
        with pytest.raises(Refused):
            build(message(**fields))


@given(texts)
def test_only_our_headers_stand_in_the_head(text: str) -> None:
    found = parsed(build(message("Subject", text, unsubscribe="https://x.example/u/abc")))
    assert [name.lower() for name in found] == [
        "from", "to", "subject", "date", "message-id", "mime-version", "list-unsubscribe", "list-unsubscribe-post",
        "content-type", "content-transfer-encoding",
    ]  # fmt: skip


@given(st.text(max_size=60))
def test_an_address_is_written_to_as_it_is_or_refused(address: str) -> None:
    try:
        found = parsed(build(message(to_address=address)))
    except Refused:
        return
    [to] = found["To"].addresses
    assert to.addr_spec.partition("@")[0] == address.strip().rpartition("@")[0]


@given(texts)
def test_both_parts_say_the_same_words(text: str) -> None:
    tracking = Tracking("https://x.example/t/picture", tuple(f"https://x.example/t/{n}" for n in range(len(links_in(text)))))
    found = parsed(build(message(text=text, tracking=tracking)))
    plain, shown = found.get_body(("plain",)), found.get_body(("html",))
    assert plain is not None
    assert shown is not None
    assert normal(plain.get_content()) == normal(text)
    assert "https://x.example/t/picture" in shown.get_content()


@given(st.binary(max_size=500).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b"\r\n") + b"\r\n"))
@example(b".\r\n.\r\n..\r\n")
def test_a_stuffed_mail_ends_once_and_comes_out_as_it_went_in(raw: bytes) -> None:
    sent = stuffed(raw)
    assert sent.endswith(b"\r\n.\r\n")
    assert sent.index(b"\r\n.\r\n") == len(sent) - 5
    received = re.sub(rb"(?m)^\.", b"", sent[:-3])
    assert received == raw


@given(st.uuids(), st.text(max_size=40), st.text(max_size=40))
def test_a_message_id_is_a_function_of_recipient_and_step(recipient: UUID, one: str, other: str) -> None:
    assert message_id_of(recipient, one, "x.example") == message_id_of(recipient, one, "x.example")
    assert (message_id_of(recipient, one, "x.example") == message_id_of(recipient, other, "x.example")) == (one == other)
    assert message_id_of(recipient, one, "x.example") != message_id_of(uuid4(), one, "x.example")


def test_a_link_in_the_text_leads_through_the_tracker_in_html_alone() -> None:
    text = "See https://offer.example/a?b=1&c=2, or <https://other.example>."
    assert links_in(text) == ("https://offer.example/a?b=1&c=2", "https://other.example")
    found = parsed(
        build(message(text=text, tracking=Tracking("https://x.example/t/p", ("https://x.example/t/1", "https://x.example/t/2"))))
    )
    plain, shown = found.get_body(("plain",)), found.get_body(("html",))
    assert plain is not None
    assert shown is not None
    assert "x.example" not in plain.get_content()
    assert '<a href="https://x.example/t/1">https://offer.example/a?b=1&amp;c=2</a>' in shown.get_content()


def test_unsubscribing_takes_one_click() -> None:
    found = parsed(build(message(unsubscribe="https://x.example/u/abc")))
    assert found["List-Unsubscribe"] == "<https://x.example/u/abc>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
