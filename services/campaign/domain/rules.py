"""The rules' errors."""


class RuleBroken(Exception):  # noqa: N818 - says what it is in the domain's words
    """The rules do not allow it as things stand; the message says which, and what to do."""


class BadSequence(RuleBroken):
    """A sequence, window or zone that cannot be; the message says what is wrong with it."""
