"""The sender's kinds of event streams."""

from schemas.sender import SenderPaused, SenderRegistered, SenderResumed
from services.kit.events import Kind
from services.sender.domain import outcome
from services.sender.domain.account import Standing
from services.sender.domain.outcome import Outcome


def evolve_sender(_: Standing | None, event: SenderRegistered | SenderPaused | SenderResumed) -> Standing:
    return Standing(paused=isinstance(event, SenderPaused))


SENDER: Kind[Standing] = Kind("sender", Standing, evolve_sender)
OUTREACH: Kind[Outcome] = Kind("outreach", Outcome, outcome.evolve)
