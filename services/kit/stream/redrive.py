"""Drives parked events again, in order and under the same lock as the batch: a key at a time, each event in its own transaction."""

from dataclasses import dataclass

from sqlalchemy import Connection

from services.kit.database import rows, run
from services.kit.errors import Unavailable
from services.kit.stream import deadletters, positions
from services.kit.stream import letters as post
from services.kit.stream.batch import Partition
from services.kit.stream.deadletters import Parked
from services.kit.stream.letters import Fault
from services.kit.stream.shell import Shell, fault_of


@dataclass(frozen=True)
class Redriven:
    """How many events of the key had their effect, how many are still parked, and why the first of these is."""

    done: int
    left: int
    reason: str | None = None


@dataclass(frozen=True)
class Stored:
    """A parked event as the record that it was."""

    offset: int
    key: bytes
    value: bytes


def redrive(shell: Shell, topic: str, key: bytes) -> Redriven:
    """Handle what is parked under this key until nothing is, or one fails again: it and those behind it stay. Raises Unavailable."""
    done = 0
    while (oldest := first_parked(shell, topic, key)) is not None:
        fault = drive(shell, oldest)
        if fault is not None:
            note(shell, oldest, fault)
            return Redriven(done, left(shell, topic, key), fault.reason)
        done += 1
    return Redriven(done, 0)


def first_parked(shell: Shell, topic: str, key: bytes) -> Parked | None:
    with shell.database.transaction() as connection:
        found = deadletters.listed(connection, shell.consumer, topic, key, limit=1)
    return found[0] if found else None


def drive(shell: Shell, parked: Parked) -> Fault | None:
    """Give the event its effect and take it out, both or neither. Returns why it fails, if it does."""
    record = Stored(parked.offset, parked.key, parked.value)
    letters = post.read(shell.codec, parked.partition, [record])
    if isinstance(letters[0], Fault):
        return letters[0]
    try:
        with shell.database.transaction() as connection:
            positions.hold(connection, shell.consumer, Partition(parked.topic, parked.partition))
            if taken_out(connection, parked):
                shell.handle(connection, parked.topic, [record], letters, set())
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - a part of the shell: what fails again stays parked, with the new reason
        return fault_of(letters[0], error)
    return None


def taken_out(connection: Connection, parked: Parked) -> bool:
    """False where another has driven or dropped it in the meantime."""
    return run(connection, "DELETE FROM parked WHERE id = :id", id=parked.id) == 1


def note(shell: Shell, parked: Parked, fault: Fault) -> None:
    with shell.database.transaction() as connection:
        run(
            connection,
            "UPDATE parked SET kind = :kind, reason = :reason WHERE id = :id",
            kind=fault.kind,
            reason=deadletters.readable(fault.reason),
            id=parked.id,
        )


def left(shell: Shell, topic: str, key: bytes) -> int:
    with shell.database.transaction() as connection:
        [row] = rows(
            connection,
            "SELECT count(*) AS n FROM parked WHERE consumer = :consumer AND topic = :topic AND key = :key",
            consumer=shell.consumer,
            topic=topic,
            key=key,
        )
    return int(row.n)
