"""Accounts behind the gateway as it is shipped: what a caller's cookie, key or forged token opens."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from deploy.local.engines import ports
from deploy.local.engines.caddy import answers, caddy
from deploy.local.program import Running
from schemas.accounts import Role
from schemas.topics import SERVICES
from services.kit.http import Caller
from services.kit.http.tokens import Signer, new_key_pair
from services.kit.settings import Settings
from tests.accounts import OPERATOR, PASSWORD, Accounts, Company, found_company, made, running_accounts

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def accounts(module_settings: Settings) -> Iterator[Accounts]:
    with running_accounts(module_settings) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gateway")
    (port, nobody) = ports.free_ports(2)
    url = f"http://{ports.HOST}:{port}"
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:
        for service in SERVICES:
            environment.setenv(f"SMARTLEADS_{service.upper()}_URL", f"http://{ports.HOST}:{nobody}")
        environment.setenv("SMARTLEADS_ACCOUNTS_URL", accounts.url)
        running = Running(caddy(folder, port), folder / "gateway.log")
        stack.callback(running.stop)
        running.wait_until(lambda: answers(url))
        yield url


@pytest.fixture
def company(accounts: Accounts) -> Company:
    return found_company(accounts)


@contextmanager
def signed_in(gateway: str, email: str = OPERATOR) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway) as http:
        answer = http.post("/api/accounts/login", json={"email": email, "password": PASSWORD}, headers={"Origin": gateway})
        assert answer.status_code == 200, answer.text
        yield http


def test_a_session_opens_what_is_the_users_and_nothing_more(gateway: str, company: Company) -> None:
    other = found_company(company.accounts)
    with signed_in(gateway, company.user("manager")["email"]) as http:
        assert http.get("/api/accounts/me").json()["workspaces"][0]["workspace_id"] == company.workspace_id
        assert http.get(f"/api/accounts/workspaces/{company.workspace_id}/users").status_code == 200
        assert http.get(f"/api/accounts/workspaces/{other.workspace_id}/users").status_code == 403
        assert http.get(f"{company.path}/users").status_code == 403
        assert http.post("/api/accounts/logout", headers={"Origin": gateway}).status_code == 204
        assert http.get("/api/accounts/me").status_code == 401


def test_an_api_key_opens_what_its_role_opens(gateway: str, company: Company) -> None:
    key = made(company.operator.call("POST", f"{company.path}/keys", {"name": "crm", "role": "admin"}))
    bearer = {"Authorization": f"Bearer {key['secret']}"}
    path = f"{company.path}/workspaces"
    answer = httpx.post(gateway + path, json={"name": "By key"}, headers=bearer | {"X-Correlation-Id": "crm-1"})
    assert (answer.status_code, answer.headers["x-correlation-id"]) == (201, "crm-1")
    company.operator.call("DELETE", f"{company.path}/keys/{key['key_id']}")
    assert httpx.post(gateway + path, json={"name": "Again"}, headers=bearer).status_code == 401


def test_a_token_is_only_the_gateways_to_give(gateway: str, accounts: Accounts) -> None:
    operator = Caller(f"user:{uuid4()}", Role.OPERATOR)
    forged = Signer(accounts.context.settings.model_copy(update={"token_private_key": SecretStr(new_key_pair()[0])}))
    for signer in (forged, Signer(accounts.context.settings)):
        answer = httpx.get(f"{gateway}/api/accounts/clients", headers={"Authorization": f"Bearer {signer.sign(operator)}"})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_what_is_inner_is_not_there_from_outside(gateway: str) -> None:
    with signed_in(gateway) as http:
        assert [http.get(path).status_code for path in ("/internal/check", "/metrics", "/health/ready")] == [404] * 3


def test_another_sites_page_changes_nothing(gateway: str) -> None:
    with signed_in(gateway) as http:
        ask = {"name": "Client of evil"}
        assert http.post("/api/accounts/clients", json=ask, headers={"Origin": "https://evil.example"}).status_code == 403
        assert http.post("/api/accounts/clients", json=ask, headers={"Origin": gateway}).status_code == 201
