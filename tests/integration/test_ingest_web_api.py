"""Company web pages by the API: off by default, asked for, watched, and shown as they were."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from schemas.accounts import Role
from services.ingest.settings import IngestSettings
from services.kit.http import Caller
from services.kit.http.tokens import Signer
from services.kit.settings import Settings
from tests.ingest_client import Client, serving_ingest
from tests.web_bed import ON, WebBed, serving

pytestmark = pytest.mark.engines

PAGE = b"<title>Acme</title><script>alert(1)</script>M\xfcller"


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Client]:
    with serving_ingest(IngestSettings(**module_settings.model_dump(), **ON)) as client:
        yield client


@pytest.fixture
def client(shared: Client) -> Client:
    return shared.elsewhere()


@pytest.fixture
def web(client: Client) -> Iterator[WebBed]:
    with serving() as web:
        yield WebBed(client.bed, web)


@pytest.mark.parametrize(
    ("settings_of", "missing"),
    [({}, "SMARTLEADS_INGEST_WEB=true"), ({"ingest_web": True}, "SMARTLEADS_INGEST_WEB_CONTACT")],
)
def test_until_it_is_switched_on_a_call_hears_which_setting_is_missing(
    settings: Settings, settings_of: dict[str, Any], missing: str
) -> None:
    with serving_ingest(IngestSettings(**settings.model_dump(), **settings_of)) as client:
        answer = client.post("/sources/web", {"urls": ["acme.io"]})
        assert (answer.status_code, missing in answer.json()["detail"]) == (409, True)
        assert client.get("/imports")["items"] == client.get("/sources")["items"] == []


def test_pages_are_read_watched_and_shown_as_they_were(client: Client, web: WebBed) -> None:
    web.web.put("acme.test", "/", PAGE, content_type="text/html; charset=iso-8859-1", etag="x")
    url = web.web.url("acme.test")
    begun = client.post("/sources/web", {"urls": [url, "not one"]})
    assert begun.status_code == 202, begun.text
    started = begun.json()
    assert {name: started[name] for name in ("source", "state", "file_name", "rows", "rejected", "progress")} == {
        "source": "web", "state": "running", "file_name": "acme.test and 1 more", "rows": 1, "rejected": 1, "progress": 0.0,
    }  # fmt: skip
    web.work_off(started["import_id"])
    done = client.get(f"/imports/{started['import_id']}")
    assert (done["state"], done["progress"], done["rows"], done["accepted"], done["rejected"]) == ("finished", 1.0, 2, 1, 1)
    assert [(each["name"], each["kind"]) for each in client.get("/sources")["items"]] == [("web", "web")]
    [kept] = client.get(f"/imports/{started['import_id']}/evidence")["items"]
    assert (kept["line"], kept["url"], kept["status"], kept["size"], kept["headers"]["etag"]) == (1, url, 200, len(PAGE), "x")
    answer = client.http.get(f"{client.here}/imports/{started['import_id']}/evidence/1", headers=client.headers())
    assert answer.content == PAGE
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    path = f"{client.here}/imports/{started['import_id']}/evidence"
    assert client.http.get(f"{path}/2", headers=client.headers()).status_code == 404
    other = client.elsewhere()
    assert other.http.get(f"{other.here}/imports/{started['import_id']}/evidence/1", headers=other.headers()).status_code == 404


def test_asked_again_with_the_same_key_nothing_is_read_twice(client: Client) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    first, second = (client.post("/sources/web", {"urls": ["acme.io"]}, **headers).json() for _ in range(2))
    assert first["import_id"] == second["import_id"]
    assert len(client.get("/imports")["items"]) == 1


@pytest.mark.parametrize("urls", [[], ["acme.io"] * 501, ["a\nb"], ["x" * 2001], "acme.io", [""]])
def test_a_call_that_has_not_its_form_is_refused(client: Client, urls: object) -> None:
    assert client.post("/sources/web", {"urls": urls}).status_code == 422


def test_members_may_not_have_pages_read(client: Client) -> None:
    token = Signer(client.bed.settings).sign(Caller("user:2", Role.MEMBER, client.bed.workspace_id))
    answer = client.http.post(f"{client.here}/sources/web", json={"urls": ["acme.io"]}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
