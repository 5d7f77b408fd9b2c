"""The result of a match as a file: which person and which company each row is."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from cli.dedupe.tables import Table, reaching
from schemas.body import PROVIDER
from services.dedupe.domain.ids import company_id_of, person_id_of
from services.dedupe.domain.linkage.resolving import Resolution
from services.dedupe.domain.record import NormalRecord
from services.kit.errors import Rejected

COLUMNS = ("source", "source_row_id", "person_id", "company_id")
RowName = tuple[str, str]
"""Source and the row's own id in it."""


class Ids(NamedTuple):
    """Empty where a row is about no person, or names no company."""

    person: str
    company: str


NOBODY = Ids("", "")


def clusters_of(records: list[NormalRecord], resolution: Resolution) -> dict[UUID, Ids]:
    """By record. A person is called after their first record, a company after its domain or name."""
    return {
        record.record_id: Ids(str(person_id_of(records[person].record_id)) if record.is_person else "", company_id(company))
        for record, person, company in zip(records, resolution.persons, resolution.companies, strict=True)
    }


def company_id(company: str | None) -> str:
    if not company:
        return ""
    name = company.removeprefix("name:")
    return str(company_id_of(PROVIDER, "domain" if name == company else "name", name))


def check(path: Path) -> None:
    """Raises Rejected for a file that cannot be written. Leaves everything as it is."""
    with reaching(path, "written"):
        is_new = not path.exists()
        path.open("a", encoding="utf-8").close()
        if is_new:
            path.unlink()


def write(path: Path, tables: Iterable[Table], ids: Mapping[UUID, Ids]) -> None:
    """Every row of every table; the ids of a row of which nothing could be made are empty. Raises Rejected for what cannot be written."""
    with reaching(path, "written"), path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for table in tables:
            for row in table.rows:
                out.writerow((row.source, row.source_row_id, *(ids[row.record.record_id] if row.record else NOBODY)))


def read(path: Path) -> dict[RowName, Ids]:
    """Raises Rejected, saying what the file lacks."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (found.fieldnames or ())]
        if missing:
            raise Rejected(f"{path} has no column {', '.join(missing)}; it takes {', '.join(COLUMNS)}")
        return {(row["source"], row["source_row_id"]): Ids(row["person_id"] or "", row["company_id"] or "") for row in found}


def paired(true: Mapping[RowName, Ids], found: Mapping[RowName, Ids], which: int) -> Iterator[tuple[str, str | RowName]]:
    """(true group, found group) of each row that truly has one; a row that was given none stands alone."""
    for name, ids in true.items():
        if ids[which]:
            yield ids[which], found.get(name, NOBODY)[which] or name
