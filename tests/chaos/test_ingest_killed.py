"""The importing worker, a process of its own, is killed again and again: every row comes in once."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from pydantic import SecretStr

from services.kit.settings import Settings
from tests.ingest_bed import Bed, make_bed

pytestmark = [pytest.mark.engines, pytest.mark.chaos]

ROWS = 5000
KILLS = 3


def environment(settings: Settings, **more: str) -> dict[str, str]:
    plain = {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in settings}
    return os.environ | {f"SMARTLEADS_{name.upper()}": str(value) for name, value in plain.items() if value is not None} | more


@contextmanager
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Killed at the end, in the middle of whatever it does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {"INGEST_URL": f"http://127.0.0.1:{port}", "INGEST_CHUNK_ROWS": "100", "INGEST_LEASE_SECONDS": "0.5", "LOG_LEVEL": "WARNING"}
    env = environment(settings, **{f"SMARTLEADS_{name}": value for name, value in own.items()})
    process = subprocess.Popen([sys.executable, "-m", "services.ingest", "worker"], env=env)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


def wait_for_rows(bed: Bed, import_id: UUID, more_than: int, process: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + 60
    while (rows := bed.counts(import_id)[1]) <= more_than and bed.counts(import_id)[0] == "running":
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < until, f"the import stands at row {rows}"
        time.sleep(0.02)
    return rows


@pytest.fixture
def bed(settings: Settings) -> Iterator[Bed]:
    made = make_bed(settings)
    yield made
    made.close()


def test_a_worker_killed_at_random_points_loses_and_doubles_no_row(bed: Bed) -> None:
    content = "Id,Mail\n" + "".join(f"{n},ann{n}@acme.com\n" for n in range(ROWS))
    import_id = bed.upload(content.encode())
    rows, chance = 0, random.Random(7)  # noqa: S311 - where the kills fall
    for _ in range(KILLS):
        with worker(bed.settings) as process:
            wait_for_rows(bed, import_id, rows, process)
            time.sleep(chance.uniform(0, 0.15))
        rows = bed.counts(import_id)[1]
        assert rows < ROWS, "the import was over before the last kill"
    with worker(bed.settings) as process:
        wait_for_rows(bed, import_id, ROWS, process)
    assert bed.counts(import_id) == ("finished", ROWS, ROWS, 0, 0)
    published = bed.published()
    assert {body.source_row_id for _, body in published} == {str(n) for n in range(ROWS)}
    # What a killed worker had published without storing it was published again, as the same events.
    assert len({envelope.event_id for envelope, _ in published}) == ROWS
