"""The gateway as it is shipped, in front of upstreams that say what reached them."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.engines import ports
from deploy.local.engines.caddy import answers, caddy
from deploy.local.program import Running
from schemas.topics import SERVICES

COOKIE = "session=known"
TOKEN = "Bearer short-lived"


class Upstream(BaseHTTPRequestHandler):
    """Echoes the request as JSON. `accounts` knows one cookie, and for the path /api/kpi/unnamed forgets to answer with a token."""

    name: str

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.name == "accounts" and self.path == "/internal/check":
            self._check()
        else:
            heard = {name.lower(): value for name, value in self.headers.items()}
            self._say(200, {"service": self.name, "path": self.path, "method": self.command, "headers": heard})

    do_GET = do_POST = do_DELETE = answer  # noqa: N815  the base class looks for these names

    def _check(self) -> None:
        if COOKIE not in self.headers.get("Cookie", ""):
            self._say(401, {"title": "Log in first"}, ("Content-Type", "application/problem+json"))
        elif self.headers["X-Forwarded-Uri"] == "/api/kpi/unnamed":
            self._say(200, {})
        else:
            asked = f"{self.headers['X-Forwarded-Method']} {self.headers['X-Forwarded-Uri']}"
            self._say(200, {}, ("Authorization", f"{TOKEN} for {asked}"))

    def _say(self, status: int, body: Any, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it so
        """Tests are quiet."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("gateway")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:
        for service in SERVICES:
            environment.setenv(f"SMARTLEADS_{service.upper()}_URL", f"http://127.0.0.1:{upstream(service, stack)}")
        yield started(folder, stack)


def upstream(service: str, stack: ExitStack) -> int:
    server = stack.enter_context(ThreadingHTTPServer((ports.HOST, 0), type(service, (Upstream,), {"name": service})))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stack.callback(server.shutdown)
    return server.server_port


def started(folder: Path, stack: ExitStack) -> httpx.Client:
    (port,) = ports.free_ports(1)
    url = f"http://{ports.HOST}:{port}"
    running = Running(caddy(folder, port), folder / "gateway.log")
    stack.callback(running.stop)
    running.wait_until(lambda: answers(url))
    return stack.enter_context(httpx.Client(base_url=url))


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "dashboard"])
def test_a_known_caller_reaches_each_api_as_whom_accounts_says(gateway: httpx.Client, service: str) -> None:
    path = f"/api/{service}/things/1?limit=2"
    heard = gateway.post(path, headers={"Cookie": COOKIE, "Authorization": "Bearer forged"}, content=b"{}").json()
    assert (heard["service"], heard["method"], heard["path"]) == (service, "POST", path)
    assert heard["headers"]["authorization"] == f"{TOKEN} for POST {path}"


def test_an_unknown_caller_hears_accounts_own_refusal(gateway: httpx.Client) -> None:
    refused = gateway.get("/api/kpi/campaigns", headers={"Authorization": "Bearer forged"})
    assert (refused.status_code, refused.json(), refused.headers["Content-Type"]) == (
        401,
        {"title": "Log in first"},
        "application/problem+json",
    )


def test_a_forged_token_does_not_get_through_where_accounts_gives_none(gateway: httpx.Client) -> None:
    heard = gateway.get("/api/kpi/unnamed", headers={"Cookie": COOKIE, "Authorization": "Bearer forged"}).json()
    assert "authorization" not in heard["headers"]


def test_nobody_outside_says_for_whom_he_asks(gateway: httpx.Client) -> None:
    forged = {
        "Cookie": COOKIE,
        "X-Forwarded-Uri": "/api/kpi/free",
        "X-Forwarded-Method": "GET",
        "X-Smartleads-Workspace": "1",
        "X-Forwarded-For": "10.0.0.1",
    }
    heard = gateway.delete("/api/kpi/things", headers=forged).json()["headers"]
    assert heard["authorization"] == f"{TOKEN} for DELETE /api/kpi/things"
    assert "x-smartleads-workspace" not in heard
    assert heard["x-forwarded-for"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/accounts/login", "accounts"),
        ("/api/kpi/openapi.json", "kpi"),
        ("/api/campaign/docs", "campaign"),
        ("/api/ingest/webhooks/acme", "ingest"),
        ("/t/o/abc", "sender"),
        ("/u/abc", "sender"),
        ("/", "dashboard"),
        ("/leads?view=active", "dashboard"),
        ("/static/vendor/htmx.min.js", "dashboard"),
    ],
)
def test_what_is_open_to_all_is_open_and_anonymous(gateway: httpx.Client, path: str, service: str) -> None:
    heard = gateway.get(path, headers={"Authorization": "Bearer forged"}).json()
    assert (heard["service"], heard["path"]) == (service, path)
    assert "authorization" not in heard["headers"]


@pytest.mark.parametrize("path", ["/internal/check", "/metrics", "/health/ready", "/api/dashboard/things", "/api/nobody/things", "/api/"])
def test_what_is_not_for_the_world_is_not_found(gateway: httpx.Client, path: str) -> None:
    missing = gateway.get(path, headers={"Cookie": COOKIE})
    assert missing.status_code == 404
    assert missing.headers["Content-Type"] == "application/problem+json"
    assert missing.json() == {"type": "about:blank", "title": "Not Found", "status": 404}


@pytest.mark.parametrize(
    "path",
    [
        "/api/ingest/webhooks/../imports",
        "/api/ingest/webhooks/%2e%2e/imports",
        "/api/ingest/webhooks/..%2fimports",
        "/api/kpi/x/../openapi.json/../leads",
    ],
)
def test_no_detour_leads_around_the_check(gateway: httpx.Client, path: str) -> None:
    url = httpx.URL(str(gateway.base_url), raw_path=path.encode())
    assert gateway.get(url).status_code == 401


def test_pages_carry_the_headers_that_browsers_obey(gateway: httpx.Client) -> None:
    headers = gateway.get("/leads").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "Server" not in headers


def test_too_large_a_body_is_refused(gateway: httpx.Client) -> None:
    answer = gateway.post("/api/accounts/login", content=b"x" * 1_100_000)
    assert answer.status_code == 413


def test_a_service_that_is_down_is_said_as_a_problem(tmp_path: Path) -> None:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:
        for service in SERVICES:
            environment.setenv(f"SMARTLEADS_{service.upper()}_URL", f"http://127.0.0.1:{ports.free_ports(1)[0]}")
        answer = started(tmp_path, stack).get("/api/kpi/leads")
    assert (answer.status_code, answer.json()["status"], answer.headers["Content-Type"]) == (502, 502, "application/problem+json")
