"""Logging in, sessions, and what the gateway is told about a caller."""

import time
from collections.abc import Iterator
from statistics import median
from uuid import UUID, uuid4

import httpx
import pytest

from schemas.accounts import Role
from schemas.body import PROVIDER
from services.accounts.bootstrap import bootstrap
from services.kit.database import rows, run
from services.kit.http.tokens import Caller, Verifier
from services.kit.settings import Settings
from tests.accounts import (
    OPERATOR,
    PASSWORD,
    Accounts,
    Company,
    accounts_app,
    accounts_settings,
    found_company,
    made,
    running_accounts,
)
from tests.serving import Gateway, served

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def accounts(module_settings: Settings) -> Iterator[Accounts]:
    with running_accounts(module_settings) as running:
        yield running


@pytest.fixture
def company(accounts: Accounts) -> Company:
    return found_company(accounts)


def log_in(gateway: Gateway, email: str, password: str = PASSWORD, headers: dict[str, str] | None = None) -> httpx.Response:
    return gateway.call("POST", "/api/accounts/login", {"email": email, "password": password}, headers=headers)


def read(accounts: Accounts, answer: httpx.Response) -> Caller:
    assert answer.status_code == 200, answer.text
    return Verifier(accounts.context.settings).read(answer.headers["authorization"])


def test_the_sessions_cookie_is_for_this_site_and_no_script(accounts: Accounts) -> None:
    answer = log_in(accounts.gateway(), OPERATOR)
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    assert answer.json() == {"seconds": 12 * 3600}


def test_over_tls_the_cookie_goes_no_other_way(accounts: Accounts) -> None:
    context = accounts.context
    over_tls = type(context)(context.name, accounts_settings(context.settings, gateway_url="https://leads.example"), context.clock)
    with served(accounts_app(over_tls)) as url:
        assert "Secure" in log_in(Gateway(url), OPERATOR).headers["set-cookie"]
    over_tls.api.close()


def test_a_form_logs_in_as_json_does(accounts: Accounts) -> None:
    with httpx.Client(base_url=accounts.url) as http:
        answer = http.post("/api/accounts/login", data={"email": OPERATOR.upper(), "password": PASSWORD})
        assert (answer.status_code, "smartleads_session" in answer.cookies) == (200, True)
        assert http.post("/api/accounts/login", data={"email": OPERATOR}).status_code == 422


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(accounts: Accounts, company: Company) -> None:
    known = company.user("member")["email"]
    gateway = accounts.gateway()

    def answered(email: str) -> tuple[float, str]:
        started = time.perf_counter()
        answer = log_in(gateway, email, "wrong password")
        taken = time.perf_counter() - started
        assert answer.status_code == 401
        return taken, answer.json()["detail"]

    pairs = [(answered(known), answered(f"{uuid4().hex}@client.example")) for _ in range(5)]
    assert len({detail for pair in pairs for _, detail in pair}) == 1
    slow, other = (median(pair[place][0] for pair in pairs) for place in (0, 1))
    assert 0.25 < slow / other < 4


def test_guessing_a_password_is_slowed_down(company: Company) -> None:
    email, gateway = company.user("member")["email"], company.accounts.gateway()
    statuses = [log_in(gateway, email, "guess").status_code for _ in range(12)]
    assert statuses[:10] == [401] * 10
    assert 429 in statuses[10:]


def test_logging_out_ends_the_session(accounts: Accounts) -> None:
    gateway = accounts.logged_in()
    stolen = dict(gateway.cookies)
    assert gateway.call("POST", "/api/accounts/logout").status_code == 204
    gateway.cookies = stolen
    assert gateway.call("GET", "/api/accounts/me").status_code == 401


def test_all_sessions_end_when_the_password_changes(company: Company) -> None:
    email = company.user("member")["email"]
    here, there = company.accounts.logged_in(email), company.accounts.logged_in(email)
    wrong = {"current": "not this one", "new": "another password"}
    assert here.call("PUT", "/api/accounts/me/password", wrong).status_code == 409
    assert there.call("GET", "/api/accounts/me").status_code == 200
    assert here.call("PUT", "/api/accounts/me/password", {"current": PASSWORD, "new": "another password"}).status_code == 204
    assert there.call("GET", "/api/accounts/me").status_code == 401
    assert here.call("GET", "/api/accounts/me").status_code == 200
    assert log_in(there, email).status_code == 401
    assert company.accounts.logged_in(email, "another password")


def test_a_reset_password_ends_the_users_sessions(company: Company) -> None:
    user = company.user("member")
    member = company.accounts.logged_in(user["email"])
    reset = made(company.operator.call("PUT", f"{company.path}/users/{user['user_id']}/password", {}), 200)
    assert member.call("GET", "/api/accounts/me").status_code == 401
    assert company.accounts.logged_in(user["email"], reset["password"])


def test_a_disabled_user_is_out_at_once_and_returns_the_licence(company: Company) -> None:
    user = company.user("member", licence=True)
    member = company.accounts.logged_in(user["email"])
    made(company.operator.call("POST", f"{company.path}/users/{user['user_id']}/disable"), 200)
    assert member.call("GET", "/api/accounts/me").status_code == 401
    assert log_in(member, user["email"]).status_code == 401
    assert company.operator.call("GET", company.path).json()["licences_held"] == 0


def test_a_session_ends_when_its_time_is_over(company: Company) -> None:
    user = company.user("member")
    member = company.accounts.logged_in(user["email"])
    with company.accounts.context.worker.transaction() as connection:
        run(connection, "UPDATE sessions SET expires_at = clock_timestamp() WHERE user_id = :u", u=user["user_id"])
    assert member.call("GET", "/api/accounts/me").status_code == 401
    company.accounts.logged_in(user["email"])
    with company.accounts.context.worker.transaction() as connection:
        [left] = rows(connection, "SELECT count(*) AS n FROM sessions WHERE user_id = :u", u=user["user_id"])
    assert left.n == 1


def test_neither_a_password_nor_a_sessions_secret_is_stored(accounts: Accounts) -> None:
    secret = accounts.logged_in().cookies["smartleads_session"]
    with accounts.context.worker.transaction() as connection:
        sessions = rows(connection, "SELECT encode(digest, 'escape') AS digest FROM sessions")
        hashes = rows(connection, "SELECT password_hash FROM logins")
    assert all(secret not in row.digest for row in sessions)
    assert all(row.password_hash.startswith("$argon2id$") for row in hashes)


def test_the_gateway_is_told_the_role_that_counts_where_the_call_goes(company: Company) -> None:
    path = f"/api/kpi/workspaces/{company.workspace_id}/kpis?week=1"
    member = company.caller("member")
    caller = read(company.accounts, member.check("GET", path))
    assert (caller.role, caller.zone) == (Role.MEMBER, "Europe/Berlin")
    assert (caller.workspace_id, caller.client_id) == (UUID(company.workspace_id), UUID(company.client_id))
    assert read(company.accounts, company.caller("admin").check("GET", path)).role == Role.ADMIN
    assert read(company.accounts, member.check("GET", "/api/accounts/me")).workspace_id is None


def test_nobody_is_let_into_a_workspace_of_another_client(company: Company) -> None:
    other = found_company(company.accounts)
    for role in ("owner", "admin", "manager", "member"):
        caller = company.caller(role)
        foreign = caller.check("GET", f"/api/kpi/workspaces/{other.workspace_id}/kpis")
        missing = caller.check("GET", f"/api/kpi/workspaces/{uuid4()}/kpis")
        assert (foreign.status_code, missing.status_code) == (403, 403)
        assert foreign.json()["detail"] == missing.json()["detail"]
        assert caller.check("GET", f"/api/ingest/workspaces/{PROVIDER}/imports").status_code == 403


def test_an_operator_goes_everywhere_that_exists(company: Company) -> None:
    operator = company.operator
    caller = read(company.accounts, operator.check("POST", f"/api/kpi/workspaces/{company.workspace_id}/kpis"))
    assert (caller.role, caller.client_id) == (Role.OPERATOR, UUID(company.client_id))
    caller = read(company.accounts, operator.check("POST", f"/api/ingest/workspaces/{PROVIDER}/imports"))
    assert (caller.role, caller.workspace_id) == (Role.OPERATOR, PROVIDER)
    assert operator.check("GET", f"/api/kpi/workspaces/{uuid4()}/kpis").status_code == 404


def test_a_user_without_any_role_is_refused(company: Company) -> None:
    email = f"{uuid4().hex[:8]}@client.example"
    made(company.operator.call("POST", f"{company.path}/users", {"name": "New", "email": email, "password": PASSWORD}))
    assert company.accounts.logged_in(email).check("GET", "/api/accounts/me").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_another_sites_page_changes_nothing_in_a_users_name(accounts: Accounts, headers: dict[str, str]) -> None:
    gateway = accounts.logged_in()
    assert gateway.check("POST", "/api/accounts/clients", headers).status_code == 403
    assert gateway.check("DELETE", "/api/accounts/clients", headers).status_code == 403
    assert gateway.check("GET", "/api/accounts/clients", headers).status_code == 200
    assert log_in(accounts.gateway(), OPERATOR, headers=headers).status_code == 403
    assert gateway.call("POST", "/api/accounts/logout", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:8080"},
        {"Origin": "https://leads.example", "X-Forwarded-Host": "leads.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
        {},
    ],
)
def test_our_own_pages_and_programs_change_what_they_may(accounts: Accounts, headers: dict[str, str]) -> None:
    assert accounts.logged_in().check("POST", "/api/accounts/clients", headers).status_code == 200


def test_what_is_public_passes_without_a_token_and_what_is_inner_not_at_all(accounts: Accounts) -> None:
    for path in ("/login", "/api/accounts/login", "/api/kpi/openapi.json", "/u/abc"):
        answer = accounts.logged_in().check("GET", path)
        assert (answer.status_code, "authorization" in answer.headers) == (200, False)
    for path in ("/internal/check", "/metrics", "/health/ready"):
        assert accounts.logged_in().check("GET", path).status_code == 404


@pytest.mark.parametrize("credential", ["Bearer sl_wrong", "Bearer eyJ.a.b", "Basic abc", "sl_wrong"])
def test_a_credential_that_is_none_is_refused(accounts: Accounts, credential: str) -> None:
    answer = accounts.gateway().check("GET", "/api/accounts/me", {"Authorization": credential})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_a_key_that_is_no_good_does_not_fall_back_on_the_session(accounts: Accounts) -> None:
    gateway = accounts.logged_in()
    assert gateway.check("GET", "/api/accounts/me", {"Authorization": "Bearer sl_wrong"}).status_code == 401


def test_bootstrapping_again_changes_nothing(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("keys") / "inner" / "operator.key"
    ask = ["--email", OPERATOR, "--password", "another password", "--key-file", str(file)]
    first = bootstrap(accounts.context, ask)
    secret = file.read_text()
    second = bootstrap(accounts.context, ask)
    assert "there already" in first
    assert "is good" in second
    assert file.read_text() == secret
    assert file.stat().st_mode & 0o777 == 0o600
    assert "another password" not in first + second
    assert log_in(accounts.gateway(), OPERATOR).status_code == 200
    machine = accounts.gateway()
    machine.key = secret.strip()
    assert machine.call("GET", "/api/accounts/me").json()["role"] == "operator"


def test_a_key_file_whose_key_is_no_longer_good_is_replaced(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("keys") / "operator.key"
    file.write_text("sl_of_another_database\n")
    assert "is in" in bootstrap(accounts.context, ["--email", OPERATOR, "--key-file", str(file)])
    machine = accounts.gateway()
    machine.key = file.read_text().strip()
    assert machine.call("GET", "/api/accounts/me").status_code == 200


def test_the_first_operator_is_given_a_password_if_none_is_chosen(accounts: Accounts) -> None:
    email = f"{uuid4().hex[:8]}@provider.example"
    said = bootstrap(accounts.context, ["--email", email])
    assert accounts.logged_in(email, said.rpartition(" ")[2])
