"""`smartleads deadletters`: what a service could not handle, why, and what waits behind it."""

from typing import Annotated

import typer

from cli.quiet import wired
from cli.stack import settings
from schemas.topics import SERVICES
from services.kit.cli import AsJson, notes, show, telling
from services.kit.errors import Rejected
from services.kit.service import Context, Service
from services.kit.stream import Shell, deadletters
from services.kit.stream.redrive import redrive

app = typer.Typer(no_args_is_help=True, help="Events that could not be handled: look, drive again, or give up.")
Name = Annotated[str, typer.Argument(help="The service that could not handle them.")]


def named(service: str) -> tuple[Service, Context]:
    if service not in SERVICES:
        raise Rejected(f"There is no service {service}: there are {', '.join(SERVICES)}.")
    settings()
    return wired(service)


@app.command("list")
def list_parked(service: Name, limit: int = 100, as_json: AsJson = False) -> None:
    """Show them, the oldest first."""
    with telling():
        _, context = named(service)
        with context.worker.transaction() as connection:
            parked = deadletters.listed(connection, service, limit=limit)
        rows = [
            {
                "id": each.id,
                "topic": each.topic,
                "partition": each.partition,
                "offset": each.offset,
                "key": each.key.decode(errors="replace"),
                "kind": each.kind,
                "reason": each.reason if as_json else each.reason.strip().splitlines()[-1],
                "parked at": each.parked_at.isoformat(timespec="seconds"),
            }
            for each in parked
        ]
        show(rows, as_json=as_json, empty=f"{service} has nothing parked.")


@app.command("redrive")
def drive_again(service: Name, topic: str | None = None) -> None:
    """Handle them again, key by key and in order; what fails again stays, with those behind it."""
    with telling():
        wired, context = named(service)
        shell = Shell(service, wired.hears(context), context.worker, context.codec, context.clock)
        with context.worker.transaction() as connection:
            keys = deadletters.keys(connection, service, topic)
        results = [(name, key, redrive(shell, name, key)) for name, key in keys]
        for name, key, result in results:
            if result.left:
                notes.print(
                    f"{name} {key.decode(errors='replace')}: {result.done} done, {result.left} left: {result.reason}", soft_wrap=True
                )
        left = sum(result.left for _, _, result in results)
        notes.print(f"{sum(result.done for _, _, result in results)} handled, {left} still parked.")
        raise typer.Exit(1 if left else 0)


@app.command("drop")
def drop(service: Name, parked_id: Annotated[int, typer.Argument(help="As `list` shows it.")]) -> None:
    """Give up one event for good; those behind it can be driven again then."""
    with telling():
        _, context = named(service)
        dropped = deadletters.drop(context.worker, service, parked_id)
        notes.print(f"Dropped {dropped.topic}/{dropped.partition}@{dropped.offset}: {dropped.reason.strip().splitlines()[-1]}")
