"""Campaigns: what may be created, and what follows on what."""

from collections.abc import Callable
from typing import Any

import pytest

from schemas.campaign import Act, Sequence, Window
from schemas.details import Channel
from services.campaign.domain import campaign as campaigns
from services.campaign.domain.campaign import Campaign, CampaignEvent, Status
from services.campaign.domain.enrolment import Candidate, Refusal, Standing, refusal
from services.campaign.domain.rules import BadSequence, RuleBroken
from services.campaign.store.streams import CAMPAIGN, RECIPIENT
from tests.campaigns import MIXED, campaign_created, enrolled, folded, key_of, mails, step


def campaign(*commands: Callable[[Campaign], list[CampaignEvent]]) -> Campaign:
    known = campaigns.evolve(None, campaign_created())
    for command in commands:
        for event in command(known):
            known = campaigns.evolve(known, event)
    return known


def test_a_campaign_is_a_draft_runs_rests_and_is_stopped_for_good() -> None:
    draft = campaign()
    assert draft.status == Status.DRAFT
    assert campaign(campaigns.launch).status == Status.RUNNING
    assert campaign(campaigns.launch, campaigns.pause).status == Status.PAUSED
    assert campaign(campaigns.launch, campaigns.pause, campaigns.resume).status == Status.RUNNING
    assert campaign(campaigns.launch, campaigns.stop).status == Status.STOPPED


@pytest.mark.parametrize(
    "commands",
    [
        (campaigns.pause,),
        (campaigns.resume,),
        (campaigns.launch, campaigns.launch),
        (campaigns.launch, campaigns.resume),
        (campaigns.stop, campaigns.launch),
        (campaigns.stop, campaigns.stop),
    ],
)
def test_what_does_not_follow_is_refused(commands: Any) -> None:
    with pytest.raises(RuleBroken, match="the campaign is"):
        campaign(*commands)


def test_a_revised_sequence_is_a_new_version_beside_the_old() -> None:
    revised = campaign(lambda known: campaigns.revise(known, mails(2)))
    assert revised.version == 2
    assert revised.sequences[1] == MIXED
    assert revised.sequence.steps == mails(2).steps
    assert campaigns.revise(revised, mails(2)) == []


@pytest.mark.parametrize(
    ("sequence", "why"),
    [
        (Sequence(version=1, steps=()), "1 to 50 steps"),
        (Sequence(version=1, steps=(step("a"), step("a"))), "an id of its own"),
        (Sequence(version=1, steps=(step("a", subject=None),)), "step a: an e-mail needs a subject"),
        (Sequence(version=1, steps=(step("a", text=" "),)), "step a: the message has no text"),
        (Sequence(version=1, steps=(step("a", text="{{ iban }}"),)), "step a, text: there is no variable iban"),
        (Sequence(version=1, steps=(step("a", delay=-1),)), "a delay is 0 to 365 days"),
        (Sequence(version=1, steps=(step("a", Act.MESSAGE),)), "an invite has to come before"),
        (Sequence(version=1, steps=(step("a").model_copy(update={"channel": Channel.TWITTER}),)), "goes by email, not by twitter"),
    ],
)
def test_a_sequence_that_cannot_be_is_refused_with_the_reason(sequence: Sequence, why: str) -> None:
    with pytest.raises(BadSequence, match=why):
        campaigns.create(campaign_created(sequence))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"window": Window(opens_hour=17, closes_hour=9)}, "closes later"),
        ({"window": Window(weekdays=())}, "weekdays"),
        ({"window": Window(weekdays=(7,))}, "weekdays"),
        ({"time_zone": "Mars/Olympus"}, "no IANA time zone"),
    ],
)
def test_a_time_that_cannot_be_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(BadSequence, match=why):
        campaigns.create(campaign_created(**given))


def test_a_campaign_needs_a_sender() -> None:
    with pytest.raises(RuleBroken, match="at least one sender"):
        campaigns.create(campaign_created(sender_ids=()))


def test_states_come_back_from_json_as_they_were() -> None:
    known = campaign(campaigns.launch, lambda each: campaigns.revise(each, mails(2)))
    assert known.calendar.zone.key == "Europe/Rome"
    assert CAMPAIGN.stored.validate_json(CAMPAIGN.stored.dump_json(known)) == known
    progress = folded(enrolled())
    assert RECIPIENT.stored.validate_json(RECIPIENT.stored.dump_json(progress)) == progress


GOOD = Candidate(
    key_of("c"), None, Standing.APPROVED, frozenset({Channel.EMAIL}), suppressed=False, merged=False, already=False, withdrawn=False
)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, None),
        ({"standing": Standing.PUBLISHED}, Refusal.NOT_APPROVED),
        ({"standing": Standing.UNKNOWN}, Refusal.UNKNOWN),
        ({"standing": Standing.EXCLUDED}, Refusal.EXCLUDED),
        ({"suppressed": True}, Refusal.SUPPRESSED),
        ({"merged": True}, Refusal.MERGED),
        ({"withdrawn": True}, Refusal.SOURCE_WITHDRAWN),
        ({"already": True}, Refusal.ALREADY),
        ({"channels": frozenset({Channel.TWITTER})}, Refusal.NO_CHANNEL),
    ],
)
def test_who_may_become_a_recipient(changed: dict[str, Any], why: Refusal | None) -> None:
    candidate = Candidate(**{**GOOD.__dict__, **changed})
    assert refusal(candidate, frozenset({Channel.EMAIL, Channel.LINKEDIN})) == why
