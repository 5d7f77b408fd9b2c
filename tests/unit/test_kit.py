"""The small parts of the kit."""

import asyncio
import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2
from pydantic import SecretStr

from services.kit import loops
from services.kit.clock import SteppedClock, clock_of
from services.kit.errors import Unavailable
from services.kit.loops import Loop
from services.kit.publisher import partition_of
from services.kit.secrets import Secrets
from services.kit.settings import Settings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_stepped_clock_is_one_for_all_and_never_goes_back(tmp_path: Path) -> None:
    settings = Settings(clock_file=tmp_path / "clock")
    now, other = clock_of(settings), SteppedClock(tmp_path / "clock")
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=1), "real time until somebody stops it"
    other.step_to(NOON)
    assert now() == NOON
    other.step_to(NOON + timedelta(days=3))
    assert now() == NOON + timedelta(days=3)
    with pytest.raises(ValueError, match="cannot go back"):
        other.step_to(NOON)


@given(st.binary(min_size=1, max_size=80), st.integers(1, 64))
def test_every_client_puts_a_key_into_the_same_partition(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions


def test_a_secret_opens_only_for_what_it_belongs_to() -> None:
    secrets = Secrets(bytes(32))
    stored = secrets.encrypt("hunter2", "workspace 1, smtp")
    assert "hunter2" not in stored
    assert secrets.decrypt(stored, "workspace 1, smtp") == "hunter2"
    with pytest.raises(InvalidTag):
        secrets.decrypt(stored, "workspace 2, smtp")


def test_a_digest_is_the_same_for_the_same_address_and_another_for_another_key() -> None:
    one, other = Secrets(bytes(32)), Secrets(b"1" * 32)
    assert one.digest("email", "Ann@Example.org ") == one.digest("email", "ann@example.org")
    assert one.digest("email", "ann@example.org") != one.digest("domain", "ann@example.org")
    assert one.digest("email", "ann@example.org") != other.digest("email", "ann@example.org")


def test_a_master_key_of_the_wrong_size_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="openssl rand -base64 32"):
        _ = Settings(master_key=SecretStr(base64.b64encode(b"short").decode())).master_key_bytes


def test_a_loop_waits_out_what_is_unavailable_and_goes_on() -> None:
    answers: Iterator[int | Unavailable] = iter([Unavailable("not yet", retry_after=0.01), 3, 0])
    done: list[int] = []

    async def run() -> None:
        stopping = asyncio.Event()

        def step() -> int:
            answer = next(answers)
            if isinstance(answer, Unavailable):
                raise answer
            done.append(answer)
            if answer == 0:
                running.call_soon_threadsafe(stopping.set)
            return answer

        running = asyncio.get_running_loop()
        await loops.run(Loop("test", step, idle=0.01), stopping)

    asyncio.run(run())
    assert done == [3, 0]


def test_a_bug_in_a_loop_is_not_swallowed() -> None:
    def step() -> int:
        raise ZeroDivisionError(str(uuid4()))

    async def run() -> None:
        await loops.run(Loop("test", step), asyncio.Event())

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())
