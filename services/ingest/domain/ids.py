"""Ids that are functions of what they name, so that what comes again is known again."""

from uuid import UUID, uuid5

SOURCES = UUID("2c0f9e0e-6c52-4d0c-8c7b-0a4d5c1f6a01")
ACTIVITIES = UUID("2c0f9e0e-6c52-4d0c-8c7b-0a4d5c1f6a03")
ROWS = UUID("2c0f9e0e-6c52-4d0c-8c7b-0a4d5c1f6a02")


def source_id_of(workspace_id: UUID, name: str) -> UUID:
    """A source is known in its workspace by its name, whatever its case."""
    return uuid5(SOURCES, f"{workspace_id}/{name.strip().casefold()}")


def record_id_of(source_id: UUID, source_row_id: str) -> UUID:
    """`source_id` is a function of workspace and source already."""
    return uuid5(source_id, source_row_id)


def row_event_id(import_id: UUID, row: int) -> UUID:
    """Of the record that an import made of this row, however often the row is published."""
    return uuid5(ROWS, f"{import_id}/{row}")


def activity_id_of(workspace_id: UUID, content: tuple[str, ...]) -> UUID:
    """Of an activity that was sent without an id. (What names a person stands in `content` as a keyed digest only.)"""
    return uuid5(ACTIVITIES, "/".join((str(workspace_id), *content)))
