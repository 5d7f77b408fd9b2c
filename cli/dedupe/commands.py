"""`smartleads dedupe run`, `explain` and `evaluate`."""

import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.dedupe import clusters
from cli.dedupe.tables import counted, records_in, tables_of
from schemas.fields import CUSTOM
from services.dedupe.domain.linkage.comparing import compare
from services.dedupe.domain.linkage.quality import b_cubed, pairs, pairwise
from services.dedupe.domain.linkage.resolving import LINK, TOGETHER, Thresholds, resolve
from services.kit.cli import AsJson, notes, out, progress, show, telling
from services.kit.errors import Rejected

app = typer.Typer(no_args_is_help=True, help="Match tables on files alone, and say how good a match is.")
WORST = 10


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Its tables are read, each as a source.", exists=True, file_okay=False)],
    file: Annotated[Path, typer.Option("--out", help="The file to write: source, source_row_id, person_id, company_id.")] = Path(
        "clusters.csv"
    ),
    link: Annotated[float, typer.Option(help="Bits of evidence from which on two records are one person.")] = LINK,
    together: Annotated[float, typer.Option(help="Bits that all records of two groups must have in the mean to be one.")] = TOGETHER,
    as_json: AsJson = False,
) -> None:
    """Find which rows of all tables in DIR are one person and one company. No service is asked, and nothing is kept but the result."""
    with telling(), progress() as bars:
        task = bars.add_task("reading", total=None)
        began = time.perf_counter()
        # First: matching may take long, and would be for nothing.
        clusters.check(file)
        tables, passed_over = tables_of(folder)
        records = records_in(tables)
        resolution = resolve(records, Thresholds(link, together), lambda what, many: bars.update(task, description=f"{what} ({many:,})"))
        ids = clusters.clusters_of(records, resolution)
        clusters.write(file, tables, ids)
        seconds = time.perf_counter() - began
        bars.update(task, description="done", total=1, completed=1)
    for path, why in passed_over.items():
        notes.print(f"Passed over {path.name}: {why}")
    for table in tables:
        fields = ", ".join(f"{column} → {field}" for column, field in table.mapping.items() if not field.startswith(CUSTOM))
        notes.print(f"{table.path.name}: {counted(len(table.rows), 'row')}; {fields}", soft_wrap=True)
        for remark in table.remarks():
            notes.print(f"  {remark}", soft_wrap=True)
    summary = {
        "rows": sum(len(table.rows) for table in tables),
        "records": len(records),
        "people": len({found.person for found in ids.values()} - {""}),
        "companies": len({found.company for found in ids.values()} - {""}),
        "seconds": round(seconds, 1),
        "written": str(file),
    }
    show([summary], as_json=as_json)


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The same tables.", exists=True, file_okay=False)],
    one: Annotated[str, typer.Argument(metavar="SOURCE/ID", help="A row: its source and id, as `run` writes them.")],
    other: Annotated[str, typer.Argument(metavar="SOURCE/ID", help="Another.")],
    as_json: AsJson = False,
) -> None:
    """Say why two rows are one person or not: what each field is worth, and what would have to change."""
    with telling():
        records = records_in(tables_of(folder)[0])
        places = {f"{record.source}/{record.source_row_id}": place for place, record in enumerate(records)}
        for name in (one, other):
            if name not in places:
                raise Rejected(f"{folder} has no row {name}, or nothing could be made of it; a row is named like {next(iter(places))}")
        with progress() as bars:
            task = bars.add_task("matching", total=None)
            found = resolve(records)
            bars.update(task, description="matched", total=1, completed=1)
        mine, theirs = found.records[places[one]], found.records[places[other]]
        bars_of = found.model.explain(mine, theirs, compare(mine, theirs))
        together = found.persons[places[one]] == found.persons[places[other]]
    if as_json:
        show([{"one_person": together, **bar._asdict()} for bar in bars_of], as_json=True)
        return
    total = sum(bar.bits for bar in bars_of)
    show([{"field": bar.field, "how it agrees": bar.level, "bits": round(bar.bits, 1)} for bar in bars_of], as_json=False)
    out.print(verdict(together, total, LINK), soft_wrap=True)


def verdict(together: bool, bits: float, least: float) -> str:
    """In words, with what would have to change."""
    alone = f"These two alone say {bits:+.1f} bits, where {least:+.1f} are enough"
    if together:
        return f"{alone}. They are one person." if bits >= least else f"{alone}; they are one person by what other records of theirs say."
    if bits >= least:
        return f"{alone}; they are two people, as the other records of each speak against it."
    return f"{alone}: {least - bits:.1f} more are needed. They are two people."


@app.command()
def evaluate(
    found: Annotated[Path, typer.Argument(metavar="CLUSTERS", help="What `run` wrote.", exists=True, dir_okay=False)],
    truth: Annotated[Path, typer.Option(help="The same columns, as they should be.", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Print how good a match is, pairwise and B-cubed, and its worst errors. Rows that truly are nobody's are left out."""
    with telling():
        true, got = clusters.read(truth), clusters.read(found)
        table: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for which, what in enumerate(("person", "company")):
            rows = list(clusters.paired(true, got, which))
            for name, measured in (("pairwise", pairwise(rows)), ("B-cubed", b_cubed(rows))):
                numbers = {"precision": measured.precision, "recall": measured.recall, "F1": measured.f1}
                table.append({"of": what, "measure": name, **{key: round(value, 4) for key, value in numbers.items()}, "rows": len(rows)})
            errors += worst(what, rows)
    if as_json:
        show([*table, *errors], as_json=True)
        return
    show(table, as_json=False)
    show(errors, as_json=False, title="Worst errors", empty="No errors.")


def worst(what: str, rows: Iterable[tuple[Hashable, Hashable]]) -> list[dict[str, Any]]:
    """The groups with most pairs that should not be in them, and those with most pairs that are not."""
    by_true: dict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    by_found: dict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for true, found in rows:
        by_true[true][found] += 1
        by_found[found][true] += 1
    errors = [
        {"error": f"{what}: {error}", "group": str(group), "pairs": wrong, "parts": " + ".join(str(n) for _, n in parts.most_common(6))}
        for error, groups in (("put together", by_found), ("torn apart", by_true))
        for group, parts in groups.items()
        if (wrong := pairs(parts.total()) - sum(map(pairs, parts.values())))
    ]
    return sorted(errors, key=lambda each: (-int(str(each["pairs"])), str(each["group"])))[:WORST]
