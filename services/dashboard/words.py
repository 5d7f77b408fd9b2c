"""How the pages name things, and the one-sentence definitions that stand beside the KPIs (DOMAIN.md: Leads KPI, Campaign KPI)."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Kpi(NamedTuple):
    name: str
    means: str


LEADS = {
    "all": Kpi("All", "Contacts published or approved, and the workspace's own imports; not those excluded or still proposed"),
    "active": Kpi("Active", "In at least one running campaign and not ended there; a paused recipient counts, a paused campaign does not"),
    "inactive": Kpi("Inactive", "All others: Active and Inactive add up to All"),
    "verified_only": Kpi("Verified only", "With a verified e-mail"),
    "social_only": Kpi("Social only", "No e-mail, but a LinkedIn or Twitter profile"),
    "engaged": Kpi("Engaged", "Received at least one e-mail or LinkedIn message"),
    "on_track": Kpi("On track", "Active, nothing overdue and a next step planned"),
    "off_track": Kpi("Off track", "Active, and at least one scheduled act missed its time"),
    "waiting": Kpi("Waiting", "Active, and nothing to do now; On track, Off track and Waiting add up to Active"),
    "action_required": Kpi("Action required", "A LinkedIn task whose day has come and which is not done"),
}
CAMPAIGN = {
    "recipients": Kpi("Recipients", "All who were ever added"),
    "scheduled": Kpi("Scheduled", "Recipients with a step planned on a chosen day"),
    "engaged": Kpi("Engaged", "Recipients who were touched at least once"),
    "touches": Kpi("Touches", "Outgoing touch-points: e-mails sent, LinkedIn requests and messages, Twitter follows"),
    "replied": Kpi("Replied", "By e-mail or LinkedIn; an out-of-office answer is no reply"),
    "rsvp": Kpi("RSVP", "Booked a meeting"),
    "action_required": Kpi("Action required", "A LinkedIn act that is scheduled, due and not done"),
}
STANDINGS = {"on_track": "On track", "off_track": "Off track", "waiting": "Waiting", "exited": "Left the sequence"}
"""Where a campaign's recipients stand, whether it runs or not: they add up to Recipients."""
NOT_LISTED = frozenset({"touches"})
"""KPIs that count something else than recipients or contacts, so that no list of these stands behind them."""

STATES = {
    "scheduled": "Scheduled",
    "sent": "Sent",
    "opened": "Opened",
    "opened_by_machine": "Opened by a machine",
    "clicked": "Clicked",
    "clicked_by_machine": "Clicked by a machine",
    "request_sent": "Request sent",
    "connected": "Connected",
    "withdrawn": "Withdrawn",
    "message_sent": "Message sent",
    "followed": "Followed",
    "replied": "Replied",
    "rsvp": "RSVP",
    "exit": "Exit",
    "unsubscribed": "Unsubscribed",
    "opted_out": "Opted out",
    "bounced": "Bounced",
    "in_doubt": "In doubt",
    "missed": "Missed",
    "blocked": "Blocked",
    "failed": "Failed",
}
ALWAYS = {
    "email": ("scheduled", "sent", "opened", "clicked", "replied", "rsvp", "exit", "unsubscribed", "bounced", "in_doubt"),
    "linkedin": ("scheduled", "request_sent", "connected", "withdrawn", "message_sent", "replied", "rsvp", "exit", "opted_out"),
    "twitter": ("scheduled", "followed", "exit"),
}
"""The states that a channel's table shows even while nobody has reached them; others appear with their first recipient."""
CHANNELS = {"email": "E-mail", "linkedin": "LinkedIn", "twitter": "Twitter"}
ACTS = {
    "email": "E-mail",
    "invite": "Connection request",
    "message": "Message",
    "withdraw": "Take the request back",
    "follow": "Follow",
}
DONE = {
    "invite": "LinkedIn request sent",
    "message": "LinkedIn message sent",
    "withdraw": "Request taken back",
    "follow": "Followed",
}
"""What the button says by which a task is done."""

PERIODS = {"week": "since Monday", "month": "this month", "quarter": "this quarter", "year": "this year"}
SORTS = {"last_action": "Last action", "score": "Score", "combined": "Score and recency"}
FORMULA = "the score, halved for every 14 days since the last action; so a 10 of four weeks ago stands beside a 2.5 of today"
"""Of the sort by score and recency (kpi's column `combined`)."""
VIEWS = {"active": "Active", "archived": "Archived"}

PARTS = {
    "accounts": "Your account",
    "ingest": "Imports",
    "dedupe": "Merging",
    "publish": "Contacts",
    "campaign": "Campaigns",
    "sender": "Tasks",
    "kpi": "Numbers, lists and timelines",
}
"""What people call the services."""

TONES = {"running": "good", "paused": "warn", "stopped": "grey", "created": "grey", "draft": "grey"}
"""The colour of a campaign's status."""


def step_name(number: int, step: Mapping[str, Any]) -> str:
    """`2. LinkedIn: connection request`."""
    if step["act"] == "email":
        return f"{number}. E-mail"
    return f"{number}. {CHANNELS[step['channel']]}: {ACTS[step['act']].lower()}"


def kpi_name(kpi: str, step: str | None = None) -> str:
    """A campaign's KPI or a step's state in words: `E-mail, Sent: ever reached, at first-mail`."""
    if kpi in CAMPAIGN:
        return CAMPAIGN[kpi].name
    if kpi in STANDINGS:
        return STANDINGS[kpi]
    if kpi.startswith("scheduled@"):
        return f"Scheduled for {kpi.removeprefix('scheduled@')}"
    channel, _, rest = kpi.partition(".")
    state, _, when = rest.partition(".")
    words = f"{CHANNELS.get(channel, channel)}, {STATES.get(state, state)}: {'is there now' if when == 'now' else 'ever reached'}"
    return f"{words}, at {step}" if step else words


HOLDS = {
    "import": ("ingest", "imports"),
    "source": ("ingest", "sources"),
    "person": ("dedupe", "people"),
    "company": ("dedupe", "companies"),
    "contact": ("publish", "contacts"),
    "segment": ("publish", "segments"),
    "list": ("publish", "lists"),
    "suppression": ("publish", "suppressions"),
    "campaign": ("campaign", "campaigns"),
    "recipient": ("campaign", "recipients"),
    "outreach": ("sender", "outreach"),
    "sender": ("sender", "senders"),
    "workspace": ("accounts", "workspaces"),
}
"""Kind of thing in the pipeline → the service that holds it, and what people call many of it."""

DETAILS = {
    "full_name": "Name",
    "given_name": "First name",
    "family_name": "Last name",
    "title": "Job title",
    "company_name": "Company",
    "company_domain": "Company's domain",
    "emails": "E-mail addresses",
    "work_email": "Work e-mail",
    "private_email": "Private e-mail",
    "phone": "Phone",
    "mobile": "Mobile",
    "linkedin": "LinkedIn",
    "twitter": "Twitter",
    "city": "City",
    "country": "Country",
}
"""The fields of golden records and of those below them, in the order in which they are read."""
HOW = {"same": "the same", "differs": "different", "only": "one has it"}
"""How a field of two persons compares."""
DECIDED = {"same": "One person", "different": "Two persons", "later": "Put off", "split": "Split off"}
VERDICTS = {
    "same": "Merged: they are one person now",
    "different": "Kept apart: they are two persons, and will not be asked about again",
    "later": "Put off: the question comes back in 30 days",
    "split": "Split off: these records are another person's now",
}
