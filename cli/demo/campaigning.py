"""The second half of the demo: senders, a campaign of three e-mails and one LinkedIn task, and several weeks of the clock."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cli.client import Client
from cli.demo.mail import PASSWORD, MailWorld
from cli.demo.world import ZONE, World

MOST_RECIPIENTS = 240
DAILY_CAP = 60
WEEKS = 4
HOURS = (time(8, 0), time(13, 0), time(19, 0))
"""When the demo looks around on a working day: before the window opens, in it, and after it."""

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
    contacts: dict[str, dict[str, Any]]
    enrolled: int
    refused: dict[str, int]


def register_senders(api: Client, world: World, mail: MailWorld) -> list[str]:
    """Their accounts are real SMTP and IMAP accounts, on this machine."""
    ids = []
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
        ids.append(api.post(world.path("sender", "senders"), account)["sender_id"])
    return ids


def start_campaign(api: Client, world: World, sender_ids: list[str]) -> Running:
    """Enrol the first of the approved contacts that have an e-mail address, and launch."""
    approved = (contact for contact in api.every(world.path("publish", "contacts"), state="approved") if contact["email"])
    contacts = {address_of(contact): contact for contact, _ in zip(approved, range(MOST_RECIPIENTS), strict=False)}
    asked = {"name": "Spring: first contact", "steps": list(STEPS), "sender_ids": sender_ids, "time_zone": ZONE}
    base = world.path("campaign", "campaigns")
    campaign_id = api.post(base, asked)["campaign_id"]
    chosen = {"contact_ids": [contact["contact_id"] for contact in contacts.values()]}
    enrolment = api.post(f"{base}/{campaign_id}/recipients", chosen)
    api.post(f"{base}/{campaign_id}/launch")
    return Running(campaign_id, contacts, enrolment["enrolled"], enrolment["refused"])


def address_of(contact: dict[str, Any]) -> str:
    details = contact["details"]
    return str(details["work_email"] or details["private_email"])


def moments(after: datetime) -> list[datetime]:
    """The times at which the demo looks around: from the next Monday on, over some weeks of working days."""
    zone = ZoneInfo(ZONE)
    today = after.astimezone(zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    days = [monday + timedelta(days=number) for number in range(7 * WEEKS)]
    return [datetime.combine(day, hour, zone) for day in days if day.weekday() < 5 for hour in HOURS]
