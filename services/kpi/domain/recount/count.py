"""The count: every number on every day, and every list as it is at the end."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from services.kpi.domain.recount import contact, recipient
from services.kpi.domain.recount.contact import Part
from services.kpi.domain.recount.facts import Facts, Raw, World, until, world_of
from services.kpi.domain.recount.things import tallies_of

LEADS = "00000000-0000-0000-0000-000000000000"
"""Stands for the campaign where a number is the workspace's own."""


class Number(NamedTuple):
    workspace_id: str
    campaign_id: str
    step_id: str
    kpi: str
    day: str
    """The local day on which the number changed."""


@dataclass
class Recount:
    numbers: Counter[Number] = field(default_factory=Counter)
    """By how much each number changed on each day."""
    recipients: dict[str, set[str]] = field(default_factory=dict)
    """Recipient → what it counts for now, as `step|kpi`."""
    contacts: dict[str, set[str]] = field(default_factory=dict)
    """Contact → the Leads KPIs that it is in now."""
    tallies: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """How many things of a workspace, by kind and state."""


def recount(heard: Iterable[Raw]) -> Recount:
    world = world_of(heard)
    found = Recount(tallies=tallies_of(world))
    asked = asked_by_recipient(world)
    recipients = world.about.get("campaign.recipients", {})
    for (recipient_id,), facts in recipients.items():
        count_recipient(found, recipient_id, facts, asked[recipient_id])
    count_contacts(found, world, recipients_by_contact(world, asked))
    found.numbers = Counter({number: by for number, by in found.numbers.items() if by})
    return found


def asked_by_recipient(world: World) -> dict[str, dict[str, Facts]]:
    """What campaign said of the LinkedIn tasks that it asked for: by recipient and step."""
    found: dict[str, dict[str, Facts]] = defaultdict(dict)
    for (recipient_id, step), facts in world.about.get("campaign.outreach", {}).items():
        if facts[0].body["channel"] == "linkedin":
            found[recipient_id][step] = facts
    return found


def count_recipient(found: Recount, recipient_id: str, facts: Facts, asked: dict[str, Facts]) -> None:
    workspace_id, campaign_id = facts[0].workspace_id, str(facts[0].body["campaign_id"])

    def on(day: date) -> Counter[str]:
        then = until(facts, day)
        names = Counter(recipient.names(then))
        names["|touches"] = len(recipient.touches(then))
        names["|action_required"] = recipient.action_required(then, {s: until(f, day) for s, f in asked.items()})
        return +names

    days = {fact.day for fact in facts}.union(*({fact.day for fact in each} for each in asked.values()))
    for day, name, by in daily(on, days):
        step_id, _, kpi = name.rpartition("|")
        found.numbers[Number(workspace_id, campaign_id, step_id, kpi, day.isoformat())] += by
    found.recipients[recipient_id] = set(on(max(days))) - {"|touches"}


def recipients_by_contact(world: World, asked: dict[str, dict[str, Facts]]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    for (recipient_id,), facts in world.about.get("campaign.recipients", {}).items():
        campaign = world.facts("campaign.campaigns", str(facts[0].body["campaign_id"]))
        found[str(facts[0].body["contact_id"])].append(Part(facts, asked[recipient_id], campaign))
    return found


def count_contacts(found: Recount, world: World, parts: dict[str, list[Part]]) -> None:
    contacts = {subject: facts for (subject,), facts in world.about.get("publish.contacts", {}).items()}
    kin = kin_of(contacts)
    for contact_id, facts in contacts.items():
        family = kin.get(contact_id, {contact_id})
        mine = [(member, part) for member in sorted(family) for part in parts.get(member, ())]

        def on(day: date, me: str = contact_id, mine: list[tuple[str, Part]] = mine) -> Counter[str]:
            then = {c: until(contacts.get(c, ()), day) for c in kin.get(me, {me})}
            own = [part_until(part, day) for member, part in mine if home(member, then) == me]
            return Counter(contact.names(then[me], own))

        days = {f.day for member in family for f in contacts.get(member, ())}
        days |= {day for _, part in mine for day in days_of(part)}
        for day, name, by in daily(on, days):
            found.numbers[Number(facts[0].workspace_id, LEADS, "", name, day.isoformat())] += by
        found.contacts[contact_id] = set(on(max(days)))
        found.tallies[facts[0].workspace_id, "contact", contact.state(facts)] += 1


def kin_of(contacts: dict[str, Facts]) -> dict[str, set[str]]:
    """Contacts of which one was ever merged into the other, directly or by way of others."""
    kin: dict[str, set[str]] = {}
    for contact_id, facts in contacts.items():
        for into in (str(fact.body["into"]) for fact in facts if fact.type == "ContactMergedAway"):
            together = kin.get(contact_id, {contact_id}) | kin.get(into, {into})
            kin.update(dict.fromkeys(together, together))
    return kin


def home(contact_id: str, then: dict[str, Facts]) -> str:
    """The contact that a contact's recipients counted for: the one it was merged into, if it was."""
    seen = {contact_id}
    while (into := contact.merged_into(then[contact_id])) and into not in seen:
        seen.add(into)
        contact_id = into
    return contact_id


def part_until(part: Part, day: date) -> Part:
    asked = {step: until(facts, day) for step, facts in part.asked.items()}
    return Part(until(part.facts, day), asked, until(part.campaign, day))


def days_of(part: Part) -> set[date]:
    return {fact.day for facts in (part.facts, part.campaign, *part.asked.values()) for fact in facts}


def daily(on: Callable[[date], Counter[str]], days: Iterable[date]) -> Iterable[tuple[date, str, int]]:
    """How what is counted changed from day to day."""
    before: Counter[str] = Counter()
    for day in sorted(days):
        after = on(day)
        for name in before.keys() | after.keys():
            if after[name] != before[name]:
                yield day, name, after[name] - before[name]
        before = after
