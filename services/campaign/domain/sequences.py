"""What a sequence, a window and a zone must be, checked before an event says that they are."""

from zoneinfo import available_timezones

from schemas.campaign import Act, Sequence, Step, Window
from schemas.details import Channel
from services.campaign.domain.render import check_template
from services.campaign.domain.rules import BadSequence

CHANNEL_OF = {
    Act.EMAIL: Channel.EMAIL,
    Act.INVITE: Channel.LINKEDIN,
    Act.MESSAGE: Channel.LINKEDIN,
    Act.WITHDRAW: Channel.LINKEDIN,
    Act.FOLLOW: Channel.TWITTER,
}
LONGEST_DELAY = 365
"""Days."""
MOST_STEPS = 50


def check_sequence(sequence: Sequence) -> None:
    """Raises BadSequence, naming the step."""
    if not 0 < len(sequence.steps) <= MOST_STEPS:
        raise BadSequence(f"a sequence has 1 to {MOST_STEPS} steps")
    ids = [step.step_id for step in sequence.steps]
    if len(set(ids)) < len(ids) or not all(ids):
        raise BadSequence("each step needs an id of its own")
    invited = False
    for step in sequence.steps:
        check_step(step)
        if step.act in {Act.MESSAGE, Act.WITHDRAW} and not invited:
            raise BadSequence(f"step {step.step_id}: an invite has to come before a LinkedIn {step.act}")
        invited = invited or step.act == Act.INVITE


def check_step(step: Step) -> None:
    if CHANNEL_OF[step.act] != step.channel:
        raise BadSequence(f"step {step.step_id}: the act {step.act} goes by {CHANNEL_OF[step.act]}, not by {step.channel}")
    if not 0 <= step.delay_days <= LONGEST_DELAY:
        raise BadSequence(f"step {step.step_id}: a delay is 0 to {LONGEST_DELAY} days")
    if step.act == Act.EMAIL and not (step.subject or "").strip():
        raise BadSequence(f"step {step.step_id}: an e-mail needs a subject")
    if step.act in {Act.EMAIL, Act.MESSAGE} and not step.text.strip():
        raise BadSequence(f"step {step.step_id}: the message has no text")
    for name, source in (("subject", step.subject or ""), ("text", step.text)):
        try:
            check_template(source)
        except BadSequence as error:
            raise BadSequence(f"step {step.step_id}, {name}: {error}") from error


def check_window(window: Window) -> None:
    if not 0 <= window.opens_hour < window.closes_hour <= 24:
        raise BadSequence("the window opens at an hour from 0 to 23 and closes later on the same day, at 24 at the latest")
    if not window.weekdays or not set(window.weekdays) <= set(range(7)):
        raise BadSequence("the window needs weekdays: at least one of 0 (Monday) to 6 (Sunday)")


def check_zone(name: str) -> None:
    if name not in available_timezones():
        raise BadSequence(f"{name} is no IANA time zone: write it like Europe/Rome")
