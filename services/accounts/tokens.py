"""Random secrets: of sessions, of API keys, and passwords that people are given to begin with."""

import secrets

KEY_PREFIX = "sl_"
PREFIX_CHARACTERS = 11
"""Of a key, by which people tell it from others; it leaves 208 secret bits."""


def new_session_secret() -> str:
    return secrets.token_urlsafe(32)


def new_key_secret() -> str:
    """`sl_` and 256 random bits."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def new_password() -> str:
    return secrets.token_urlsafe(12)


def is_key(secret: str) -> bool:
    return secret.startswith(KEY_PREFIX)


def prefix_of(secret: str) -> str:
    return secret[:PREFIX_CHARACTERS]
