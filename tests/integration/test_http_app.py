"""The HTTP base on a real server and a real PostgreSQL."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, Depends, UploadFile
from pydantic import BaseModel, SecretStr
from sqlalchemy import Connection

from schemas.accounts import ClientCreated, Role
from schemas.body import PROVIDER
from services.kit import log
from services.kit.clock import system_clock
from services.kit.database import rows, run
from services.kit.errors import Conflict, NotFound, Unavailable
from services.kit.events import Kind, Told, Work
from services.kit.http import Ask, Caller, Desk, Page, Part, allowed, create_app, may
from services.kit.http.tokens import Signer
from services.kit.service import Context
from services.kit.settings import Settings
from tests.builders import BED, make_bed
from tests.serving import served

pytestmark = pytest.mark.engines


@dataclass(frozen=True)
class Named:
    names: tuple[str, ...] = ()


NAMED: Kind[Named] = Kind("named", Named, lambda state, event: Named((*(state.names if state else ()), event.name)))


class Add(Ask):
    name: str


class Added(BaseModel):
    thing_id: UUID
    name: str
    position: int


def add(work: Work, thing_id: UUID, workspace_id: UUID, name: str) -> tuple[Added, list[Told]]:
    state = work.load(NAMED, [thing_id], workspace_id)[thing_id]
    body = ClientCreated(client_id=thing_id, name=name, plan="team", licences=1)
    return Added(thing_id=thing_id, name=name, position=len(state.names if state else ())), [Told(NAMED, thing_id, body, workspace_id)]


router = APIRouter(prefix="/api/bed", tags=["bed"])
THING = uuid4()
ADDING = threading.Event()
GO_ON = threading.Event()
TRIED: list[UUID] = []


@router.post("/workspaces/{workspace_id}/things", status_code=201)
def add_thing(workspace_id: UUID, ask: Add, desk: Annotated[Desk, may("list.edit")]) -> Added:
    thing_id = uuid4()
    return desk.do(lambda work: add(work, thing_id, workspace_id, ask.name))


@router.post("/workspaces/{workspace_id}/slow", status_code=201)
def add_slowly(workspace_id: UUID, ask: Add, desk: Annotated[Desk, may("list.edit")]) -> Added:
    def slowly(work: Work) -> tuple[Added, list[Told]]:
        answer = add(work, uuid4(), workspace_id, ask.name)
        ADDING.set()
        assert GO_ON.wait(10)
        return answer

    return desk.do(slowly)


@router.post("/workspaces/{workspace_id}/same", status_code=201)
def add_to_the_same(workspace_id: UUID, ask: Add, desk: Annotated[Desk, may("list.edit")]) -> Added:
    return desk.do(lambda work: add(work, THING, workspace_id, ask.name))


@router.post("/workspaces/{workspace_id}/crossed")
def cross_locks(workspace_id: UUID, ask: Add, desk: Annotated[Desk, may("list.edit")]) -> dict[str, int]:
    """Takes two locks, in an order that the name says, so that two of these deadlock."""

    def locked(work: Work) -> tuple[dict[str, int], list[Told]]:
        TRIED.append(workspace_id)
        for number in (1, 2) if ask.name == "up" else (2, 1):
            run(work.connection, "SELECT pg_advisory_xact_lock(:n)", n=number)
            time.sleep(0.2)
        return {"done": 1}, []

    return desk.do(locked)


@router.post("/workspaces/{workspace_id}/refused")
def refuse(workspace_id: UUID, ask: Add, desk: Annotated[Desk, may("list.edit")]) -> Added:
    def refused(work: Work) -> tuple[Added, list[Told]]:
        add(work, uuid4(), workspace_id, ask.name)
        raise Conflict("it is there already: choose another name")

    return desk.do(refused)


@router.post("/workspaces/{workspace_id}/files")
def add_file(workspace_id: UUID, file: UploadFile, desk: Annotated[Desk, may("import.run")]) -> dict[str, Any]:
    size = file.size or 0
    return desk.do(lambda _: ({"size": size, "workspace": str(workspace_id)}, []))


@router.get("/workspaces/{workspace_id}/streams")
def all_streams(part: Annotated[Part, Depends()], desk: Annotated[Desk, may("list.view")]) -> Page[str]:
    after = part.after(str)

    def read(connection: Connection) -> list[str]:
        found = rows(
            connection,
            "SELECT stream FROM streams WHERE CAST(:a AS text) IS NULL OR stream > :a ORDER BY stream LIMIT :n",
            a=after[0] if after else None,
            n=part.limit + 1,
        )
        return [row.stream for row in found]

    return part.page(desk.read(read), lambda stream: (stream,))


@router.get("/things")
def all_things(desk: Annotated[Desk, may("list.view")]) -> dict[str, str]:
    return {"workspace": str(desk.workspace_id)}


@router.get("/whoami")
def whoami(caller: Annotated[Caller, allowed("self.view")]) -> dict[str, str]:
    return {"actor": caller.actor}


@router.get("/nothing")
def nothing(_: Annotated[Caller, allowed("self.view")]) -> None:
    raise NotFound("there is no such thing: look in the list")


@router.get("/away")
def away(_: Annotated[Caller, allowed("self.view")]) -> None:
    raise Unavailable("the other side sleeps", retry_after=2.5)


@router.get("/broken")
def broken(_: Annotated[Caller, allowed("self.view")]) -> None:
    raise LookupError("a secret of ours")


class Healthy:
    ready = True

    def report(self) -> dict[str, Any]:
        return {"service": BED, "ready": self.ready, "database": {"ready": self.ready}}


@dataclass
class Bed:
    context: Context
    http: httpx.Client
    health: Healthy
    workspace_id: UUID

    def headers(self, role: Role = Role.MANAGER, workspace_id: UUID | None = None, actor: str = "user:1") -> dict[str, str]:
        token = Signer(self.context.settings).sign(Caller(actor, role, workspace_id or self.workspace_id, uuid4()))
        return {"Authorization": f"Bearer {token}"}

    def at(self, path: str) -> str:
        return f"/api/bed/workspaces/{self.workspace_id}/{path}"

    def post(self, path: str, name: str = "a", key: str | None = None, **who: Any) -> httpx.Response:
        headers = self.headers(**who) | ({"Idempotency-Key": key} if key else {})
        return self.http.post(self.at(path), json={"name": name}, headers=headers)

    def count(self) -> int:
        with self.context.worker.transaction() as connection:
            return int(rows(connection, "SELECT count(*) AS n FROM events WHERE workspace_id = :w", w=self.workspace_id)[0].n)


@pytest.fixture(scope="module")
def server(module_settings: Settings) -> Iterator[tuple[Context, Healthy, str]]:
    log.configure(BED, module_settings)
    make_bed(module_settings).close()
    context, health = Context(BED, module_settings, system_clock), Healthy()
    with served(create_app(context, [router], health)) as url:
        yield context, health, url
    context.api.close()
    context.worker.close()


@pytest.fixture
def bed(server: tuple[Context, Healthy, str]) -> Iterator[Bed]:
    """A workspace of this test's own."""
    context, health, url = server
    health.ready = True
    with httpx.Client(base_url=url) as http:
        yield Bed(context, http, health, uuid4())


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:smartleads:problem:{kind}"
    assert body["status"] == status
    assert body["correlation_id"] == answer.headers["x-correlation-id"]
    return body


def test_what_is_done_is_stored_under_the_caller_and_the_correlation_id(bed: Bed) -> None:
    answer = bed.http.post(
        bed.at("things"), json={"name": "a"}, headers=bed.headers(actor="user:7") | {"X-Correlation-Id": "from-outside-1"}
    )
    assert (answer.status_code, answer.headers["x-correlation-id"]) == (201, "from-outside-1")
    with bed.context.worker.transaction() as connection:
        [event] = rows(connection, "SELECT stream, meta FROM events WHERE workspace_id = :w", w=bed.workspace_id)
    assert event.stream == f"named:{answer.json()['thing_id']}"
    assert (event.meta["actor"], event.meta["correlation_id"]) == ("user:7", "from-outside-1")


def test_a_workspace_does_not_see_another_ones_rows(bed: Bed) -> None:
    bed.post("things")
    other = uuid4()
    mine = bed.http.get(bed.at("streams"), headers=bed.headers())
    theirs = bed.http.get(f"/api/bed/workspaces/{other}/streams", headers=bed.headers(workspace_id=other))
    assert len(mine.json()["items"]) == 1
    assert theirs.json() == {"items": [], "next": None}


def test_a_token_for_one_workspace_opens_no_other(bed: Bed) -> None:
    for role in Role:
        answer = bed.http.get(f"/api/bed/workspaces/{uuid4()}/streams", headers=bed.headers(role))
        problem(answer, 403, "forbidden")


def test_without_a_workspace_in_the_path_the_providers_is_meant_and_only_operators_pass(bed: Bed) -> None:
    assert bed.http.get("/api/bed/things", headers=bed.headers(Role.OPERATOR)).json() == {"workspace": str(PROVIDER)}
    problem(bed.http.get("/api/bed/things", headers=bed.headers(Role.OWNER)), 403, "forbidden")


def test_a_role_without_the_permission_is_told_which(bed: Bed) -> None:
    assert "list.edit" in problem(bed.post("things", role=Role.MEMBER), 403, "forbidden")["detail"]
    assert bed.count() == 0


def test_a_call_without_a_token_is_told_what_to_do(bed: Bed) -> None:
    answer = bed.http.get("/api/bed/whoami")
    assert "gateway" in problem(answer, 401, "unauthenticated")["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"


def test_problems_have_a_stable_type_and_say_what_to_do(bed: Bed) -> None:
    assert "list" in problem(bed.http.get("/api/bed/nothing", headers=bed.headers()), 404, "not-found")["detail"]
    away = bed.http.get("/api/bed/away", headers=bed.headers())
    problem(away, 503, "unavailable")
    assert away.headers["retry-after"] == "3"
    problem(bed.http.get("/api/bed/no/such/path"), 404, "not-found")
    problem(bed.http.delete("/api/bed/whoami"), 405, "method-not-allowed")
    problem(bed.http.get("/api/bed/workspaces/none/streams", headers=bed.headers()), 404, "not-found")


def test_a_fault_of_ours_shows_nothing_of_itself(bed: Bed) -> None:
    body = problem(bed.http.get("/api/bed/broken", headers=bed.headers()), 500, "bug")
    assert "secret" not in str(body)


def test_what_comes_with_a_cookie_from_another_sites_page_changes_nothing(bed: Bed) -> None:
    evil = bed.headers() | {"Cookie": "smartleads_session=x", "Origin": "https://evil.example"}
    problem(bed.http.post(bed.at("things"), json={"name": "a"}, headers=evil), 403, "forbidden")
    ours = evil | {"Origin": str(bed.http.base_url)}
    assert bed.http.post(bed.at("things"), json={"name": "a"}, headers=ours).status_code == 201
    assert bed.http.get(bed.at("streams"), headers=evil).status_code == 200


def test_a_malformed_request_is_told_where_and_is_not_repeated_to_the_sender(bed: Bed) -> None:
    answer = bed.http.post(bed.at("things"), json={"name": 1, "pasword": "hunter2"}, headers=bed.headers())
    body = problem(answer, 422, "malformed")
    assert {error["at"] for error in body["errors"]} == {"body.name", "body.pasword"}
    assert "hunter2" not in answer.text


def test_a_body_that_is_too_large_is_refused(bed: Bed) -> None:
    answer = bed.http.post(bed.at("things"), json={"name": "x" * 2_000_000}, headers=bed.headers())
    assert answer.status_code == 413
    assert bed.count() == 0


def test_a_request_sent_again_has_its_effect_once_and_the_same_answer(bed: Bed) -> None:
    first, second = bed.post("things", key="k1"), bed.post("things", key="k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert bed.count() == 1


def test_without_a_key_each_request_counts(bed: Bed) -> None:
    assert bed.post("things").json() != bed.post("things").json()
    assert bed.count() == 2


def test_a_key_used_for_another_request_is_a_conflict(bed: Bed) -> None:
    bed.post("things", key="k1")
    problem(bed.post("things", name="b", key="k1"), 409, "conflict")
    problem(bed.post("things", key="k1", actor="user:2"), 409, "conflict")
    assert bed.count() == 1


def test_one_key_on_two_routes_or_in_two_workspaces_is_two_requests(bed: Bed) -> None:
    other = uuid4()
    bed.post("things", key="k1")
    assert bed.post("same", key="k1").status_code == 201
    elsewhere = bed.http.post(
        f"/api/bed/workspaces/{other}/things",
        json={"name": "a"},
        headers=bed.headers(workspace_id=other) | {"Idempotency-Key": "k1"},
    )
    assert (elsewhere.status_code, bed.count()) == (201, 2)


def test_of_two_requests_at_once_with_one_key_one_waits_and_gets_the_others_answer(bed: Bed) -> None:
    ADDING.clear()
    GO_ON.clear()
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(bed.post("slow", key="k1"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert ADDING.wait(10)
    GO_ON.set()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["thing_id"] for answer in answers}) == 1
    assert bed.count() == 1


def test_a_refused_request_leaves_nothing_and_may_be_sent_again(bed: Bed) -> None:
    for _ in range(2):
        problem(bed.post("refused", key="k1"), 409, "conflict")
    assert bed.count() == 0


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_of_the_wrong_length_is_refused(bed: Bed, key: str) -> None:
    answer = bed.http.post(bed.at("things"), json={"name": "a"}, headers=bed.headers() | {"Idempotency-Key": key})
    problem(answer, 422, "invalid")


def test_the_same_file_sent_again_counts_once(bed: Bed) -> None:
    def send(content: bytes) -> httpx.Response:
        headers = bed.headers() | {"Idempotency-Key": "k1"}
        return bed.http.post(bed.at("files"), files={"file": ("a.csv", content)}, headers=headers)

    assert send(b"one").json() == send(b"one").json() == {"size": 3, "workspace": str(bed.workspace_id)}
    problem(send(b"three"), 409, "conflict")


def test_answers_older_than_a_day_are_forgotten(bed: Bed) -> None:
    bed.post("things", key="k1")
    with bed.context.worker.transaction() as connection:
        run(connection, "UPDATE idempotency SET created_at = created_at - interval '25 hours' WHERE workspace_id = :w", w=bed.workspace_id)
    bed.post("things", key="k2")
    with bed.context.worker.transaction() as connection:
        kept = rows(connection, "SELECT key FROM idempotency WHERE workspace_id = :w", w=bed.workspace_id)
    assert [row.key for row in kept] == ["k2"]


def test_many_who_change_the_same_thing_at_once_all_succeed(bed: Bed) -> None:
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(bed.post("same"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.json()["position"] for answer in answers) == list(range(8))


def test_a_deadlock_is_tried_again_unseen(bed: Bed) -> None:
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda n=name: answers.append(bed.post("crossed", name=n))) for name in ("up", "down")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert TRIED.count(bed.workspace_id) == 3


def test_pages_follow_one_another(bed: Bed) -> None:
    for number in range(5):
        bed.post("things", name=str(number))
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = bed.http.get(bed.at("streams"), params=params, headers=bed.headers()).json()
        seen += page["items"]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert seen == sorted(seen)
    assert len(set(seen)) == 5
    problem(bed.http.get(bed.at("streams"), params={"limit": 501}, headers=bed.headers()), 422, "malformed")
    problem(bed.http.get(bed.at("streams"), params={"cursor": "abc"}, headers=bed.headers()), 422, "invalid")


def test_a_caller_who_asks_too_often_is_told_to_wait(bed: Bed) -> None:
    slow = bed.context.settings.model_copy(update={"http_rate": 1.0, "http_burst": 3})
    app = create_app(Context(BED, slow, system_clock), [router], Healthy())
    with served(app) as url, httpx.Client(base_url=url) as http:
        token = Signer(slow).sign(Caller("key:1", Role.MEMBER))
        answers = [http.get("/api/bed/whoami", headers={"Authorization": f"Bearer {token}"}) for _ in range(4)]
        other = Signer(slow).sign(Caller("key:2", Role.MEMBER))
        assert http.get("/api/bed/whoami", headers={"Authorization": f"Bearer {other}"}).status_code == 200
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    problem(answers[-1], 429, "too-many-requests")
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_without_the_database_callers_are_asked_to_come_again(bed: Bed) -> None:
    nowhere = bed.context.settings.model_copy(update={"database_url": SecretStr("postgresql://smartleads@127.0.0.1:9/none")})
    nowhere.__dict__.pop("owner_url", None)
    with served(create_app(Context(BED, nowhere, system_clock), [router], Healthy())) as url, httpx.Client(base_url=url) as http:
        answer = http.get(bed.at("streams"), headers=bed.headers())
    assert "database" in problem(answer, 503, "unavailable")["detail"]
    assert int(answer.headers["retry-after"]) >= 1


def test_health_says_whether_the_service_can_do_its_work(bed: Bed) -> None:
    assert bed.http.get("/health/live").json() == {"live": True}
    assert bed.http.get("/health/ready").status_code == 200
    bed.health.ready = False
    answer = bed.http.get("/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, {"ready": False})


def test_requests_are_counted_by_route_and_not_by_id(bed: Bed) -> None:
    bed.post("things")
    text = bed.http.get("/metrics").text
    assert 'route="/api/bed/workspaces/{workspace_id}/things"' in text
    assert str(bed.workspace_id) not in text


def test_the_description_says_what_each_route_needs(bed: Bed) -> None:
    document = bed.http.get(f"/api/{BED}/openapi.json").json()
    operation = document["paths"]["/api/bed/workspaces/{workspace_id}/things"]["post"]
    assert operation["x-permission"] == "list.edit"
    assert "application/problem+json" in operation["responses"]["default"]["content"]
    assert "/metrics" not in document["paths"]
    assert bed.http.get("/docs").status_code == 404
