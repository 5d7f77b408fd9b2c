"""Bringing the stack up, in order, so that it either stands or leaves nothing running; and taking it down."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
from filelock import FileLock, Timeout
from pydantic import ValidationError

from deploy.local import environment as env
from deploy.local.engines import ports as tcp
from deploy.local.engines import postgres
from deploy.local.environment import Environment
from deploy.local.errors import StackError
from deploy.local.leftovers import end_leftovers, stack_of
from deploy.local.parts import Part, Stage, all_parts
from deploy.local.program import last_lines
from deploy.local.settings import PROJECT, Ports, setting_of
from deploy.local.supervision import Supervisor

Say = Callable[[str], None]
MEMORY_NEEDED = 3 * 1024**3
SECONDS_TO_BE_READY = 120


class Stack:
    """The stack whose state is in `home`."""

    def __init__(self, home: Path, say: Say) -> None:
        self.home = home
        self.supervisor = Supervisor(home)
        self._say = say
        running = self.supervisor.is_up()
        self.ports = ports_of(home, running=running)
        # What runs keeps the addresses it was started with, wherever the user's environment points now.
        self.environment = Environment(home, env.load(home)) if running else env.make(home, self.ports)
        self.parts = all_parts(self.environment, self.ports)

    def up(self, only: Sequence[str] = ()) -> None:
        """Start what is not running (of the parts named, else all) and wait until it serves. StackError says what failed."""
        with _alone(self.home), _signals_as_interrupt():
            if unknown := set(only) - {part.name for part in self.parts}:
                raise StackError(
                    f"There is no part named {', '.join(sorted(unknown))}.", f"Parts: {', '.join(p.name for p in self.parts)}."
                )
            processes = self.supervisor.processes()
            wanted = [part for part in self.parts if not only or part.name in only]
            missing = [part for part in wanted if part.name not in processes or not processes[part.name].alive]
            if not missing:
                self._say("Already up.")
                return
            self._start_or_undo(missing, whole=not only)

    def _start_or_undo(self, missing: Sequence[Part], *, whole: bool) -> None:
        began = not self.supervisor.is_up()
        started: list[str] = []
        try:
            self._start(missing, started, whole=whole)
        except BaseException:
            # The second Ctrl-C of an impatient user must not leave half of it running.
            with _signals_ignored():
                if started:
                    self._say("Stopping what was started …")
                    self._stop(started)
                if began and self.supervisor.is_up():
                    self.supervisor.end()
            raise

    def _start(self, missing: Sequence[Part], started: list[str], *, whole: bool) -> None:
        if not self.supervisor.is_up():
            self._clear_the_way(missing, whole=whole)
            self.environment.save()
            programs = {part.name: (part.program(), int(part.stage)) for part in self.parts}
            for part in self.parts:
                programs[part.name][0].prepare()
            self.supervisor.begin(programs, self.environment.values)
        for stage in Stage:
            if stage is Stage.SERVICES and any(part.stage is stage for part in missing):
                self._migrate()
            self._start_stage([part for part in missing if part.stage is stage], started)

    def _clear_the_way(self, missing: Sequence[Part], *, whole: bool) -> None:
        for name in end_leftovers(self.home):
            self._say(f"Ended {name}, left behind by an earlier run.")
        check_ports(missing, self.ports)
        if whole:
            check_memory()

    def _start_stage(self, parts: Sequence[Part], started: list[str]) -> None:
        """Start side by side; each is reported when it serves."""
        marks = {part.name: _size(self.supervisor.log_of(part.name)) for part in parts}
        begin = time.monotonic()
        for part in parts:
            started.append(part.name)
            self.supervisor.start(part.name)
        waiting = list(parts)
        while waiting:
            processes = self.supervisor.processes()
            for part in list(waiting):
                took = time.monotonic() - begin
                if part.name not in processes or processes[part.name].failed:
                    raise self._failure(part, "ended while starting", marks[part.name])
                if part.ready():
                    waiting.remove(part)
                    self._say(f"[green]✓[/] {part.title:<12} {took:5.1f} s")
                elif took > SECONDS_TO_BE_READY:
                    raise self._failure(part, f"was not ready within {SECONDS_TO_BE_READY} s", marks[part.name])
            # Often enough to be prompt, seldom enough to leave the processors to what is starting.
            time.sleep(0.25)

    def _failure(self, part: Part, what: str, since: int) -> StackError:
        log = self.supervisor.log_of(part.name)
        return StackError(f"{part.title} {what}.", part.program().hint, last_lines(log, start=since))

    def _migrate(self) -> None:
        if any(part.name == "postgres" for part in self.parts):
            make_database(postgres.url(self.ports.postgres, self.environment[env.POSTGRES_PASSWORD]))
        self._run("migrations", "services.kit", "migrate")
        email, password = self.environment[env.OPERATOR_EMAIL], self.environment[env.OPERATOR_PASSWORD]
        named = ("--email", email, "--password", password, "--key-file", str(self.home / env.OPERATOR_KEY))
        self._run("operator", "services.accounts", "bootstrap", *named)

    def _run(self, name: str, *module: str) -> None:
        """A step that ends before the services begin; its output goes into the log `migrate`."""
        begin, log = time.monotonic(), self.supervisor.log_of("migrate")
        since = _size(log)
        with log.open("ab") as output:
            done = subprocess.run(
                (sys.executable, "-m", *module),
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=PROJECT, timeout=300, check=False,
                env={**os.environ, **self.environment.values},
            )  # fmt: skip
        if done.returncode:
            what = f"The step `{name}`, which makes the database and the topics what this version needs, failed."
            raise StackError(what, f"See the last lines of its log; all of it is in {log}.", last_lines(log, start=since))
        self._say(f"[green]✓[/] {name:<12} {time.monotonic() - begin:5.1f} s")

    def _stop(self, names: Sequence[str]) -> None:
        """Services before the engines they need; within a stage side by side."""
        for stage in reversed(Stage):
            self.supervisor.stop([part.name for part in self.parts if part.stage is stage and part.name in names])

    def down(self, *, wipe: bool = False) -> None:
        """Stop all, services before engines. Data stays unless `wipe`, which deletes the whole folder, secrets included."""
        with _alone(self.home), _signals_ignored():
            if self.supervisor.is_up():
                self._stop(list(self.supervisor.processes()))
                self.supervisor.end()
                self._say("Down.")
            else:
                self._say("Already down.")
            for name in end_leftovers(self.home):
                self._say(f"Ended {name}, left behind by an earlier run.")
        if wipe:
            shutil.rmtree(self.home, ignore_errors=True)
            self._say("All data and secrets are deleted.")


def ports_of(home: Path, *, running: bool) -> Ports:
    """The ports by the user's settings; when the stack runs, those it was started with."""
    try:
        chosen = Ports()
    except ValidationError as error:
        name = setting_of(str(error.errors()[0]["loc"][0]))
        raise StackError(f"{name} is not a number.", "Set it to a free port, or unset it.") from error
    if not running:
        return chosen
    kept = Ports.model_validate({name: env.load(home)[setting_of(name)] for name in Ports.model_fields})
    for name in chosen.model_fields_set:
        if chosen.of(name) != kept.of(name):
            what = f"The stack is up with port {kept.of(name)}, and {setting_of(name)} now says {chosen.of(name)}."
            raise StackError(what, "Run `down` first, or unset it.")
    return kept


def check_ports(parts: Sequence[Part], ports: Ports) -> None:
    """All taken ports in one StackError: who has each, and which setting moves ours elsewhere."""
    needed = [(name, part) for part in parts for name in part.ports]
    taken = [(name, part) for name, part in needed if not tcp.can_listen(ports.of(name))]
    if not taken:
        return
    if other := stack_of(tcp.holder_of(ports.of(taken[0][0]))):
        raise StackError(
            f"Another SmartLeads stack, with its data in {other}, has {len(taken)} of the ports that this one needs.",
            f"Run `down` there (SMARTLEADS_HOME={other}), or set {setting_of(taken[0][0])} and the like to free ports.",
        )
    what = "; ".join(
        f"port {ports.of(name)}, which {part.title} needs, is taken by {tcp.holder_in_words(ports.of(name))}" for name, part in taken
    )
    settings = ", ".join(f"{setting_of(name)}=<a free port>" for name, _ in taken)
    raise StackError(f"{what[0].upper()}{what[1:]}.", f"End what holds it, or set {settings}.")


def check_memory() -> None:
    free = psutil.virtual_memory().available
    if free < MEMORY_NEEDED:
        raise StackError(
            f"Only {free / 1024**3:.1f} GB of memory is free, and the stack needs {MEMORY_NEEDED / 1024**3:.0f} GB.",
            "Close other programs, then run it again.",
        )


def make_database(superuser: str) -> None:
    """The stack's own database, if it is not there."""
    connection = psycopg2.connect(superuser, connect_timeout=5)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (env.DATABASE,))
            if not cursor.fetchone():
                cursor.execute(f'CREATE DATABASE "{env.DATABASE}"')
    finally:
        connection.close()


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One launcher at a time: two that start the same parts would take each other's ports."""
    home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home / "launcher.lock", timeout=0):
            yield
    except Timeout as error:
        raise StackError("Another `up` or `down` of this stack is at work.", "Wait until it is done.") from error


@contextmanager
def _signals_as_interrupt() -> Iterator[None]:
    """SIGTERM undoes a start as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _signals_ignored() -> Iterator[None]:
    before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
