"""The rules' error, and those that hold for everybody."""

from schemas.accounts import Role
from schemas.permissions import LADDER


class RuleBroken(Exception):  # noqa: N818 - says what it is in the domain's words
    """The rules do not allow it; the message says which, and what to do."""


class AboveOneself(RuleBroken):
    """Nobody hands out, takes away or changes what is above them."""


PROVIDER_WIDE = frozenset({Role.OPERATOR})
CLIENT_WIDE = frozenset({Role.OWNER, Role.ADMIN})
FEWEST_CHARACTERS = 10
MOST_CHARACTERS = 200
"""Longer passwords would only make the server work."""


def check_not_above(by: Role, role: Role | None) -> None:
    """Raises AboveOneself if `role` stands above `by`."""
    if role is not None and LADDER.index(role) > LADDER.index(by):
        raise AboveOneself(f"in the role {by} nobody disposes of the role {role}: ask somebody who has it")


def check_place(role: Role, *, of_provider: bool, in_workspace: bool) -> None:
    """Raises RuleBroken if a role is to be held where it means nothing."""
    if of_provider != (role in PROVIDER_WIDE):
        raise RuleBroken("operators are the Provider's own, and the Provider's own are operators")
    if in_workspace and role in CLIENT_WIDE | PROVIDER_WIDE:
        raise RuleBroken(f"the role {role} is not held in one workspace: leave the workspace out")


def check_password(password: str) -> None:
    if not FEWEST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise RuleBroken(f"a password has {FEWEST_CHARACTERS} to {MOST_CHARACTERS} characters: choose another")
