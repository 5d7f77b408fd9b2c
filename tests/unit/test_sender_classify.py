"""What incoming mails mean, on mails as they really look."""

import time
from datetime import UTC, datetime
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sender.domain.absence import back_at
from services.sender.domain.classify import Incoming, Meaning, classify

RECEIVED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
OURS = "<0123456789abcdef0123456789abcdef@sender.example>"


def read(text: str) -> Incoming:
    return classify(dedent(text).lstrip().replace("\n", "\r\n").encode(), RECEIVED)


def mail(subject: str = "Re: Hello", body: str = "Yes, gladly.", headers: str = "") -> str:
    head = f"From: Bob <Bob@Recipient.Example>\nTo: ann@sender.example\nSubject: {subject}\nMessage-ID: <answer@recipient.example>\n"
    return f"{head}In-Reply-To: {OURS}\n{headers}\n{body}\n"


def test_a_reply_is_a_reply_in_their_own_words() -> None:
    found = read(mail(body="Yes, gladly.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <ann@sender.example> wrote:\n> unsubscribe\n> Hello"))
    assert (found.meaning, found.text) == (Meaning.REPLY, "Yes, gladly.")
    assert (found.message_id, found.refers_to, found.addresses) == (
        "<answer@recipient.example>",
        (OURS,),
        ("bob@recipient.example",),
    )


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ("Auto-Submitted: auto-replied\n", "Out of Office: Hello"),
        ("Auto-Submitted: auto-replied (vacation)\n", "Abwesenheitsnotiz"),
        ("X-Autoreply: yes\n", "Re: Hello [away]"),
        ("Precedence: auto_reply\n", "I am on vacation"),
        ("", "Automatic reply: Hello"),
        ("", "Automatische Antwort: Hallo"),
        ("", "=?utf-8?q?R=C3=A9ponse_automatique?="),
    ],
)
def test_out_of_office_is_no_reply(headers: str, subject: str) -> None:
    found = read(mail(subject, "I am out of the office until 14 March 2026.", headers))
    assert (found.meaning, found.until) == (Meaning.OUT_OF_OFFICE, datetime(2026, 3, 15, tzinfo=UTC))


def test_a_machines_notice_of_another_kind_says_nothing() -> None:
    found = read(mail("Ticket 4711 opened", "We got your request.", "Auto-Submitted: auto-generated\n"))
    assert found.meaning is Meaning.AUTOMATIC


def test_auto_submitted_no_is_a_person() -> None:
    assert read(mail(headers="Auto-Submitted: no\n")).meaning is Meaning.REPLY


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("I will be back on Monday, March 16th.", (2026, 3, 16)),
        ("Returning 2026-03-20, with limited access to mail.", (2026, 3, 20)),
        ("I am away until and including 31 March.", (2026, 4, 1)),
        ("Ich bin bis zum 12.03.2026 im Urlaub.", (2026, 3, 13)),
        ("Ab dem 20. März bin ich wieder da", None),
        ("Ich bin wieder am 20. März im Büro", (2026, 3, 20)),
        ("Je suis absent jusqu'au 10 avril 2026.", (2026, 4, 11)),
        ("Estaré fuera hasta el 9 de abril de 2026", (2026, 4, 10)),
        ("back on 2 January", (2027, 1, 2)),
        ("until 31 February", None),
        ("until 14 March 2019", None),
        ("I am away for a while", None),
    ],
)
def test_the_day_of_return_is_read(text: str, back: tuple[int, int, int] | None) -> None:
    assert back_at(text, RECEIVED) == (datetime(*back, tzinfo=UTC) if back else None)


BOUNCE = """
    From: Mail Delivery System <MAILER-DAEMON@mx.example>
    To: ann@sender.example
    Subject: Undelivered Mail Returned to Sender
    Message-ID: <bounce-1@mx.example>
    Auto-Submitted: auto-replied
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

    --b1
    Content-Type: text/plain; charset=us-ascii

    I'm sorry to have to inform you that your message could not be delivered.
    --b1
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.example

    Final-Recipient: rfc822; Bob@Recipient.example
    Action: {action}
    Status: {status}
    Diagnostic-Code: smtp; 550 5.1.1 <bob@recipient.example>: User unknown
    --b1
    Content-Type: {kind}

    From: ann@sender.example
    To: bob@recipient.example
    Message-ID: {ours}
    Subject: Hello

    --b1--
"""


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize(
    ("action", "status", "permanent"), [("failed", "5.1.1", True), ("failed", "4.4.7", False), ("delayed", "4.2.2", False)]
)
def test_a_bounce_names_the_mail_that_came_back(kind: str, action: str, status: str, permanent: bool) -> None:
    found = read(BOUNCE.format(kind=kind, action=action, status=status, ours=OURS))
    assert (found.meaning, found.permanent) == (Meaning.BOUNCE, permanent)
    assert OURS in found.refers_to
    assert found.addresses == ("bob@recipient.example",)
    assert "User unknown" in (found.diagnostic or "")


def test_a_bounce_that_keeps_to_no_form_is_one_too() -> None:
    found = read(f"""
        From: MAILER-DAEMON@old.example
        Subject: failure notice
        Message-ID: <b2@old.example>

        Hi. This is the qmail-send program. I wasn't able to deliver:
        <bob@recipient.example>: 550 5.7.1 no thanks
        --- Below this line is a copy of the message.
        Message-ID: {OURS}
    """)
    assert (found.meaning, found.permanent) == (Meaning.BOUNCE, True)
    assert OURS in found.refers_to


@pytest.mark.parametrize(
    "text",
    [
        "unsubscribe",
        "STOP",
        "Please remove me from your list.",
        "Bitte keine weiteren E-Mails.",
        "Abmelden",
        "Take me off this list!",
        "don\u2019t contact me again",
        "Hi,\nplease unsubscribe me. Thanks",
    ],
)
def test_a_short_request_to_be_left_alone_is_an_opt_out(text: str) -> None:
    assert read(mail(body=text)).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [
        "We cannot stop by on Monday, but Tuesday works.",
        "I stopped reading at the price. Call me?",
        "Yes.\n\n> to unsubscribe, click",
        "ok " * 200 + "unsubscribe",
    ],
)
def test_what_only_sounds_like_it_is_a_reply(text: str) -> None:
    assert read(mail(body=text)).meaning is Meaning.REPLY


def test_an_accepted_meeting_is_one_and_a_declined_is_a_reply() -> None:
    calendar = """
        From: bob@recipient.example
        Subject: Accepted: Meeting
        In-Reply-To: {ours}
        Content-Type: multipart/alternative; boundary=c

        --c
        Content-Type: text/plain

        Bob has answered.
        --c
        Content-Type: text/calendar; method=REPLY

        BEGIN:VCALENDAR
        METHOD:REPLY
        ATTENDEE;PARTSTAT={answer}:mailto:bob@recipient.example
        END:VCALENDAR
        --c--
    """
    assert read(calendar.format(ours=OURS, answer="ACCEPTED")).meaning is Meaning.MEETING
    assert read(calendar.format(ours=OURS, answer="DECLINED")).meaning is Meaning.REPLY


def test_a_complaint_passed_on_names_the_mail() -> None:
    found = read(f"""
        From: feedback@provider.example
        Subject: FW: Hello
        Content-Type: multipart/report; report-type=feedback-report; boundary=f

        --f
        Content-Type: text/plain

        This is an abuse report.
        --f
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        --f
        Content-Type: message/rfc822

        From: ann@sender.example
        To: bob@recipient.example
        Message-ID: {OURS}

        Hello
        --f--
    """)
    assert found.meaning is Meaning.COMPLAINT
    assert OURS in found.refers_to
    assert found.addresses == ("bob@recipient.example",)


def bombs() -> dict[str, bytes]:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(5000))
    head = b"From: bob@recipient.example\r\nIn-Reply-To: " + OURS.encode() + b"\r\n"
    return {
        "many parts": head + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 100_000,
        "deep": head + nested,
        "one endless header": head + b"X: " + b"a" * 1_000_000,
        "many headers": head + b"X: y\r\n" * 150_000,
        "endless folding": head + b"X: y" + b"\r\n " * 300_000,
        "brackets": head + b"References: " + b"<" * 500_000 + b"\r\n\r\nhi",
        "commas": b"From: " + b"a@b, " * 10_000 + b"\r\n\r\nhi",
        "open quotes": b"From: " + b'"(' * 20_000 + b"\r\n\r\nhi",
        "encoded words": head + b"Subject: " + b"=?utf-8?q?a?= " * 4000 + b"\r\n\r\nhi",
        "tags": head + b"Content-Type: text/html\r\n\r\n" + b"<script" * 100_000,
        "dates": head + b"Auto-Submitted: auto-replied\r\n\r\n" + b"until the the 1 " * 50_000,
        "quotes": head + b"\r\n" + b"on " * 300_000,
    }


@pytest.mark.parametrize("name", bombs())
def test_no_mail_takes_long(name: str) -> None:
    raw = bombs()[name][: 1024 * 1024]
    started = time.process_time()
    classify(raw, RECEIVED)
    assert time.process_time() - started < 3


@given(st.binary(max_size=2000))
def test_no_bytes_break_it(raw: bytes) -> None:
    assert classify(raw, RECEIVED).meaning in Meaning


def test_html_alone_is_read_without_its_tags() -> None:
    found = read("""
        From: "Bob, at work" <bob@recipient.example>
        In-Reply-To: <x@y.example>
        Content-Type: text/html; charset=utf-8

        <html><style>p > a {color: red}</style><body><p>Yes &amp; <b>gladly</b>: 1 < 2.<br>Bob</p><script>evil("<p>")</script></body></html>
    """)
    assert found.text.split("\n") == ["Yes & gladly : 1 < 2.", "Bob"]
    assert found.addresses == ("bob@recipient.example",)


HEADS = ["From", "Subject", "Content-Type", "In-Reply-To", "Auto-Submitted", "Message-ID", "Content-Transfer-Encoding"]


@given(st.lists(st.tuples(st.sampled_from(HEADS), st.text(max_size=80)), max_size=12), st.text(max_size=300))
def test_no_headers_break_it(headers: list[tuple[str, str]], body: str) -> None:
    raw = "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n" + body
    assert classify(raw.encode("utf-8", "surrogatepass"), RECEIVED).meaning in Meaning
