"""The worker that reads web pages, a process of its own, is killed again and again: every page becomes one record."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.kit.settings import Settings
from tests.chaos.test_ingest_killed import environment
from tests.ingest_bed import make_bed
from tests.web_bed import HERE, ON, WebBed, serving

pytestmark = [pytest.mark.engines, pytest.mark.chaos]

PAGES, KILLS = 40, 3


@contextmanager
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    with socket.create_server((HERE, 0)) as free:
        port = free.getsockname()[1]
    own = {
        "ingest_url": f"http://{HERE}:{port}",
        "ingest_lease_seconds": "0.3",
        "ingest_web_page_seconds": "0.1",
        "ingest_web_delay_seconds": "0.05",
        "log_level": "WARNING",
        **ON,
    }
    env = environment(settings, **{f"SMARTLEADS_{name.upper()}": str(value) for name, value in own.items()})
    process = subprocess.Popen([sys.executable, "-m", "services.ingest", "worker"], env=env)
    try:
        yield process
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)


def test_a_worker_killed_while_it_reads_loses_and_doubles_no_page(settings: Settings) -> None:
    bed = make_bed(settings)
    with serving() as web:
        it = WebBed(bed, web)
        for n in range(PAGES):
            web.put(HERE, f"/{n}", f"<title>Acme {n}</title>")
        import_id = it.ask(*(web.url(HERE, f"/{n}") for n in range(PAGES)), most=PAGES)
        done = 0
        for goal in [PAGES * (n + 1) // (KILLS + 1) for n in range(KILLS)] + [PAGES]:
            with worker(bed.settings) as process:
                until = time.monotonic() + 60
                while (done := bed.counts(import_id)[1]) < goal or (goal == PAGES and bed.counts(import_id)[0] == "running"):
                    assert process.poll() is None, "the worker ended by itself"
                    assert time.monotonic() < until, f"the import stands at page {done}"
                    time.sleep(0.01)
        assert bed.counts(import_id) == ("finished", PAGES, PAGES, 0, 0)
        published = bed.published()
        assert {body.source_row_id for _, body in published} == {web.url(HERE, f"/{n}") for n in range(PAGES)}
        assert len({(envelope.event_id, body.digest) for envelope, body in published}) == PAGES
    bed.close()
