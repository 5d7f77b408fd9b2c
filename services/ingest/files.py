"""Uploaded files: received, looked into, and kept until they are imported."""

import os
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO
from uuid import UUID

from schemas.fields import ActivityField, DataField
from services.ingest.domain.dates import DayOrder, order_of
from services.ingest.domain.encoding import SAMPLE, by_lines, encoding_of
from services.ingest.domain.errors import NotATable
from services.ingest.domain.layout import Layout, layout_of, rows_of, whole_lines
from services.ingest.domain.lines import Row
from services.ingest.domain.mapping import FieldMapping
from services.ingest.formats.limits import Limits
from services.ingest.formats.unpack import unpacked

BLOCK = 1 << 20
SAMPLE_ROWS = 500
LEFT_OVER_SECONDS = 24 * 3600
DEFAULT = Limits()


@dataclass(frozen=True)
class Sample:
    """What the head of a file shows: how it is laid out, and its first rows."""

    layout: Layout
    rows: list[Row]

    @property
    def cells(self) -> list[list[str]]:
        """Of the rows that are as wide as the header, but for empty cells behind."""
        width = len(self.layout.columns)
        return [row.cells[:width] for row in self.rows if row.fault is None and len(row.cells) >= width and not any(row.cells[width:])]

    def day_order(self, mapping: FieldMapping) -> DayOrder:
        column = next((c for c, field in mapping.items() if field in {DataField.UPDATED_AT, ActivityField.AT}), None)
        if column is None:
            return DayOrder.DAY
        place = self.layout.columns.index(column)
        return order_of(cells[place] for cells in self.cells)


def path_of(folder: Path, import_id: UUID) -> Path:
    return folder / f"{import_id}.table"


def sample_of(file: IO[bytes], encoding: str | None = None, delimiter: str | None = None) -> Sample:
    """Raises NotATable."""
    layout = layout_of(file, encoding, delimiter)
    rows = list(islice(rows_of(file, layout, layout.start), SAMPLE_ROWS))
    if not rows:
        raise NotATable("there is one line and no row under it: is the header missing, or the table empty?")
    return Sample(layout, rows)


def sample_of_head(file: IO[bytes], limits: Limits = DEFAULT) -> Sample:
    """For a preview: only the beginning is read, so that it costs the same for any size."""
    head = BytesIO(whole_lines(unpacked(file, limits, head_only=True).read(SAMPLE)))
    readable, encoding = by_lines(head, encoding_of(head))
    return sample_of(readable, encoding)


@contextmanager
def received(file: IO[bytes], folder: Path, import_id: UUID, limits: Limits = DEFAULT) -> Iterator[tuple[Sample, int]]:
    """Keep an uploaded file for the workers, in a form that can be read line by line; its sample and its size in bytes.

    It is removed again if what is done with it fails. Raises NotATable.
    """
    table = unpacked(file, limits)
    readable, encoding = by_lines(table, encoding_of(table))
    sample = sample_of(readable, encoding)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = path_of(folder, import_id)
    try:
        readable.seek(0)
        with path.open("wb") as kept:
            shutil.copyfileobj(readable, kept, BLOCK)
            kept.flush()
            # The import is promised when this request is answered.
            os.fsync(kept.fileno())
        yield sample, path.stat().st_size
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sweep(folder: Path, needed: Collection[UUID]) -> int:
    """Remove what a crash left over: files of no running import that are a day old. Returns how many."""
    old = time.time() - LEFT_OVER_SECONDS
    doomed = [path for path in folder.glob("*.table") if UUID(path.stem) not in needed and path.stat().st_mtime < old]
    for path in doomed:
        path.unlink(missing_ok=True)
    return len(doomed)
