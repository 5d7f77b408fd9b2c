"""`smartleads repair`: brings a database and a Kafka together again of which one was wiped or restored, as a person decides."""

from typing import Annotated

import typer

from cli.letters import Name, named
from services.kit.cli import AsJson, notes, show, telling
from services.kit.stream import repair as repairs

app = typer.Typer(no_args_is_help=True, help="After one of the two stores was wiped or restored. Stop the service's workers first.")
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def positions(service: Name, yes: Yes = False, as_json: AsJson = False) -> None:
    """Set where the service stands in each topic to where it can stand in the Kafka that there is."""
    with telling():
        wired, context = named(service)
        if not yes:
            typer.confirm(f"Is no worker of {service} running, and is what Kafka has now to count?", abort=True, err=True)
        changed = repairs.repair(context.settings, service, context.worker, [hears.topic for hears in wired.hears(context)])
        rows = [{"topic": c.topic, "partition": c.partition, "was": c.was, "now": c.now, "what follows": c.what} for c in changed]
        show(rows, as_json=as_json, empty=f"{service} stands where it should.")


@app.command()
def republish(service: Name, yes: Yes = False) -> None:
    """Tell all events of a service again, after Kafka was wiped; readers drop what they have heard."""
    with telling():
        _, context = named(service)
        if not yes:
            typer.confirm(f"Tell every event of {service} again?", abort=True, err=True)
        notes.print(f"{repairs.republish(context.worker)} events are in the outbox of {service}; its relay tells them.")
