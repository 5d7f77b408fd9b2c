"""The launcher's commands, which another CLI may mount."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.errors import StackError
from deploy.local.foreground import run_in_foreground

app = typer.Typer(no_args_is_help=True, help="The local stack.")
console = Console(stderr=True)


@app.callback()
def main() -> None:
    """Run the whole system on this machine, with nothing but Python installed."""


@app.command()
def engines(
    data: Annotated[Path, typer.Option(help="Folder for data and logs.")],
    kafka: Annotated[bool, typer.Option("--kafka")] = False,
    postgres: Annotated[bool, typer.Option("--postgres")] = False,
    greenmail: Annotated[bool, typer.Option("--greenmail")] = False,
) -> None:
    """Run engines alone on free ports, in the foreground (all three unless some are named)."""
    named = {"kafka": kafka, "postgres": postgres, "greenmail": greenmail}
    chosen = frozenset(name for name, wanted in named.items() if wanted) or frozenset(named)
    try:
        run_in_foreground(data, chosen, console.print)
    except StackError as error:
        fail(error)


def fail(error: StackError) -> None:
    """Say what went wrong and end with exit code 1."""
    for line in error.log_lines:
        console.print(f"  {line}", style="dim", markup=False, highlight=False)
    console.print(str(error), style="bold red", markup=False, highlight=False)
    raise typer.Exit(1)
