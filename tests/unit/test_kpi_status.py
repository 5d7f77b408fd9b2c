"""What the numbers of a known story must be, in words that DOMAIN.md uses."""

from collections import Counter
from datetime import date

import pytest

from schemas import campaign as c
from schemas.details import Channel
from schemas.publish import ContactMergedAway, ContactWithdrawn
from services.kpi.domain.counting import NO_CAMPAIGN
from services.kpi.domain.status import LEADS
from tests.kpi_rows import MemoryRows, hear
from tests.kpi_story import INVITE, MAIL, Story, two_weeks


def folded(story: Story) -> MemoryRows:
    rows = MemoryRows()
    hear(rows, [[happening] for happening in story.told])
    return rows


def who(rows: MemoryRows, kpi: str) -> set[str]:
    return {str(lead.card.name).split()[0] for lead in rows.contacts.values() if kpi in lead.names}


def lead_numbers(rows: MemoryRows) -> Counter[str]:
    found: Counter[str] = Counter()
    for count, by in rows.counters.items():
        if count.campaign_id == NO_CAMPAIGN:
            found[count.kpi] += by
    return found


def campaign_numbers(rows: MemoryRows) -> dict[str, int]:
    found: Counter[str] = Counter()
    for count, by in rows.counters.items():
        if count.campaign_id != NO_CAMPAIGN:
            found[f"{count.step_id}|{count.kpi}"] += by
    return {name: number for name, number in found.items() if number}


def test_the_leads_kpis_of_two_weeks() -> None:
    rows = folded(two_weeks())
    assert who(rows, "all") == {"Ann", "Bea", "Cem", "Dov", "Eve"}
    assert who(rows, "active") == {"Bea", "Cem", "Dov"}
    assert who(rows, "inactive") == {"Ann", "Eve"}
    assert who(rows, "verified_only") == {"Ann", "Bea", "Cem"}
    assert who(rows, "social_only") == {"Eve"}
    assert who(rows, "engaged") == {"Ann", "Bea", "Cem"}
    assert who(rows, "on_track") == {"Bea", "Dov"}
    assert who(rows, "off_track") == {"Cem"}
    assert who(rows, "waiting") == set()
    assert who(rows, "action_required") == {"Bea"}
    assert {name: number for name, number in lead_numbers(rows).items() if number} == {
        name: len(who(rows, name)) for name in LEADS if who(rows, name)
    }


def test_the_campaign_kpis_of_two_weeks() -> None:
    numbers = campaign_numbers(folded(two_weeks()))
    tiles = {name: number for name, number in numbers.items() if name.startswith("|") and "." not in name}
    assert tiles == {
        "|recipients": 4,
        "|engaged": 3,
        "|touches": 3,
        "|replied": 1,
        "|scheduled": 2,
        "|scheduled@2026-03-11": 1,
        "|scheduled@2026-03-13": 1,
        "|action_required": 1,
        "|on_track": 2,
        "|off_track": 1,
        "|exited": 1,
    }
    assert {name: n for name, n in numbers.items() if name.startswith(("mail|", "invite|")) and name.endswith(".ever")} == {
        "mail|email.scheduled.ever": 4,
        "mail|email.sent.ever": 3,
        "mail|email.opened.ever": 1,
        "mail|email.replied.ever": 1,
        "mail|email.exit.ever": 1,
        "invite|linkedin.scheduled.ever": 3,
        "invite|linkedin.missed.ever": 1,
    }
    now = {name: n for name, n in numbers.items() if name.startswith(("mail|", "invite|")) and name.endswith(".now")}
    assert now == {
        "mail|email.exit.now": 1,
        "mail|email.scheduled.now": 1,
        "invite|linkedin.scheduled.now": 1,
        "invite|linkedin.missed.now": 1,
    }


def test_a_paused_campaign_makes_its_contacts_inactive_and_a_paused_recipient_stays_active_and_waits() -> None:
    story = two_weeks()
    story.step("Dov Eble", c.RecipientPaused, reason="by hand")
    rows = folded(story)
    assert who(rows, "active") == {"Bea", "Cem", "Dov"}
    assert who(rows, "waiting") == {"Dov"}
    story.pause()
    rows = folded(story)
    assert who(rows, "active") == who(rows, "on_track") == who(rows, "off_track") == who(rows, "waiting") == set()
    assert who(rows, "inactive") == who(rows, "all")
    assert who(rows, "engaged") == {"Ann", "Bea", "Cem"}
    assert campaign_numbers(rows)["|recipients"] == 4


def test_a_task_done_late_takes_its_recipient_back_on_track_and_counts_as_a_touch() -> None:
    story = two_weeks()
    story.schedule("Cem Dean", {**MAIL, "step_id": "last"}, date(2026, 3, 20))
    assert who(folded(story), "off_track") == {"Cem"}
    story.take("Cem Dean", INVITE)
    rows = folded(story)
    assert who(rows, "off_track") == set()
    assert "Cem" in who(rows, "on_track")
    numbers = campaign_numbers(rows)
    assert (numbers["|touches"], numbers["|engaged"]) == (4, 3)
    assert numbers["last|email.scheduled.now"] == 1, "a late task does not take the recipient back to its step"


def test_what_was_withdrawn_requires_no_action_until_it_is_asked_for_again() -> None:
    story = two_weeks()
    story.later(hours=1)
    story.withdraw("Bea Cole", INVITE)
    assert who(folded(story), "action_required") == set()
    story.later(hours=1)
    story.fall_due("Bea Cole", INVITE)
    assert who(folded(story), "action_required") == {"Bea"}


def test_a_message_to_one_who_has_not_accepted_the_invite_is_nothing_to_do_now() -> None:
    story = two_weeks()
    story.take("Bea Cole", INVITE)
    story.schedule("Bea Cole", {"step_id": "note", "channel": Channel.LINKEDIN, "act": c.Act.MESSAGE}, date(2026, 3, 16))
    assert who(folded(story), "waiting") == {"Bea"}
    story.step("Bea Cole", c.RecipientConnected, **INVITE)
    assert who(folded(story), "waiting") == set()


@pytest.mark.parametrize("by_machine", [True, False])
def test_what_a_machine_did_stands_apart_and_scores_nothing(by_machine: bool) -> None:
    story = two_weeks()
    story.step("Bea Cole", c.MessageOpened, **MAIL, by_machine=by_machine)
    numbers = campaign_numbers(folded(story))
    assert numbers.get("mail|email.opened_by_machine.ever", 0) == by_machine
    assert numbers["mail|email.opened.ever"] == 1 + (not by_machine)


def test_a_contact_that_is_gone_without_a_source_counts_no_more_and_one_that_stays_does() -> None:
    story = two_weeks()
    story.later(hours=1)
    ann, bea = story.contact("Ann Berg"), story.contact("Bea Cole")
    before = who(folded(story), "all")
    story.tell(f"contact:{ann}", ContactWithdrawn(contact_id=ann, stays=True))
    story.tell(f"contact:{bea}", ContactWithdrawn(contact_id=bea, stays=False))
    assert who(folded(story), "all") == before - {"Bea"}


def test_recipients_count_for_the_contact_that_theirs_was_merged_into() -> None:
    story = two_weeks()
    story.later(hours=1)
    bea, eve = story.contact("Bea Cole"), story.contact("Eve Fox")
    story.tell(f"contact:{bea}", ContactMergedAway(contact_id=bea, into=eve))
    rows = folded(story)
    assert who(rows, "all") == {"Ann", "Cem", "Dov", "Eve"}
    assert who(rows, "action_required") == {"Eve"}
    assert who(rows, "engaged") == {"Ann", "Cem", "Eve"}
    assert lead_numbers(rows)["active"] == 3
