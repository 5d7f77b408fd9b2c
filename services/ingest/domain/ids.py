"""Ids that are functions of what they name, so that what comes again is known again."""

from collections.abc import Iterable
from hashlib import sha1
from uuid import UUID, uuid5

SOURCES = UUID("2c0f9e0e-6c52-4d0c-8c7b-0a4d5c1f6a01")
ACTIVITIES = UUID("2c0f9e0e-6c52-4d0c-8c7b-0a4d5c1f6a03")
ROWS = UUID("2c0f9e0e-6c52-4d0c-8c7b-0a4d5c1f6a02")
WITHDRAWALS = UUID("2c0f9e0e-6c52-4d0c-8c7b-0a4d5c1f6a04")
UNNAMED = (0xF000 << 64) | (0xC000 << 48)
NAMED = (0x5000 << 64) | (0x8000 << 48)
"""The bits that say which version and variant an id is of: 5, by name and SHA-1 (RFC 9562)."""


def source_id_of(workspace_id: UUID, name: str) -> UUID:
    """A source is known in its workspace by its name, whatever its case."""
    return uuid5(SOURCES, f"{workspace_id}/{name.strip().casefold()}")


def record_id_of(source_id: UUID, source_row_id: str) -> UUID:
    return uuid5(source_id, source_row_id)


def record_ids_of(source_id: UUID, source_row_ids: Iterable[str]) -> list[UUID]:
    """`source_id` is a function of workspace and source already."""
    return named(source_id, source_row_ids)


def row_event_ids(import_id: UUID, rows: Iterable[int]) -> list[UUID]:
    """Of the records that an import made of these rows, however often a row is published."""
    of_import = f"{import_id}/"
    return named(ROWS, (f"{of_import}{row}" for row in rows))


def withdrawal_id_of(import_id: UUID, record_id: UUID, stands: str) -> UUID:
    """Of what an undone import means for a record: told twice, it is the same event, unless something else stands by then."""
    return uuid5(WITHDRAWALS, f"{import_id}/{record_id}/{stands}")


def named(namespace: UUID, names: Iterable[str]) -> list[UUID]:
    """uuid5 of each, in half of its time: an import asks for two a row."""
    space = namespace.bytes
    digests = (sha1(space + name.encode(), usedforsecurity=False).digest() for name in names)
    return [UUID(int=int.from_bytes(digest[:16], "big") & ~UNNAMED | NAMED) for digest in digests]


def activity_id_of(workspace_id: UUID, content: tuple[str, ...]) -> UUID:
    """Of an activity that was sent without an id. (What names a person stands in `content` as a keyed digest only.)"""
    return uuid5(ACTIVITIES, "/".join((str(workspace_id), *content)))
