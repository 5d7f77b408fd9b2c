"""Errors named for what is to be done next. At the HTTP edge each has its status and a stable type; on the bus its fate."""

from typing import ClassVar


class Rejected(Exception):  # noqa: N818 - a refusal is what it is, and the name says what to do: don't try again
    """Will never be right as it is: to the dead letters on the bus, a 4xx at the HTTP edge. The reason says what to do."""

    status: ClassVar[int] = 400
    kind: ClassVar[str] = "rejected"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unauthenticated(Rejected):
    status = 401
    kind = "unauthenticated"


class Forbidden(Rejected):
    status = 403
    kind = "forbidden"


class NotFound(Rejected):
    status = 404
    kind = "not-found"


class Conflict(Rejected):
    status = 409
    kind = "conflict"


class Invalid(Rejected):
    status = 422
    kind = "invalid"


class Unavailable(Exception):  # noqa: N818 - as above: try again
    """Something that this needs is not there just now. Try again after `retry_after` seconds."""

    status: ClassVar[int] = 503
    kind: ClassVar[str] = "unavailable"

    def __init__(self, reason: str, retry_after: float = 1.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
