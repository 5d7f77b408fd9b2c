"""What people do in the demo at each stop of the clock: recipients answer, senders do (or miss) their LinkedIn tasks."""

import html
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import httpx

from cli.client import Client
from cli.demo.campaigning import Running
from cli.demo.mail import MailWorld, booking, bounce, out_of_office, reply
from cli.demo.people import Habit, Person, accepts_invite, does_task, person_at
from cli.demo.world import World
from services.kit.errors import Rejected

READERS = {Habit.REPLIES, Habit.UNSUBSCRIBES, Habit.BOOKS}
MAIL_PROGRAM = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
DAYS_AWAY = 6
AT_ONCE = 16
"""Mailboxes that are looked into at the same time: each waits for the mail server most of the time."""


@dataclass
class Crowd:
    """All who act in the demo, and a count of what they did: what the KPIs have to come to."""

    api: Client
    world: World
    mail: MailWorld
    campaigns: list[Running] = field(default_factory=list)
    waiting: dict[str, Person] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    invited: dict[str, date] = field(default_factory=dict)
    """Outreach id of a request that was sent, and whose recipient will accept → the day of the request."""

    @property
    def addresses(self) -> set[str]:
        """Of all who are written to."""
        return {address for campaign in self.campaigns for address in campaign.contacts}

    def join(self, campaign: Running) -> None:
        """Its recipients are among the crowd from now on."""
        self.campaigns.append(campaign)
        people = map(person_at, campaign.contacts)
        self.waiting |= {person.address: person for person in people if person.habit is not Habit.SILENT}

    def act(self, now: datetime) -> None:
        """One stop: everything that somebody does by this time."""
        self.do_tasks(now)
        self.accept_invites(now)
        people = list(self.waiting.values())
        with ThreadPoolExecutor(AT_ONCE) as threads:
            inboxes = list(threads.map(lambda person: self.mail.inbox(person.address, self.world.mark), people))
        for person, inbox in zip(people, inboxes, strict=True):
            if len(inbox) >= person.at_email:
                del self.waiting[person.address]
                self.answer(person, inbox[person.at_email - 1], now)
        self.api.post(self.world.path("sender", "mailboxes/read"))

    def answer(self, person: Person, mail: EmailMessage, now: datetime) -> None:
        if person.habit in READERS:
            look_at(mail)
            self.did["opened"] += 1
        match person.habit:
            case Habit.REPLIES:
                self.mail.send(reply(mail, now, "Sounds interesting, tell me more."))
            case Habit.OUT_OF_OFFICE:
                self.mail.send(out_of_office(mail, now, now + timedelta(days=DAYS_AWAY)))
            case Habit.BOUNCES:
                self.mail.send(bounce(mail, now))
            case Habit.BOOKS:
                self.mail.send(booking(mail, now, now + timedelta(days=3)))
            case Habit.UNSUBSCRIBES:
                unsubscribe(mail)
        self.did[person.habit] += 1

    def do_tasks(self, now: datetime) -> None:
        """Tasks of this day; whoever does not do theirs misses it when the day is over."""
        for task in self.tasks():
            if task["missed"] or task["done"]:
                continue
            if does_task(task["sender_id"], task["recipient_id"]):
                self.api.post(self.world.path("sender", f"tasks/{task['outreach_id']}/done"))
                self.did["request sent"] += 1
                if accepts_invite(task["recipient_id"]):
                    self.invited[task["outreach_id"]] = now.date()

    def tasks(self) -> list[dict[str, Any]]:
        return list(self.api.every(self.world.path("sender", "tasks")))

    def accept_invites(self, now: datetime) -> None:
        for outreach_id, day in list(self.invited.items()):
            if now.date() > day + timedelta(days=1):
                del self.invited[outreach_id]
                self.api.post(self.world.path("sender", f"tasks/{outreach_id}/accepted"))
                self.did["connected"] += 1


def look_at(mail: EmailMessage) -> None:
    """As a mail program shows it, pictures and all."""
    shown = mail.get_body(("html",))
    for url in re.findall(r'<img src="([^"]+)"', shown.get_content() if shown else ""):
        httpx.get(html.unescape(url), headers=MAIL_PROGRAM, timeout=30).raise_for_status()


def unsubscribe(mail: EmailMessage) -> None:
    """One click, as RFC 8058 has it: a POST to the address in the mail's header."""
    found = re.search(r"<(https?://[^>]+)>", mail["List-Unsubscribe"] or "")
    if not found:
        raise Rejected(f"the mail “{mail['Subject']}” has no List-Unsubscribe address")
    httpx.post(found.group(1), data=ONE_CLICK, timeout=30).raise_for_status()
