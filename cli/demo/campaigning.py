"""The second half of the demo: senders, a campaign of three e-mails and one LinkedIn task, and several weeks of the clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from cli.client import Client
from cli.demo.mail import PASSWORD, MailWorld
from cli.demo.world import ZONE, World

DAILY_CAP = 60
WEEKS = 4
HOURS = (time(13, 0), time(19, 0))
"""When the demo looks around on a working day: in the middle of the sending window, and after it."""
CAMPAIGNS = (("Spring: first contact", 0, 220), ("Summer: the others", 3, 120))
"""Name, the week in which it starts, and at most how many recipients. The last is still on its way when the demo ends."""

STEPS: tuple[dict[str, Any], ...] = (
    {
        "step_id": "first-mail",
        "channel": "email",
        "act": "email",
        "subject": "{{ company_name | default: 'Your team' }} and its leads",
        "text": "Dear {{ full_name | default: 'reader' }},\n\nwho answers first when somebody asks {{ company_name | default: 'you' }} for"
        " an offer?\nWe help teams to know before it happens.\n\nBest regards\n{{ sender_name }}\n",
    },
    {
        "step_id": "invite",
        "channel": "linkedin",
        "act": "invite",
        "delay_days": 2,
        "text": "Hello {{ given_name | default: 'there' }}, I wrote to you about leads; glad to connect.",
    },
    {
        "step_id": "second-mail",
        "channel": "email",
        "act": "email",
        "delay_days": 2,
        "subject": "A second thought, {{ given_name | default: 'if I may' }}",
        "text": "Dear {{ full_name | default: 'reader' }},\n\nin one sentence: fewer cold calls, more talks.\n\n"
        "Best regards\n{{ sender_name }}\n",
    },
    {
        "step_id": "last-mail",
        "channel": "email",
        "act": "email",
        "delay_days": 4,
        "subject": "The last mail from me",
        "text": "Dear {{ full_name | default: 'reader' }},\n\nif now is not the time, I will not write again.\n\n{{ sender_name }}\n",
    },
)


@dataclass(frozen=True)
class Running:
    """A campaign on its way, and whom it writes to: contacts as publish shows them, by their address."""

    campaign_id: str
    name: str
    contacts: dict[str, dict[str, Any]]
    enrolled: int
    refused: dict[str, int]


def register_senders(api: Client, world: World, mail: MailWorld) -> None:
    """Their accounts are real SMTP and IMAP accounts, on this machine."""
    for user in world.senders:
        account = {
            "user_id": user["user_id"],
            "name": user["name"],
            "channels": ["email", "linkedin"],
            "email": user["email"],
            "linkedin": f"https://www.linkedin.com/in/{user['name'].lower().replace(' ', '-')}",
            "daily_cap": DAILY_CAP,
            "smtp": {"host": mail.smtp_host, "port": mail.smtp_port, "security": "none"},
            "imap": {
                "host": mail.imap_host,
                "port": mail.imap_port,
                "security": "none",
                "username": user["email"],
                "password": PASSWORD,
            },
        }
        api.post(world.path("sender", "senders"), account)


def start_campaign(api: Client, world: World, name: str, most: int, taken: Collection[str] = ()) -> Running:
    """Enrol approved contacts that have an e-mail address which is not `taken`, and launch."""
    approved = (contact for contact in api.every(world.path("publish", "contacts"), state="approved") if contact["email"])
    free = ((address_of(contact), contact) for contact in approved)
    contacts = dict(islice(((address, contact) for address, contact in free if address not in taken), most))
    senders = [sender["sender_id"] for sender in api.every(world.path("sender", "senders"))]
    asked = {"name": name, "steps": list(STEPS), "sender_ids": senders, "time_zone": ZONE}
    base = world.path("campaign", "campaigns")
    campaign_id = api.post(base, asked)["campaign_id"]
    chosen = {"contact_ids": [contact["contact_id"] for contact in contacts.values()]}
    enrolment = api.post(f"{base}/{campaign_id}/recipients", chosen)
    api.post(f"{base}/{campaign_id}/launch")
    return Running(campaign_id, name, contacts, enrolment["enrolled"], enrolment["refused"])


def address_of(contact: dict[str, Any]) -> str:
    details = contact["details"]
    return str(details["work_email"] or details["private_email"])


@dataclass(frozen=True)
class Stop:
    """A time at which the demo looks around, and the week of the demo that it lies in, from 0."""

    at: datetime
    week: int


def stops(after: datetime) -> list[Stop]:
    """From the next Monday on, the working days of some weeks; the last week only to its middle, while there is still something to do."""
    zone = ZoneInfo(ZONE)
    today = after.astimezone(zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    days = [monday + timedelta(days=number) for number in range(7 * WEEKS - 4) if number % 7 < 5]
    return [Stop(datetime.combine(day, hour, zone), (day - monday).days // 7) for day in days for hour in HOURS][:-1]
