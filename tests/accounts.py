"""The accounts service on a real server and database, with an operator to begin with; and ways to the people whom tests need."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from schemas.body import PROVIDER
from services.accounts.__main__ import SERVICE
from services.accounts.bootstrap import bootstrap
from services.accounts.settings import AccountsSettings
from services.kit.clock import Clock, system_clock
from services.kit.database import rows
from services.kit.http import create_app
from services.kit.service import Context
from services.kit.settings import Settings
from tests.serving import Gateway, served

PASSWORD = "correct horse battery"
OPERATOR = "operator@provider.example"


class Healthy:
    def report(self) -> dict[str, Any]:
        return {"ready": True}


@dataclass
class Accounts:
    context: Context
    url: str

    def gateway(self) -> Gateway:
        return Gateway(self.url)

    def logged_in(self, email: str = OPERATOR, password: str = PASSWORD) -> Gateway:
        gateway = self.gateway()
        answer = gateway.call("POST", "/api/accounts/login", {"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return gateway

    def events(self, stream: str) -> list[str]:
        with self.context.worker.transaction() as connection:
            return [row.type for row in rows(connection, "SELECT type FROM events WHERE stream = :s ORDER BY position", s=stream)]


@dataclass
class Company:
    """A client with a workspace, as the operator made it."""

    accounts: Accounts
    operator: Gateway
    client_id: str
    workspace_id: str

    @property
    def path(self) -> str:
        return f"/api/accounts/clients/{self.client_id}"

    def user(self, role: str, workspace_id: str | None = None, **more: Any) -> dict[str, Any]:
        """A new user in this role: owner and admin across the client, others in its workspace."""
        where = None if role in {"owner", "admin"} else workspace_id or self.workspace_id
        ask = {"name": role.title(), "email": f"{role}-{uuid4().hex[:8]}@client.example", "password": PASSWORD, **more}
        return made(self.operator.call("POST", f"{self.path}/users", ask | {"roles": [{"role": role, "workspace_id": where}]}))

    def caller(self, role: str, **more: Any) -> Gateway:
        return self.accounts.logged_in(self.user(role, **more)["email"])


def made(answer: httpx.Response, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def found_company(accounts: Accounts, plan: str = "team", zone: str = "Europe/Berlin") -> Company:
    operator = accounts.logged_in()
    client = made(operator.call("POST", "/api/accounts/clients", {"name": f"Client {uuid4().hex[:8]}", "plan": plan}))
    path = f"/api/accounts/clients/{client['client_id']}/workspaces"
    workspace = made(operator.call("POST", path, {"name": "Sales", "time_zone": zone}))
    return Company(accounts, operator, client["client_id"], workspace["workspace_id"])


def accounts_settings(settings: Settings, **changes: Any) -> AccountsSettings:
    return AccountsSettings(**(settings.model_dump() | changes))


def accounts_app(context: Context) -> FastAPI:
    return create_app(context, SERVICE.routers(context), Healthy())


@contextmanager
def running_accounts(settings: Settings, clock: Clock = system_clock) -> Iterator[Accounts]:
    context = Context("accounts", accounts_settings(settings, http_rate=1000.0, http_burst=1000), clock)
    bootstrap(context, ["--email", OPERATOR, "--password", PASSWORD])
    with served(accounts_app(context)) as url:
        yield Accounts(context, url)
    context.api.close()
    context.worker.close()


PROVIDERS = f"/api/accounts/clients/{PROVIDER}"
