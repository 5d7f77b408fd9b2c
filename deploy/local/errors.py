"""What can go wrong while starting, said as one sentence about what happened and one about what to do."""


class StackError(Exception):
    """A part of the local stack cannot do its work. `str()` reads as: what happened. What to do."""

    def __init__(self, what: str, todo: str, log_lines: tuple[str, ...] = ()) -> None:
        super().__init__(f"{what} {todo}")
        self.what = what
        self.todo = todo
        self.log_lines = log_lines
