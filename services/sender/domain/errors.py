"""What the rules refuse."""


class Refused(Exception):  # noqa: N818 - says what happened to what was asked
    """A rule forbids what was asked. The reason is a sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
