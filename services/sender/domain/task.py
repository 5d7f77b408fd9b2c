"""Acts that a person does: LinkedIn and Twitter are driven by no machine (DOMAIN.md, decision 1)."""

from schemas.campaign import Act
from schemas.details import Channel
from services.sender.domain.errors import Refused
from services.sender.domain.facts import Facts
from services.sender.domain.outcome import Outcome
from services.sender.domain.send import WENT_OUT, Accepted, Send, SendEvent, Stage


def open_for(facts: Facts) -> bool:
    """Whether a person does this one."""
    return facts.channel is not Channel.EMAIL


def done(facts: Facts, send: Send) -> list[SendEvent]:
    """A sender says that it is done. Raises Refused for what was no task, or is none any more."""
    if not open_for(facts):
        raise Refused("this is an e-mail, which goes out by itself")
    match send.stage:
        case Stage.OPEN:
            return [Accepted()]
        case Stage.ACCEPTED:
            return []
        case Stage.WITHDRAWN:
            raise Refused(f"this task was withdrawn: {send.unwanted}")
        case _:
            raise Refused("this person must not be contacted any more: the task is closed")


def must_have_gone_out(send: Send) -> None:
    """Raises Refused where somebody tells of an answer to what they never sent."""
    if send.stage not in WENT_OUT:
        raise Refused("this has not gone out yet, so nobody can have answered it")


def must_be_invite(facts: Facts, send: Send) -> None:
    if facts.act is not Act.INVITE:
        raise Refused("this is not an invite")
    must_have_gone_out(send)


def may_take_back(facts: Facts, send: Send, outcome: Outcome | None) -> None:
    must_be_invite(facts, send)
    if outcome and outcome.connected:
        raise Refused("the invite was accepted: it cannot be taken back any more")
