"""What every command of the terminal has: errors in words, tables for people and `--json` for programs, progress on long work."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.kit.errors import Rejected, Unavailable

out = Console(highlight=False)
notes = Console(stderr=True, highlight=False)
"""What is said beside the result: progress, remarks, errors. The result alone goes to standard output."""

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Row = Mapping[str, Any]


@contextmanager
def telling() -> Iterator[None]:
    """Errors that a user can do something about become one sentence and exit code 1; a bug keeps its traceback."""
    try:
        yield
    except (Rejected, Unavailable) as error:
        notes.print(f"[bold red]{error.reason}[/]", soft_wrap=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def show(rows: Sequence[Row], *, as_json: bool, title: str | None = None, empty: str = "nothing") -> None:
    """Rows with the same fields, as a table or as a JSON list; numbers stand to the right."""
    if as_json:
        typer.echo(json.dumps(list(rows), indent=2, default=str))
        return
    if not rows:
        out.print(empty)
        return
    table = Table(title=title, title_justify="left", header_style="dim")
    for name, value in rows[0].items():
        table.add_column(name, justify="right" if isinstance(value, int | float) else "left")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    out.print(table)


def progress() -> Progress:
    """Bars for work with a known end, spinners for other; on a pipe it says nothing."""
    return Progress(
        SpinnerColumn(finished_text="[green]✓[/]"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes,
    )
