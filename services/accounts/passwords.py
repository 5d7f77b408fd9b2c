"""Passwords by argon2id, in the time that a wrong address takes as well, and a few at a time: each hash takes 64 MiB."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.accounts.domain.rules import check_password

_hasher = PasswordHasher()
_at_once = threading.BoundedSemaphore(2)


def hashed(password: str) -> str:
    """Raises RuleBroken for one that is too short or too long."""
    check_password(password)
    with _at_once:
        return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether it is this password. Without a hash (no such user) takes the same time to say no."""
    with _at_once:
        try:
            return _hasher.verify(password_hash or nobodys(), password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Made by another measure than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def nobodys() -> str:
    return _hasher.hash("the password of nobody")
