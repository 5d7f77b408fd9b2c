"""What can be wrong with a whole file; what is wrong with one row is a reason beside the row."""


class NotATable(Exception):  # noqa: N818 - says what the file is
    """The file cannot be read as a table at all. The message says why and what to do."""


class NotAPage(Exception):  # noqa: N818 - says what the address is
    """A web address that is not read. The message says why, for people."""
