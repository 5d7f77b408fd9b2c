"""Ingest behind the gateway as it is shipped: streams flow, webhooks need no session, and the terminal watches its imports."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.client import Client as Terminal
from cli.client import events_in
from cli.demo import feeding
from deploy.local.engines import ports
from deploy.local.engines.caddy import answers, caddy
from deploy.local.program import Running
from schemas.topics import SERVICES
from services.ingest.api import progress
from services.kit.errors import Rejected
from services.kit.settings import Settings
from tests.accounts import OPERATOR, PASSWORD, running_accounts
from tests.ingest_client import Client, make_hook, serving_ingest

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def client(module_settings: Settings) -> Iterator[Client]:
    with serving_ingest(module_settings) as made:
        yield made


@pytest.fixture(scope="module")
def gateway(client: Client, module_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gateway")
    (port, nobody) = ports.free_ports(2)
    url = f"http://{ports.HOST}:{port}"
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:
        accounts = stack.enter_context(running_accounts(module_settings))
        for service in SERVICES:
            environment.setenv(f"SMARTLEADS_{service.upper()}_URL", f"http://{ports.HOST}:{nobody}")
        environment.setenv("SMARTLEADS_ACCOUNTS_URL", accounts.url)
        environment.setenv("SMARTLEADS_INGEST_URL", str(client.http.base_url))
        running = Running(caddy(folder, port), folder / "gateway.log")
        stack.callback(running.stop)
        running.wait_until(lambda: answers(url))
        yield url


@pytest.fixture
def operator(gateway: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway) as http:
        answer = http.post("/api/accounts/login", json={"email": OPERATOR, "password": PASSWORD}, headers={"Origin": gateway})
        assert answer.status_code == 200, answer.text
        yield http


@contextmanager
def worker(client: Client) -> Iterator[None]:
    """An importer at work, as the service has one."""
    stop, importer = threading.Event(), client.bed.importer()

    def work() -> None:
        while not stop.wait(0.02):
            importer.step()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def table(rows: int, mark: str) -> bytes:
    return b"Id,Name,Mail\n" + b"".join(f"{mark}{n},Ann Lee,{mark}{n}@acme.com\n".encode() for n in range(rows))


@pytest.mark.parametrize("encoding", ["identity", "gzip", "gzip, zstd"])
def test_each_event_of_a_stream_comes_through_when_it_is_told(client: Client, operator: httpx.Client, encoding: str) -> None:
    import_id = client.bed.upload(table(30, encoding[-2:]), f"crm {encoding}")
    importer = client.bed.importer(chunk_rows=10)
    seen = []
    # The next move is made when the one before has arrived: a gateway that held events back would wait here for ever.
    with operator.stream("GET", f"{client.here}/imports/{import_id}/progress", headers={"Accept-Encoding": encoding}, timeout=20) as answer:
        assert "content-encoding" not in answer.headers
        for name, now in events_in(answer.iter_lines()):
            seen.append((name, now["rows"]))
            importer.step()
    assert seen == [("progress", 0), ("progress", 10), ("progress", 20), ("progress", 30), ("end", 30)]


def test_a_stream_needs_a_session(client: Client, gateway: str) -> None:
    import_id = client.bed.upload(table(1, "s"), "session")
    client.bed.work_off()
    assert httpx.get(f"{gateway}{client.here}/imports/{import_id}/progress").status_code == 401


def test_a_webhook_is_called_without_a_session_and_only_by_its_secret(client: Client, gateway: str) -> None:
    hook = make_hook(client, "Outside")
    with httpx.Client(base_url=gateway) as outside:
        called = replace(hook, client=replace(client, http=outside))
        body = {"records": [{"id": "1", "fields": {"email": "outside@acme.com"}}]}
        assert called.call(body).json()["records"]["counts"]["added"] == 1
        assert replace(called, secret=make_hook(client, "Another").secret).call(body).status_code == 401
        assert called.call(b" " * 10_100_000).status_code == 413


def terminal(gateway: str, operator: httpx.Client) -> Terminal:
    made = Terminal(gateway, "")
    made._http.headers = httpx.Headers({"Origin": gateway})
    made._http.cookies = operator.cookies
    return made


def test_the_terminal_shows_each_move_of_its_imports(client: Client, gateway: str, operator: httpx.Client, tmp_path: Path) -> None:
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for file in files:
        file.write_bytes(table(200, file.stem))
    told: dict[str, list[dict[str, Any]]] = {file.name: [] for file in files}
    with worker(client), terminal(gateway, operator) as api:
        done = feeding.import_all(api, files, lambda name, now: told[name].append(now))
    assert [(one["file_name"], one["rows"], one["accepted"]) for one in done] == [("one.csv", 200, 200), ("two.csv", 200, 200)]
    for moves in told.values():
        assert [now["rows"] for now in moves] == sorted(now["rows"] for now in moves)
        assert (moves[-1]["state"], moves[-1]["progress"]) == ("finished", 1.0)
        assert all("rows_per_second" in now for now in moves)


def test_the_terminal_asks_where_the_stream_breaks_off(
    client: Client, gateway: str, operator: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "MOST_SECONDS", 0.0)
    file = tmp_path / "three.csv"
    file.write_bytes(table(50, "three"))
    told: list[dict[str, Any]] = []
    with worker(client), terminal(gateway, operator) as api:
        [done] = feeding.import_all(api, [file], lambda _, now: told.append(now))
    assert done["rows"] == 50
    assert "rows_per_second" not in told[-1]


def test_the_terminal_says_why_an_import_failed(gateway: str, operator: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "four.csv"
    file.write_bytes(b"")
    with terminal(gateway, operator) as api, pytest.raises(Rejected, match="the file is empty"):
        feeding.import_all(api, [file], lambda _, __: None)
