"""What became of an attempt to hand a mail over, in the words of who made it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """The server answered 250 to the whole mail."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """The server answered 4xx, or was lost before it had a byte of the mail."""

    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """The server answered 5xx about this mail."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The mail was written and the answer is not known."""


@dataclass(frozen=True, slots=True)
class NotTried:
    """Something else than this mail stood in the way."""


Answer = Taken | NotNow | Never | NoAnswer | NotTried
