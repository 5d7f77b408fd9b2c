"""Mappings saved for a source, version by version, with the types of its own columns; previews and imports by any of them."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.kit.settings import Settings
from tests.ingest_client import Client, serving_ingest

pytestmark = pytest.mark.engines
TABLE = b'Id,Mail,Size,Since,Tier\n1,ann@acme.com,"1,200",31.12.2025,gold\n2,bob@acme.com,15,01.02.2026,silver\n'
NEXT = b"Id,Mail,Size,Since,Tier\n3,cy@acme.com,many,soon,gold\n4,di@acme.com,7,2026-03-01,none\n5\n"


@pytest.fixture(scope="module")
def shared(module_settings: Settings) -> Iterator[Client]:
    with serving_ingest(module_settings) as made:
        yield made


@pytest.fixture
def client(shared: Client) -> Client:
    return shared.elsewhere()


def send(client: Client, path: str, content: bytes, **form: Any) -> httpx.Response:
    files, data = {"file": ("crm.csv", content)}, {"source": "crm", **form}
    return client.http.post(client.here + path, files=files, data=data, headers=client.headers())


def take(client: Client, content: bytes, **form: Any) -> Any:
    answer = send(client, "/imports", content, **form)
    assert answer.status_code == 202, answer.text
    client.bed.work_off()
    return client.get(f"/imports/{answer.json()['import_id']}")


def versions(client: Client) -> list[Any]:
    [source] = client.get("/sources")["items"]
    found: list[Any] = client.get(f"/sources/{source['source_id']}/mappings")["items"]
    return found


def fields(client: Client, import_id: str) -> dict[str, dict[str, str]]:
    return {body.source_row_id: body.fields for _, body in client.bed.published() if body.import_id == UUID(import_id)}


def test_types_are_inferred_shown_and_kept_and_values_are_written_in_one_way(client: Client) -> None:
    shown = send(client, "/preview", TABLE).json()
    assert {each["name"]: each["type"] for each in shown["columns"]} == {
        "Id": "text", "Mail": "text", "Size": "number", "Since": "date", "Tier": "text",
    }  # fmt: skip
    assert shown["rows"][0]["fields"]["custom:Size"] == "1200"
    done = take(client, TABLE)
    assert (done["types"], done["flawed"]) == ({"Size": "number", "Since": "date"}, 0)
    first = fields(client, done["import_id"])["1"]
    assert (first["custom:Size"], first["custom:Since"], first["custom:Tier"]) == ("1200", "2025-12-31", "gold")


def test_a_value_of_another_type_is_a_problem_of_its_row_and_the_row_comes_in(client: Client) -> None:
    take(client, TABLE)
    problems = send(client, "/preview", NEXT).json()["problems"]
    assert [(each["line"], each["taken"]) for each in problems] == [(2, True), (2, True), (4, False)]
    done = take(client, NEXT)
    assert (done["accepted"], done["rejected"], done["flawed"]) == (2, 1, 1)
    came = fields(client, done["import_id"])
    assert came["3"] == {"email": "cy@acme.com", "custom:Size": "many", "custom:Since": "soon", "custom:Tier": "gold"}
    assert came["4"]["custom:Since"] == "2026-03-01"
    [flawed] = client.get(f"/imports/{done['import_id']}/flawed")["items"]
    assert (flawed["line"], flawed["raw"]) == (2, "3,cy@acme.com,many,soon,gold")
    assert flawed["reason"] == "Size: 'many' is no number, so it was kept as it is; Since: 'soon' is no date, so it was kept as it is"
    [rejected] = client.get(f"/imports/{done['import_id']}/rejected")["items"]
    assert rejected["line"] == 4


def test_every_version_says_who_made_it_and_what_it_changed(client: Client) -> None:
    take(client, TABLE)
    take(client, TABLE)
    take(client, TABLE, mapping=json.dumps({"Id": "row_id", "Mail": "work_email", "Size": "custom:Size"}))
    take(client, TABLE, types=json.dumps({"Size": "text"}))
    found = versions(client)
    assert [each["version"] for each in found] == [3, 2, 1]
    assert {each["made_by"] for each in found} == {"user:1"}
    assert found[0]["changes"] == [{"column": "Size", "before": "custom:Size (number)", "now": "custom:Size"}]
    changed = {each["column"]: (each["before"], each["now"]) for each in found[1]["changes"]}
    assert changed == {"Mail": ("email", "work_email"), "Since": ("custom:Since (date)", None), "Tier": ("custom:Tier", None)}
    assert all(each["before"] is None for each in found[2]["changes"])
    [latest] = client.get("/sources")["items"]
    assert latest["mapping_version"] == 3


def test_an_earlier_version_can_be_chosen_and_is_then_the_latest(client: Client) -> None:
    take(client, TABLE)
    take(client, TABLE, mapping=json.dumps({"Mail": "private_email"}))
    shown = send(client, "/preview", TABLE, mapping_version=1).json()
    assert (shown["mapping_version"], shown["columns"][1]["field"]) == (1, "email")
    done = take(client, TABLE, mapping_version=1)
    assert (done["mapping_version"], done["mapping"]["Mail"], done["types"]) == (3, "email", {"Size": "number", "Since": "date"})
    assert send(client, "/preview", TABLE).json()["mapping_version"] == 3


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"mapping_version": 9}, "no version 9"),
        ({"mapping_version": 1, "mapping": '{"Mail": "email"}'}, "not both"),
        ({"types": '{"Size": "colour"}'}, "there are `text`"),
        ({"types": '{"Nope": "number"}'}, "'Nope'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_reason(client: Client, form: dict[str, Any], why: str) -> None:
    take(client, TABLE)
    answer = send(client, "/imports", TABLE, **form)
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


def test_a_version_whose_columns_the_file_has_not_is_refused(client: Client) -> None:
    take(client, TABLE)
    answer = send(client, "/preview", b"Id,Other\n1,ann@acme.com\n", mapping_version=1)
    assert answer.status_code == 422
    assert "no column 'Mail'" in answer.json()["detail"]


def test_what_was_said_of_a_column_holds_in_files_with_more_and_with_fewer(client: Client) -> None:
    chosen = {"Wer": "full_name", "Post 1": "private_email", "Betrieb": "company_name", "Notiz": "custom:Notiz"}
    take(client, b"Wer,Post 1,Betrieb,Notiz,Intern\nAnn Lee,ann@acme.com,Acme,x,y\n", mapping=json.dumps(chosen))
    more = take(client, b"Wer,Post 1,Betrieb,Notiz,Intern,Mobil\nBo Ray,bo@acme.com,Acme,x,y,+44 7700 900123\n")
    assert more["mapping"] == {**chosen, "Mobil": "mobile"}
    fewer = take(client, b"Wer,Post 1,Betrieb\nCy Fox,cy@acme.com,Acme\n")
    assert fewer["mapping"] == {column: field for column, field in chosen.items() if column != "Notiz"}
    again = take(client, b"Wer,Post 1,Mobil,Betrieb,Notiz,Intern\nDi Poe,di@acme.com,+44 7700 900124,Acme,z,y\n")
    assert again["mapping"] == {**chosen, "Mobil": "mobile"}
    assert again["mapping_version"] == more["mapping_version"] + 2


def test_a_new_column_does_not_take_the_field_of_a_known_one(client: Client) -> None:
    take(client, b"Id,Post\n1,ann@acme.com\n2,bo@acme.com\n", mapping='{"Id": "row_id", "Post": "email"}')
    done = take(client, b"Id,E-Mail,Post\n3,cy@home.example,cy@acme.com\n4,di@home.example,di@acme.com\n")
    assert done["mapping"] == {"Id": "row_id", "E-Mail": "custom:E-Mail", "Post": "email"}
