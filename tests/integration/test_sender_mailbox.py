"""Answers come in over real IMAP (GreenMail), and tell what they say of the outreach they belong to."""

import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from uuid import uuid4

import pytest
from imapclient import IMAPClient

from schemas.campaign import OutreachAsked
from services.kit.database import rows, run
from services.kit.settings import Settings
from services.sender.domain.account import Account, Security, Server
from services.sender.ports import AccountTrouble
from services.sender.reading import Reading, read_once
from services.sender.wiring import mailbox_opener
from tests.conftest import Engines
from tests.sender_bed import Bed, port_of, sender_settings

pytestmark = pytest.mark.engines


class World(Bed):
    """A bed with a real mail server around it."""

    engines: Engines
    account: Account

    def open_account(self, engines: Engines, **more: Any) -> None:
        self.engines = engines
        self.know_workspace()
        self.account = self.register(port_of(engines.smtp), port_of(engines.imap), **more)

    def send(self, address: str, **more: Any) -> OutreachAsked:
        asked = self.asked(address, **more)
        self.ask(asked)
        sending = self.sending()
        self.send_all(sending)
        sending.close()
        assert self.stages()[asked.outreach_id] == "accepted"
        return asked

    def message_id(self, asked: OutreachAsked) -> str:
        with self.database.transaction() as connection:
            [row] = rows(connection, "SELECT message_id FROM outreach WHERE outreach_id = :id", id=asked.outreach_id)
        return str(row.message_id)

    def deliver(self, *mails: EmailMessage) -> None:
        """Into the sender's mailbox, as the world would."""
        with smtplib.SMTP("127.0.0.1", port_of(self.engines.smtp)) as smtp:
            for mail in mails:
                if "Message-ID" not in mail:
                    mail["Message-ID"] = make_msgid(domain="recipient.example")
                smtp.send_message(mail, from_addr="world@recipient.example", to_addrs=[str(self.account.email)])

    def answer(self, asked: OutreachAsked, text: str, subject: str = "Re: Hello", **headers: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["Subject"] = f"Bob <{asked.message.to}>", subject
        mail["In-Reply-To"] = self.message_id(asked)
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        self.deliver(mail)
        return mail

    def read(self) -> dict[str, int]:
        _, counts = read_once(self.postbox(), mailbox_opener(self.settings))
        return dict(counts)

    def in_doubt(self, asked: OutreachAsked) -> None:
        with self.database.transaction() as connection:
            run(connection, "UPDATE sends SET stage = 'in_doubt' WHERE outreach_id = :id", id=asked.outreach_id)


@pytest.fixture
def world(settings: Settings, engines: Engines) -> Iterator[World]:
    made = World(sender_settings(settings))
    made.open_account(engines)
    yield made
    made.database.close()


def address() -> str:
    return f"bob-{uuid4().hex[:8]}@recipient.example"


def bounce_of(asked: OutreachAsked, message_id: str, status: str = "5.1.1") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "MAILER-DAEMON@mx.example", "Undelivered Mail"
    mail.set_content("It could not be delivered.")
    mail.make_mixed()
    report = EmailMessage()
    report["Content-Type"] = "message/delivery-status"
    report.set_payload([header(Final_Recipient=f"rfc822; {asked.message.to}", Action="failed", Status=status)])
    original = EmailMessage()
    original["Content-Type"] = "message/rfc822"
    original.set_payload([header(Message_ID=message_id, To=str(asked.message.to), Subject="Hello")])
    mail.attach(report)
    mail.attach(original)
    mail.replace_header("Content-Type", "multipart/report; report-type=delivery-status")
    return mail


def header(**fields: str) -> EmailMessage:
    mail = EmailMessage()
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    return mail


def test_each_answer_tells_what_it_says(world: World) -> None:
    replying, away, gone, leaving = (world.send(address()) for _ in range(4))
    world.answer(replying, "Yes, gladly.\n\n> Hello Bob")
    world.answer(away, "I am away until 2026-03-20.", "Out of office", Auto_Submitted="auto-replied")
    world.deliver(bounce_of(gone, world.message_id(gone)))
    world.answer(leaving, "Please unsubscribe me")
    assert world.read() == {"reply": 1, "out_of_office": 1, "bounce": 1, "opt_out": 1}
    told = {(kind, body["outreach_id"]): body for kind, body in world.told() if kind != "OutreachAccepted"}
    assert set(told) == {
        ("ReplyReceived", str(replying.outreach_id)),
        ("OutOfOfficeReceived", str(away.outreach_id)),
        ("MailBounced", str(gone.outreach_id)),
        ("OptedOut", str(leaving.outreach_id)),
    }
    assert told["OutOfOfficeReceived", str(away.outreach_id)]["until"].startswith("2026-03-21")
    assert told["MailBounced", str(gone.outreach_id)]["permanent"] is True
    assert told["OptedOut", str(leaving.outreach_id)]["by"] == "reply"
    assert told["OptedOut", str(leaving.outreach_id)]["digest"] == world.secrets.digest("email", str(leaving.message.to))
    # What identifies the person is sealed: neither their words nor their address stand in the open.
    assert "text" not in told["ReplyReceived", str(replying.outreach_id)]


def test_times_are_those_of_the_service_s_clock(world: World) -> None:
    asked = world.send(address())
    world.now += timedelta(days=30)
    world.answer(asked, "Yes")
    world.read()
    [received] = [datetime.fromisoformat(body["received_at"]) for kind, body in world.told() if kind == "ReplyReceived"]
    assert timedelta() <= world.now - received < timedelta(minutes=1)


def test_what_was_read_is_not_told_again(world: World) -> None:
    asked = world.send(address())
    mail = world.answer(asked, "Yes")
    assert world.read() == {"reply": 1}
    assert world.read() == {}
    with world.database.transaction() as connection:
        run(connection, "UPDATE mailboxes SET uid_validity = 7, next_uid = 900")
    assert world.read() == {}
    world.deliver(mail)
    assert world.read() == {}
    assert world.told_types().count("ReplyReceived") == 1


def test_no_mail_is_marked_as_seen(world: World) -> None:
    world.answer(world.send(address()), "Yes")
    world.read()
    with IMAPClient("127.0.0.1", port_of(world.engines.imap), ssl=False) as client:
        client.login(str(world.account.email), "secret")
        client.select_folder("INBOX", readonly=True)
        assert len(client.search("UNSEEN")) == len(client.search("ALL")) == 1


def test_by_the_address_when_nothing_else_is_named(world: World) -> None:
    asked = world.send(address())
    mail = EmailMessage()
    mail["From"], mail["Subject"] = f"Bob <{str(asked.message.to).upper()}>", "A question"
    mail.set_content("What does it cost?")
    world.deliver(mail)
    assert world.read() == {"reply": 1}


def test_of_what_is_not_ours_only_its_having_been_seen_is_kept(world: World) -> None:
    world.send(address())
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "mother@home.example", "Sunday"
    mail.set_content("Are you coming?")
    world.deliver(mail)
    assert world.read() == {"unrelated": 1}
    with world.database.transaction() as connection:
        [row] = rows(connection, "SELECT raw, outreach_id FROM mails")
    assert (row.raw, row.outreach_id) == (None, None)


def test_the_sender_s_own_words_are_no_reply(world: World) -> None:
    asked = world.send(address())
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["In-Reply-To"] = world.account.email, "Re: Hello", world.message_id(asked)
    mail.set_content("One more thing")
    world.deliver(mail)
    assert world.read() == {"unrelated": 1}


@pytest.mark.parametrize(("by", "went_out"), [("reply", True), ("bounce", True)])
def test_what_answers_a_mail_in_doubt_settles_it(world: World, by: str, went_out: bool) -> None:
    asked = world.send(address())
    world.in_doubt(asked)
    if by == "reply":
        world.answer(asked, "Yes")
    else:
        world.deliver(bounce_of(asked, world.message_id(asked)))
    world.read()
    assert world.stages() == {asked.outreach_id: "accepted"}
    [settled] = [body for kind, body in world.told() if kind == "OutreachSettled"]
    assert (settled["went_out"], settled["by"]) == (went_out, by)


def test_the_sent_folder_settles_what_it_has(settings: Settings, engines: Engines) -> None:
    world = World(sender_settings(settings))
    world.open_account(engines, sent_folder="Sent")
    there, missing = world.send(address()), world.send(address())
    with IMAPClient("127.0.0.1", port_of(engines.imap), ssl=False) as client:
        client.login(str(world.account.email), "secret")
        client.create_folder("Sent")
        client.append("Sent", f"Message-ID: {world.message_id(there)}\r\nSubject: Hello\r\n\r\nHello".encode())
    for asked in (there, missing):
        world.in_doubt(asked)
    world.read()
    assert world.stages() == {there.outreach_id: "accepted", missing.outreach_id: "in_doubt"}


def test_large_mails_are_cut_off_and_still_understood(settings: Settings, engines: Engines) -> None:
    world = World(sender_settings(settings, sender_mail_bytes=20_000))
    world.open_account(engines)
    asked = world.send(address())
    world.answer(asked, "Yes\n" + "x" * 70 + "\n" * 1 + ("y" * 70 + "\n") * 3000)
    assert world.read() == {"reply": 1}
    with world.database.transaction() as connection:
        [row] = rows(connection, "SELECT size, length(raw) AS kept FROM mails")
    assert row.kept <= 20_000 < row.size


def test_many_mails_are_read_in_parts(world: World) -> None:
    asked = world.send(address())
    mails = [header(From=f"Bob <{asked.message.to}>", Subject=f"Answer {number}") for number in range(210)]
    world.deliver(*mails)
    assert world.read() == {"reply": 210}


def test_two_readers_take_each_mail_once(world: World) -> None:
    asked = world.send(address())
    loop = Reading(world.postbox(), mailbox_opener(world.settings), readers=2)
    loop.step()
    for _ in range(5):
        world.answer(asked, "Yes")
    first, second = loop.step(), world.read()
    loop.close()
    assert (first, second) == (5, {})


def test_a_mailbox_in_trouble_is_left_alone_and_says_why(settings: Settings, engines: Engines) -> None:
    world = World(sender_settings(settings))
    world.open_account(engines, imap=Server("127.0.0.1", 1, Security.NONE, "ann", "secret"))
    loop = Reading(world.postbox(), mailbox_opener(world.settings), readers=2)
    assert [loop.step(), loop.step()] == [0, 0]
    loop.close()
    with world.database.transaction() as connection:
        [row] = rows(connection, "SELECT trouble FROM mailboxes")
    assert "127.0.0.1:1" in row.trouble
    with pytest.raises(AccountTrouble):
        world.read()


def test_no_mailbox_off_this_machine_is_opened(world: World) -> None:
    far = Account(**{**world.account.__dict__, "imap": Server("192.0.2.1", 143, Security.STARTTLS, "ann", "secret")})
    with pytest.raises(AccountTrouble, match="SMARTLEADS_SENDER_LOCAL_ONLY"):
        mailbox_opener(world.settings)(far)
