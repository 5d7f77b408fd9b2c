"""Files of activities from upload to topic: each row told once, of whose address it bears."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from services.kit.settings import Settings
from tests.ingest_client import Client, serving_ingest
from tests.integration.test_ingest_activities import hear, proposed

pytestmark = pytest.mark.engines

ANN = UUID(int=1)
HEADER = "Id,E-Mail,Event,Date,Page,Duration\n"
ROWS = "1,ann@acme.com,Page view,2026-03-01 10:00,/tiles,95\n2,bob@acme.com,Download,2026-03-02 10:00,tile.pdf,\n"


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Client]:
    with serving_ingest(module_settings) as client:
        yield client


@pytest.fixture
def client(shared: Client) -> Client:
    return shared.elsewhere()


def test_a_file_of_activities_is_recognised_and_told_row_by_row(client: Client) -> None:
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    import_id = client.bed.upload((HEADER + ROWS + "3,,Download,2026-03-01,,\n").encode(), "portal")
    client.bed.work_off()
    assert client.bed.counts(import_id) == ("finished", 3, 2, 0, 1)
    [told] = client.told()
    assert (told.contact_id, told.kind, told.what, told.seconds, told.source) == (ANN, "page_visit", "/tiles", 95, "portal")
    [refused] = client.get(f"/imports/{import_id}/rejected")["items"]
    assert (refused["line"], refused["raw"]) == (4, "3,,Download,2026-03-01,,")
    assert "who it was" in refused["reason"]
    assert client.bed.published() == []


def test_the_same_file_again_and_the_same_rows_in_another_add_nothing(client: Client) -> None:
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    for content in (HEADER + ROWS, HEADER + ROWS, HEADER + "".join(reversed(ROWS.splitlines(keepends=True)))):
        import_id = client.bed.upload(content.encode(), "portal")
        client.bed.work_off()
    assert client.bed.counts(import_id) == ("finished", 2, 0, 2, 0)
    assert len(client.told()) == 1


def test_a_row_that_stands_twice_is_told_once(client: Client) -> None:
    line = "ann@acme.com,Download,2026-03-01,tile.pdf\n"
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    import_id = client.bed.upload(f"E-Mail,Event,Date,Page\n{line}{line}".encode(), "portal")
    client.bed.work_off()
    assert client.bed.counts(import_id) == ("finished", 2, 1, 1, 0)
    assert len(client.told()) == 1


def test_who_becomes_a_contact_after_the_file_has_its_activities_then(client: Client) -> None:
    client.bed.upload((HEADER + ROWS).encode(), "portal")
    client.bed.work_off()
    assert client.told() == []
    hear(client, proposed(ANN, work_email="ann@acme.com"))
    assert [told.contact_id for told in client.told()] == [ANN]


def test_chunks_of_a_large_file_are_told_in_their_order(client: Client) -> None:
    rows = "".join(f"{ANN},download,2026-03-01T09:{n // 60:02}:{n % 60:02}Z\n" for n in range(95))
    import_id = client.bed.upload(f"Contact ID,Activity,Time\n{rows}".encode(), "portal")
    client.bed.work_off(client.bed.importer(chunk_rows=10))
    assert client.bed.counts(import_id) == ("finished", 95, 95, 0, 0)
    times = [told.at for told in client.told()]
    assert times == sorted(times)
    assert len(times) == 95


def upload(client: Client, content: str, mapping: dict[str, str]) -> tuple[int, str]:
    files = {"file": ("a.csv", content.encode())}
    answer = client.http.post(
        f"{client.here}/imports", files=files, data={"source": "s", "mapping": json.dumps(mapping)}, headers=client.headers()
    )
    return answer.status_code, answer.text


def test_a_mapping_may_be_given_and_is_refused_where_it_lacks_something(client: Client) -> None:
    content = f"Wer,Was,Wann\n{ANN},Download,2026-03-01\n"
    status, said = upload(client, content, {"Wer": "contact_id", "Was": "activity"})
    assert status == 422
    assert "activity_at" in said
    assert upload(client, content, {"Wer": "contact_id", "Was": "activity", "Wann": "activity_at"})[0] == 202
    client.bed.work_off()
    assert [told.contact_id for told in client.told()] == [ANN]


def test_a_preview_shows_activities_and_what_is_wrong_with_rows(client: Client) -> None:
    files = {"file": ("portal.csv", (HEADER + ROWS + f"3,{uuid4()},Dancing,2026-03-01,,\n").encode())}
    shown = client.http.post(f"{client.here}/preview", files=files, headers=client.headers()).json()
    assert [column["field"] for column in shown["columns"]] == [
        "row_id", "email", "activity", "activity_at", "activity_what", "activity_seconds",
    ]  # fmt: skip
    assert [row["fields"]["activity"] for row in shown["rows"]] == ["page_visit", "download"]
    assert [problem["line"] for problem in shown["problems"]] == [4]


def test_a_pushed_record_has_no_fields_of_activities(client: Client) -> None:
    answer = client.post("/records", {"source": "s", "records": [{"fields": {"email": "ann@acme.com", "activity": "download"}}]})
    assert answer.json()["results"][0]["outcome"] == "rejected"
