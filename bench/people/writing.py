"""Who is seen in which source and how often, and the files with their truth."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.people.dice import Dice, bare
from bench.people.population import Person, populated
from bench.people.sources import SHARES, SOURCES, Row, Seen, Source

ROWS_PER_PERSON = {1: 0.4175, 2: 0.2575, 3: 0.1275, 4: 0.0785, 5: 0.0525, 6: 0.03, 7: 0.0175, 8: 0.019}
OLDER_JOB = 0.32
JUNK = 0.0061
Told = tuple[Row, str, str]  # a row without its id, the person's id and the company's


def write(folder: Path, people: int, seed: int) -> int:
    """The four files and the truth about `people` people; how many rows there are. The same seed makes the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = Dice(f"rows {seed}")
    rows = _rows(populated(people, seed), dice)
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as truth:
        known = csv.writer(truth, lineterminator="\n")
        known.writerow(("source", "source_row_id", "person_id", "company_id"))
        for source, told in zip(SOURCES, rows, strict=True):
            known.writerows(_file(folder, source, told, dice))
    return sum(map(len, rows))


def _rows(population: Sequence[Person], dice: Dice) -> list[list[Told]]:
    staff: defaultdict[str, list[Person]] = defaultdict(list)
    for person in population:
        staff[person.jobs[0].company.company_id].append(person)
    told: list[list[Told]] = [[] for _ in SOURCES]
    for person in population:
        for number in _seen_in(dice):
            job = person.jobs[-1 if dice.happens(OLDER_JOB) else 0]
            seen = Seen(person, job, dice.one(staff[person.jobs[0].company.company_id]))
            told[number].append((SOURCES[number].row(seen, dice), person.person_id, job.company.company_id))
    for rows, source in zip(told, SOURCES, strict=True):
        rows += [(list(dice.one(source.junk)), "", "") for _ in range(round(len(rows) * JUNK))]
        dice.shuffle(rows)
    return told


def _seen_in(dice: Dice) -> Iterator[int]:
    """The numbers of the sources of a person's rows."""
    counts = [0] * len(SOURCES)
    for _ in range(dice.weighted(ROWS_PER_PERSON)):
        number = dice.weighted(SHARES)
        while counts[number] >= SOURCES[number].most:
            number = dice.weighted(SHARES)
        counts[number] += 1
        yield number


def _file(folder: Path, source: Source, rows: Sequence[Told], dice: Dice) -> Iterator[tuple[str, str, str, str]]:
    """Write one file; what is true of each of its rows. Ids rise with gaps; what the encoding lacks loses its accents."""
    with (folder / f"{source.name}.csv").open("w", encoding=source.encoding, newline="") as file:
        table = csv.writer(file, delimiter=source.delimiter, lineterminator=source.line_end)
        table.writerow(source.columns)
        number = 1000
        for row, person_id, company_id in rows:
            number += dice.number(1, 3)
            row_id = source.row_id.format(number)
            table.writerow([row_id, *(_encodable(text, source.encoding) for text in row)])
            yield source.name, row_id, person_id, company_id


def _encodable(text: str, encoding: str) -> str:
    if text.isascii():
        return text
    return "".join(letter if letter.encode(encoding, "ignore") else bare(letter) for letter in text)
