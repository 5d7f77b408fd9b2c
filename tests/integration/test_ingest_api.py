"""Ingest's API on a real server: sources, previews, uploads, pushes, activities; each workspace by itself."""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import chain, repeat
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from schemas.accounts import Role, WorkspaceCreated
from schemas.body import PROVIDER
from services.ingest.api import make_router
from services.ingest.handlers import when_workspace_is_created_keep_its_zone
from services.ingest.store import imports
from services.kit.clock import system_clock
from services.kit.database import rows, run
from services.kit.http import Caller, create_app
from services.kit.http.tokens import Signer
from services.kit.service import Context
from services.kit.settings import Settings
from tests.builders import work_on
from tests.ingest_bed import Bed, heard, make_bed
from tests.serving import served
from tests.unit.test_ingest_formats import spreadsheet, zipped

pytestmark = pytest.mark.engines

MOST_UPLOAD = 1 << 20
TABLE = (["Id", "Name", "Mail"], ["1", "Ann Lee", "ann@acme.com"], ["2", "Bob", "x"], ["3", "@SUM(1) Cy", ""])
FORMS = {
    "people.jsonl": b"\n".join(json.dumps(dict(zip(TABLE[0], row, strict=True))).encode() for row in TABLE[1:]),
    "people.xlsx": spreadsheet(TABLE),
    "people.csv.gz": gzip.compress(b"\n".join(",".join(row).encode() for row in TABLE)),
    "people.zip": zipped({"people.csv": b"\n".join(",".join(row).encode() for row in TABLE)}),
}
SMALL = b"Id,Name,Mail,Updated\n1,Ann Lee,ann@acme.com,01/31/2025\n2,Bob\n3,Cy Ray,cy@acme.com,02/01/2025\n"


class Healthy:
    def report(self) -> dict[str, Any]:
        return {"ready": True}


@dataclass
class Client:
    """A manager of one workspace, and the worker behind the API."""

    bed: Bed
    http: httpx.Client

    @property
    def here(self) -> str:
        return f"/api/ingest/workspaces/{self.bed.workspace_id}"

    def headers(self, **more: str) -> dict[str, str]:
        caller = Caller("user:1", Role.MANAGER, self.bed.workspace_id)
        return {"Authorization": f"Bearer {Signer(self.bed.settings).sign(caller)}", **more}

    def get(self, path: str, **params: str) -> Any:
        answer = self.http.get(self.here + path, params=params, headers=self.headers())
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.http.post(self.here + path, headers=self.headers(**body.pop("headers", {})), **body)

    def upload(self, content: bytes, source: str = "crm", **form: str) -> Any:
        answer = self.post("/imports", files={"file": ("crm.csv", content)}, data={"source": source, **form})
        assert answer.status_code == 202, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Client]:
    made = make_bed(module_settings)
    bed = replace(made, settings=made.settings.model_copy(update={"ingest_most_upload_bytes": MOST_UPLOAD}))
    context = Context("ingest", bed.settings, system_clock)
    with served(create_app(context, [make_router(bed.bus)], Healthy())) as url, httpx.Client(base_url=url) as http:
        yield Client(bed, http)
    bed.close()


@pytest.fixture
def client(shared: Client) -> Client:
    return replace(shared, bed=replace(shared.bed, workspace_id=uuid4()))


def test_an_upload_is_imported_and_its_progress_can_be_read(client: Client) -> None:
    started = client.upload(SMALL)
    assert (started["state"], started["progress"], started["file_name"]) == ("running", pytest.approx(0.15, abs=0.15), "crm.csv")
    client.bed.work_off()
    done = client.get(f"/imports/{started['import_id']}")
    assert (done["state"], done["progress"], done["rows"], done["accepted"], done["rejected"]) == ("finished", 1.0, 3, 2, 1)
    assert done["mapping"] == {"Id": "row_id", "Name": "full_name", "Mail": "email", "Updated": "updated_at"}
    assert client.get("/imports")["items"] == [done]
    assert {body.as_of for _, body in client.bed.published()} == {
        datetime(2025, 1, 31, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC),
    }  # fmt: skip


def test_refused_rows_are_listed_and_downloaded_safe_for_spreadsheets(client: Client) -> None:
    started = client.upload(b"Id,Name,Mail\n=1+1,Bob\n2,Ann Lee,ann@acme.com\n3,x\n")
    client.bed.work_off()
    listed = client.get(f"/imports/{started['import_id']}/rejected", limit="1")
    assert [row["line"] for row in listed["items"]] == [2]
    rest = client.get(f"/imports/{started['import_id']}/rejected", cursor=listed["next"])
    assert [(row["line"], row["raw"]) for row in rest["items"]] == [(4, "3,x")]
    answer = client.http.get(f"{client.here}/imports/{started['import_id']}/rejected.csv", headers=client.headers())
    lines = list(csv.reader(StringIO(answer.text)))
    assert lines[0] == ["line", "reason", "row"]
    assert [(line[0], line[2]) for line in lines[1:]] == [("2", "'=1+1,Bob"), ("4", "3,x")]


def test_rejected_rows_are_erased_after_their_days_and_still_counted(client: Client) -> None:
    started = client.upload(b"Id,Name,Mail\n=1+1,Bob\n2,Ann Lee,ann@acme.com\n3,x\n")
    client.bed.work_off()
    path = f"/imports/{started['import_id']}"
    ended = datetime.fromisoformat(client.get(path)["ended_at"])
    for days, erased in ((89, [0, 0]), (91, [1, 1])):
        assert len(client.get(f"{path}/rejected")["items"]) == 2
        with client.bed.database.transaction() as connection:
            run(connection, "DELETE FROM rejected_rows WHERE workspace_id <> :w", w=client.bed.workspace_id)
            now = ended + timedelta(days=days)
            assert [imports.forget_rejected(connection, now, 90, most=1) for _ in range(2)] == erased
    assert client.get(f"{path}/rejected")["items"] == []
    assert client.get(path)["rejected"] == 2


def test_a_preview_shows_mapping_rows_and_problems_and_stores_nothing(client: Client) -> None:
    answer = client.post("/preview", files={"file": ("crm.csv", SMALL)})
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["encoding"], shown["delimiter"], shown["mapping_version"]) == ("utf-8", ",", None)
    assert [(column["name"], column["field"]) for column in shown["columns"]] == [
        ("Id", "row_id"), ("Name", "full_name"), ("Mail", "email"), ("Updated", "updated_at"),
    ]  # fmt: skip
    assert shown["columns"][1]["examples"] == ["Ann Lee", "Cy Ray"]
    assert [row["line"] for row in shown["rows"]] == [2, 4]
    assert [problem["line"] for problem in shown["problems"]] == [3]
    assert client.get("/sources")["items"] == client.get("/imports")["items"] == []


def test_a_preview_shows_the_sources_saved_mapping_or_the_one_that_is_tried(client: Client) -> None:
    given = json.dumps({"Id": "row_id", "Name": "", "Mail": "work_email"})
    client.upload(SMALL, mapping=given)
    client.bed.work_off()
    saved = client.post("/preview", files={"file": ("a.csv", SMALL)}, data={"source": "CRM"}).json()
    assert saved["mapping_version"] == 1
    assert [column["field"] for column in saved["columns"]] == ["row_id", None, "work_email", None]
    tried = client.post("/preview", files={"file": ("a.csv", SMALL)}, data={"source": "crm", "mapping": '{"Mail": "private_email"}'})
    assert [row["fields"] for row in tried.json()["rows"]] == [{"private_email": "ann@acme.com"}, {"private_email": "cy@acme.com"}]


@pytest.mark.parametrize(
    ("content", "form", "why"),
    [
        (b"", {}, "the file is empty"),
        (b"PK\x03\x04rest of a spreadsheet", {}, "save it as CSV"),
        (SMALL, {"mapping": "{"}, "the mapping is JSON"),
        (SMALL, {"mapping": '{"Nope": "email"}'}, "no column 'Nope'"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_the_reason(client: Client, content: bytes, form: dict[str, str], why: str) -> None:
    answer = client.post("/imports", files={"file": ("crm.csv", content)}, data={"source": "crm", **form})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert why in answer.json()["detail"]
    assert client.get("/imports")["items"] == []


@pytest.mark.parametrize("name", ["people.jsonl", "people.xlsx", "people.csv.gz", "people.zip"])
def test_every_form_of_file_is_imported_with_lines_and_refused_rows_of_its_own(client: Client, name: str) -> None:
    answer = client.post("/imports", files={"file": (name, FORMS[name])}, data={"source": "crm"})
    assert answer.status_code == 202, answer.text
    client.bed.work_off()
    done = client.get(f"/imports/{answer.json()['import_id']}")
    assert (done["state"], done["rows"], done["accepted"], done["rejected"]) == ("finished", 3, 2, 1)
    assert done["mapping"] == {"Id": "row_id", "Name": "full_name", "Mail": "email"}
    first = 1 if name == "people.jsonl" else 2
    assert {body.row: body.fields["full_name"] for _, body in client.bed.published()} == {first: "Ann Lee", first + 2: "@SUM(1) Cy"}
    [refused] = client.get(f"/imports/{done['import_id']}/rejected")["items"]
    assert refused["line"] == first + 1
    assert "Bob" in refused["raw"]


@pytest.mark.parametrize("path", ["/imports", "/preview"])
@pytest.mark.parametrize("told", [True, False])
def test_a_file_over_the_limit_is_refused_whether_the_request_says_its_size_or_not(client: Client, path: str, told: bool) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    tail = b'\r\n--x\r\nContent-Disposition: form-data; name="source"\r\n\r\ncrm\r\n--x--\r\n'
    blocks, block = 10, b"1,a\n" * (MOST_UPLOAD // 16)
    length = {"Content-Length": str(len(head) + len(block) * blocks + len(tail))} if told else {}
    answer = client.post(
        path, content=chain([head], repeat(block, blocks), [tail]), headers={"Content-Type": "multipart/form-data; boundary=x", **length}
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "the file has more than 1 MiB, which is the limit: split it" in answer.json()["detail"]
    assert client.get("/imports")["items"] == []


def test_an_upload_sent_again_with_its_key_is_one_import(client: Client) -> None:
    key = {"headers": {"Idempotency-Key": "k1"}}
    first, again = (client.post("/imports", files={"file": ("a.csv", SMALL)}, data={"source": "crm"}, **key) for _ in range(2))
    assert first.json() == again.json()
    client.bed.work_off()
    assert len(client.get("/imports")["items"]) == 1
    assert not list(client.bed.settings.uploads_folder.glob(f"{first.json()['import_id']}*"))


def test_a_source_registered_twice_is_one(client: Client) -> None:
    first = client.post("/sources", json={"name": "Fair 2026", "kind": "csv"})
    again = client.post("/sources", json={"name": "fair 2026 ", "kind": "api"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert [source["name"] for source in client.get("/sources")["items"]] == ["Fair 2026"]


def push(client: Client, *records: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post("/records", json={"source": "Website", "records": list(records)})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_pushed_records_are_answered_one_by_one(client: Client) -> None:
    ann, bob = {"id": "1", "fields": {"email": "ann@acme.com"}}, {"fields": {"full_name": "Bob Ray", "custom:Tier": "gold"}}
    first = push(client, ann, bob, {"id": "3", "fields": {"email": "none"}}, {"id": "4", "fields": {"mail": "x@acme.com"}})
    assert [result["outcome"] for result in first] == ["added", "added", "rejected", "rejected"]
    assert "no data field" in first[3]["reason"]
    again = push(client, ann, {"id": "1", "fields": {"email": "ann@acme.org"}}, bob)
    assert [result["outcome"] for result in again] == ["unchanged", "changed", "unchanged"]
    assert {result["record_id"] for result in again[:2]} == {first[0]["record_id"]}
    assert [body.fields for _, body in client.bed.published() if body.source_row_id == "1"] == [
        {"email": "ann@acme.com"}, {"email": "ann@acme.org"},
    ]  # fmt: skip
    [second, one] = client.get("/imports")["items"]
    assert (one["state"], one["rows"], one["accepted"], one["rejected"]) == ("finished", 4, 2, 2)
    assert (second["rows"], second["accepted"], second["unchanged"]) == (3, 1, 2)


def test_a_call_takes_up_to_a_thousand_records(client: Client) -> None:
    records = [{"id": str(n), "fields": {"email": f"ann{n}@acme.com"}} for n in range(1001)]
    assert client.post("/records", json={"source": "s", "records": records}).status_code == 422
    assert [result["outcome"] for result in push(client, *records[1:])] == ["added"] * 1000


def test_activities_are_told_once_each(client: Client) -> None:
    asked = {"contact_id": str(uuid4()), "kind": "download", "what": "tile.pdf", "at": "2026-03-01T10:00:00+01:00"}
    body = {"source": "Website", "activities": [asked, asked, {**asked, "activity_id": str(uuid4())}]}
    first, again = (client.post("/activities", json=body).json()["results"] for _ in range(2))
    assert [result["outcome"] for result in first] == ["added", "unchanged", "added"]
    assert [result["outcome"] for result in again] == ["unchanged"] * 3
    with client.bed.database.transaction() as connection:
        told = rows(connection, "SELECT type, key, occurred_at FROM events WHERE workspace_id = :w", w=client.bed.workspace_id)
    assert {tuple(row) for row in told} == {("ActivityRecorded", asked["contact_id"], datetime(2026, 3, 1, 9, tzinfo=UTC))}
    assert len(told) == 2


def test_a_time_without_an_offset_is_meant_in_the_workspaces_zone(client: Client) -> None:
    created = WorkspaceCreated(workspace_id=client.bed.workspace_id, client_id=uuid4(), name="W", time_zone="Asia/Tokyo")
    with client.bed.database.transaction() as connection:
        when_workspace_is_created_keep_its_zone([heard(created, PROVIDER)], work_on(connection, client.bed.codec))
    push(client, {"id": "1", "fields": {"email": "ann@acme.com", "updated_at": "2025-06-01 09:00"}})
    client.upload(b"Id,Mail,Updated\n2,bob@acme.com,2025-06-01 09:00\n")
    client.bed.work_off()
    assert {body.as_of for _, body in client.bed.published()} == {datetime(2025, 6, 1, 0, tzinfo=UTC)}


def test_a_change_later_than_the_import_is_told_without_its_time_and_is_a_flaw_of_its_row(client: Client) -> None:
    push(client, {"id": "1", "fields": {"email": "ann@acme.com", "updated_at": "2098-12-31"}})
    client.upload(b"Id,Mail,Updated\n2,bob@acme.com,2098-12-31\n")
    client.bed.work_off()
    assert {(body.as_of, body.fields["updated_at"]) for _, body in client.bed.published()} == {(None, "2098-12-31")}
    for each in client.get("/imports")["items"]:
        [flawed] = client.get(f"/imports/{each['import_id']}/flawed")["items"]
        assert (each["accepted"], each["flawed"]) == (1, 1)
        assert flawed["reason"] == "updated_at: '2098-12-31' is later than the import, so the time of the import counts"


def test_nothing_of_one_workspace_is_seen_from_another(client: Client) -> None:
    started = client.upload(SMALL)
    client.bed.work_off()
    other = replace(client, bed=replace(client.bed, workspace_id=uuid4()))
    assert other.get("/imports")["items"] == other.get("/sources")["items"] == []
    for path in ("", "/rejected", "/rejected.csv"):
        answer = other.http.get(f"{other.here}/imports/{started['import_id']}{path}", headers=other.headers())
        assert answer.status_code == 404
    assert UUID(other.upload(SMALL)["source_id"]) != UUID(started["source_id"])
    other.bed.work_off()
    assert len(other.bed.published()) == 2
