"""How the demo's recipients behave: who answers, how, and at which e-mail. Always the same for the same address."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Habit(StrEnum):
    REPLIES = "replies"
    OUT_OF_OFFICE = "is out of office"
    BOUNCES = "bounces"
    UNSUBSCRIBES = "unsubscribes"
    BOOKS = "books a meeting"
    SILENT = "stays silent"


SHARES = (
    (Habit.REPLIES, 12),
    (Habit.OUT_OF_OFFICE, 6),
    (Habit.BOUNCES, 4),
    (Habit.UNSUBSCRIBES, 3),
    (Habit.BOOKS, 4),
)
"""Of a hundred recipients; all others stay silent."""


@dataclass(frozen=True)
class Person:
    address: str
    habit: Habit
    at_email: int
    """The e-mail, counted from 1, after which they act."""


def person_at(address: str) -> Person:
    draw = hashlib.sha256(address.casefold().encode()).digest()
    place, at_email = draw[0] * 100 // 256, 1 + draw[1] % 2
    for habit, share in SHARES:
        if place < share:
            # What cannot be delivered bounces at once; whoever is away is so at the first e-mail.
            return Person(address, habit, 1 if habit in {Habit.BOUNCES, Habit.OUT_OF_OFFICE} else at_email)
        place -= share
    return Person(address, Habit.SILENT, 0)


def does_task(sender_name: str, recipient_id: str) -> bool:
    """Whether the sender does a LinkedIn task on its day; one in five is missed."""
    return hashlib.sha256(f"{sender_name}/{recipient_id}".encode()).digest()[2] % 5 != 0


def accepts_invite(recipient_id: str) -> bool:
    return hashlib.sha256(f"invite/{recipient_id}".encode()).digest()[3] % 3 == 0
