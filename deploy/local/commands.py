"""The launcher's commands, as functions that another CLI may mount."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local import logs as log_files
from deploy.local import status as states
from deploy.local.assets import install_assets, lock_assets
from deploy.local.doctor import examine
from deploy.local.engines import jars
from deploy.local.environment import GATEWAY
from deploy.local.errors import StackError
from deploy.local.foreground import run_in_foreground
from deploy.local.settings import home
from deploy.local.up import Stack

app = typer.Typer(no_args_is_help=True, help="The whole system on this machine, with nothing but Python installed.")
out = Console(highlight=False)
notes = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


@contextmanager
def told() -> Iterator[None]:
    """Turns a StackError into its sentences and exit code 1, and Ctrl-C into exit code 130."""
    try:
        yield
    except StackError as error:
        for line in error.log_lines:
            notes.print(f"  {line}", style="dim", markup=False, soft_wrap=True)
        notes.print(str(error), style="bold red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def say(line: str) -> None:
    notes.print(line, soft_wrap=True)


@app.command()
def up(
    parts: Annotated[list[str] | None, typer.Argument(help="Only these, for example: kafka postgres. All when none is named.")] = None,
) -> None:
    """Start what is not running, and wait until it serves."""
    with told(), notes.status("Starting …"):
        stack = Stack(home(), say)
        stack.up(parts or ())
    if not parts:
        say(f"SmartLeads is up: {stack.environment[GATEWAY]}")


@app.command()
def down(wipe: Annotated[bool, typer.Option("--wipe", help="Delete data, logs and secrets too.")] = False) -> None:
    """Stop everything; data is kept."""
    with told(), notes.status("Stopping …"):
        Stack(home(), say).down(wipe=wipe)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show what runs, with its memory, port and age."""
    with told():
        stack = Stack(home(), say)
        rows = states.rows(stack.supervisor, stack.parts, stack.ports)
    if as_json:
        typer.echo(json.dumps(states.as_json(rows), indent=2))
    else:
        out.print(states.as_table(rows))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is wrong and what to do about it; exit code 1 if anything is."""
    ill = 0
    found = []
    with told():
        for finding in examine(Stack(home(), say)):
            ill += not finding.well
            found.append({"about": finding.about, "well": finding.well, "said": finding.said, "todo": "" if finding.well else finding.todo})
            if not as_json:
                mark = "[green]✓[/]" if finding.well else "[red]✗[/]"
                out.print(
                    f"{mark} {finding.about:<10} {finding.said}{'' if finding.well else f'. [bold]{finding.todo}[/]'}", soft_wrap=True
                )
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    elif not ill:
        out.print("All is well.")
    raise typer.Exit(1 if ill else 0)


@app.command()
def logs(
    part: Annotated[str | None, typer.Argument(help="A part's name, or `migrate`, or `supervisord`.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines of each.")] = 20,
) -> None:
    """Show the logs, of one part or of all."""
    with told():
        known = log_files.files(home() / "logs")
        if part and part not in known:
            raise StackError(f"There is no log of {part}.", f"There are: {', '.join(known) or 'none yet'}.")
        chosen = {part: known[part]} if part else known

        def show(name: str, line: str) -> None:
            out.print(line if part else f"{name:<10} {line}", markup=False, soft_wrap=True)

        log_files.show(chosen, lines, show)
        if follow:
            log_files.follow(chosen, show)


@app.command()
def fetch() -> None:
    """Fetch the engines' jars and the pages' JavaScript, unless they are there."""
    with told(), notes.status("Fetching Kafka's and GreenMail's jars …") as progress:
        jars.fetch_all()
        progress.update("Fetching the pages' JavaScript …")
        install_assets()


@app.command()
def lock() -> None:
    """Lock anew what is not locked by pip: the jars' hashes, and the pages' JavaScript."""
    with told():
        jars.lock_jars()
        lock_assets()


@app.command()
def engines(
    data: Annotated[Path, typer.Option(help="Folder for data and logs.")],
    kafka: Annotated[bool, typer.Option("--kafka")] = False,
    postgres: Annotated[bool, typer.Option("--postgres")] = False,
    greenmail: Annotated[bool, typer.Option("--greenmail")] = False,
    owner: Annotated[int | None, typer.Option("--while", help="Stop when the process with this id is gone, even if killed.")] = None,
) -> None:
    """Run engines alone on free ports, in the foreground (all three unless some are named)."""
    named = {"kafka": kafka, "postgres": postgres, "greenmail": greenmail}
    chosen = frozenset(name for name, wanted in named.items() if wanted) or frozenset(named)
    with told():
        run_in_foreground(data, chosen, owner, say)
