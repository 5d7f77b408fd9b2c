"""An import's progress as it is streamed: every move, and the end."""

from collections.abc import Iterator
from typing import Any

import pytest

from cli.client import events_in
from services.ingest.api import progress
from services.kit.settings import Settings
from tests.ingest_client import Client, serving_ingest

pytestmark = pytest.mark.engines

Event = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Client]:
    with serving_ingest(module_settings) as client:
        yield client


@pytest.fixture
def client(shared: Client) -> Client:
    return shared.elsewhere()


def table(rows: int) -> bytes:
    return b"Id,Name,Mail\n" + b"".join(b"%d,Ann Lee,ann%d@acme.com\n" % (n, n) for n in range(rows)) + b"x,y\n"


def watching(client: Client, path: str) -> Iterator[Event]:
    with client.http.stream("GET", client.here + path, headers=client.headers()) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield from events_in(answer.iter_lines())


def test_every_move_is_told_and_the_end_ends_the_stream(client: Client) -> None:
    import_id = client.bed.upload(table(30))
    importer = client.bed.importer(chunk_rows=10)
    events = []
    for name, now in watching(client, f"/imports/{import_id}/progress"):
        events.append((name, now["state"], now["rows"]))
        importer.step()
    assert events == [
        ("progress", "running", 0), ("progress", "running", 10), ("progress", "running", 20), ("progress", "running", 30),
        ("end", "finished", 31),
    ]  # fmt: skip


def test_the_end_says_what_the_import_does(client: Client) -> None:
    import_id = client.bed.upload(table(30))
    importer = client.bed.importer(chunk_rows=20)
    told = []
    for _, now in watching(client, f"/imports/{import_id}/progress"):
        told.append(now)
        importer.step()
    assert [now["progress"] for now in told] == sorted(now["progress"] for now in told)
    assert told[0]["rows_per_second"] is None
    assert told[-1]["rows_per_second"] > 0
    said = client.get(f"/imports/{import_id}")
    assert told[-1] == {
        **{name: said[name] for name in told[-1] if name != "rows_per_second"},
        "rows_per_second": told[-1]["rows_per_second"],
    }
    assert (said["rows"], said["rejected"], said["progress"]) == (31, 1, 1.0)


def test_an_import_that_ended_before_is_told_at_once(client: Client) -> None:
    import_id = client.bed.upload(table(3))
    client.bed.work_off()
    [(name, now)] = watching(client, f"/imports/{import_id}/progress")
    assert (name, now["state"], now["rows"]) == ("end", "finished", 4)


def test_an_import_that_fails_says_why(client: Client) -> None:
    import_id = client.bed.upload(table(3))
    for file in client.bed.settings.uploads_folder.glob(f"{import_id}*"):
        file.unlink()
    client.bed.work_off()
    [(name, now)] = watching(client, f"/imports/{import_id}/progress")
    assert (name, now["state"]) == ("end", "failed")
    assert "upload it again" in now["reason"]


def test_another_workspaces_import_is_not_found(client: Client) -> None:
    import_id = client.bed.upload(table(3))
    other = client.elsewhere()
    answer = other.http.get(f"{other.here}/imports/{import_id}/progress", headers=other.headers())
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    client.bed.work_off()


def test_a_stream_ends_in_time_so_that_rights_are_looked_at_anew(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOST_SECONDS", 0.5)
    import_id = client.bed.upload(table(3))
    assert [name for name, _ in watching(client, f"/imports/{import_id}/progress")] == ["progress"]
    client.bed.work_off()


def test_while_nothing_moves_comments_keep_the_connection(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.2)
    import_id = client.bed.upload(table(3))
    with client.http.stream("GET", f"{client.here}/imports/{import_id}/progress", headers=client.headers()) as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith(":")) == ": ping"
        client.bed.work_off()
        assert [name for name, _ in events_in(lines)] == ["end"]
