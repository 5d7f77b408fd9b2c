"""`smartleads clock`: the stepped clock of a demo or a test; without it the system runs on real time."""

import time
from datetime import datetime, timedelta

import typer

from cli.quiet import Quiet
from cli.stack import settings
from services.kit.cli import notes, out, telling
from services.kit.clock import SteppedClock, clock_of
from services.kit.errors import Rejected

app = typer.Typer(no_args_is_help=True, help="Show, step or give back the clock that all services share.")


def stepped() -> SteppedClock:
    path = settings().clock_file
    if path is None:
        raise Rejected("This system runs on real time: SMARTLEADS_CLOCK_FILE names no file to step.")
    return SteppedClock(path)


@app.command()
def show() -> None:
    """Show the time that the services go by."""
    with telling():
        out.print(clock_of(settings())().isoformat())


@app.command()
def step(hours: float = 24.0) -> None:
    """Let time pass, and wait until everything that falls due by then is done."""
    with telling():
        configured, now = settings(), clock_of(settings())()
        stepped().step_to(now + timedelta(hours=hours))
        started = time.monotonic()
        with Quiet(configured) as quiet:
            quiet.wait()
        notes.print(f"It is {clock_of(configured)():%a %d %b %Y %H:%M} UTC; at rest after {time.monotonic() - started:.1f} s.")


@app.command()
def set_to(moment: datetime) -> None:
    """Stop the clock at a moment (UTC) not before its own."""
    with telling():
        stepped().step_to(moment.astimezone())


@app.command()
def give_back() -> None:
    """Return to real time."""
    with telling():
        path = settings().clock_file
        if path:
            path.unlink(missing_ok=True)
