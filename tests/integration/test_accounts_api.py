"""Clients, workspaces, users, licences and keys, through the gateway's way, on a real database."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from schemas.body import PROVIDER
from services.kit.database import rows
from services.kit.settings import Settings
from tests.accounts import OPERATOR, PASSWORD, PROVIDERS, Accounts, Company, found_company, made, running_accounts

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def accounts(module_settings: Settings) -> Iterator[Accounts]:
    with running_accounts(module_settings) as running:
        yield running


@pytest.fixture
def company(accounts: Accounts) -> Company:
    return found_company(accounts)


def refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


def test_a_client_with_its_workspace_and_users_is_told_as_events(company: Company) -> None:
    user = company.user("manager", licence=True)
    assert company.accounts.events(f"client:{company.client_id}") == ["ClientCreated", "LicenceGranted"]
    assert company.accounts.events(f"workspace:{company.workspace_id}") == ["WorkspaceCreated"]
    assert company.accounts.events(f"user:{user['user_id']}") == ["UserCreated", "RoleGranted"]
    seen = company.operator.call("GET", company.path).json()
    assert (seen["plan"], seen["licences"], seen["licences_held"]) == ("team", 10, 1)


def test_no_event_holds_a_name_an_address_or_a_secret_in_the_clear(company: Company) -> None:
    user = company.user("manager")
    secret = made(company.operator.call("POST", f"{company.path}/keys", {"name": "crm", "role": "manager"}))["secret"]
    with company.accounts.context.worker.transaction() as connection:
        stored = rows(connection, "SELECT body::text || meta::text AS all FROM events")
        states = rows(connection, "SELECT state::text AS all FROM streams")
        answers = rows(connection, "SELECT response::text AS all FROM idempotency")
    everything = " ".join(row.all or "" for row in [*stored, *states, *answers])
    assert user["user_id"] in everything
    assert user["email"] not in everything
    assert PASSWORD not in everything
    assert secret not in everything
    assert "argon2" not in everything


def test_me_says_who_one_is_and_where_one_may_go(company: Company) -> None:
    second = made(company.operator.call("POST", f"{company.path}/workspaces", {"name": "Alps", "time_zone": "Europe/Zurich"}))
    manager = company.caller("manager").call("GET", "/api/accounts/me").json()
    assert [each["workspace_id"] for each in manager["workspaces"]] == [company.workspace_id]
    assert (manager["role"], manager["workspaces"][0]["time_zone"]) == ("member", "Europe/Berlin")
    admin = company.caller("admin").call("GET", "/api/accounts/me").json()
    assert [each["name"] for each in admin["workspaces"]] == ["Alps", "Sales"]
    operator = company.operator.call("GET", "/api/accounts/me").json()
    assert (operator["role"], operator["email"], operator["client_id"]) == ("operator", OPERATOR, str(PROVIDER))
    assert {second["workspace_id"], company.workspace_id} <= {each["workspace_id"] for each in operator["workspaces"]}


def test_an_operator_pages_through_all_workspaces(company: Company) -> None:
    for number in range(3):
        made(company.operator.call("POST", f"{company.path}/workspaces", {"name": f"W{number}"}))
    seen: list[dict[str, Any]] = []
    params: dict[str, str | int] = {"limit": 2}
    while True:
        page = company.operator.call("GET", "/api/accounts/workspaces", params=params).json()
        seen += page["items"]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    names = [(each["name"], each["workspace_id"]) for each in seen]
    assert names == sorted(names)
    assert len([each for each in seen if each["client_id"] == company.client_id]) == 4


def test_the_plan_bounds_the_licences(accounts: Accounts) -> None:
    company = found_company(accounts, plan="starter")
    users = [company.user("member") for _ in range(4)]
    for user in users[:3]:
        assert company.operator.call("PUT", f"{company.path}/users/{user['user_id']}/licence").json()["licensed"]
    last = f"{company.path}/users/{users[3]['user_id']}/licence"
    assert "3 licences" in refused(company.operator.call("PUT", last), 409)
    company.operator.call("DELETE", f"{company.path}/users/{users[0]['user_id']}/licence")
    assert company.operator.call("PUT", last).json()["licensed"]


def test_licences_asked_for_at_once_do_not_exceed_the_plan(accounts: Accounts) -> None:
    company = found_company(accounts, plan="starter")
    users = [company.user("member")["user_id"] for _ in range(6)]
    answers: list[int] = []

    def grant(user_id: str) -> None:
        gateway = accounts.logged_in()
        answers.append(gateway.call("PUT", f"{company.path}/users/{user_id}/licence").status_code)

    threads = [threading.Thread(target=grant, args=(user_id,)) for user_id in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 3 + [409] * 3
    assert company.operator.call("GET", company.path).json()["licences_held"] == 3


def test_an_owner_changes_the_plan_and_an_admin_does_not(company: Company) -> None:
    assert company.caller("owner").call("PUT", f"{company.path}/plan", {"plan": "business"}).json()["licences"] == 50
    assert "plan.edit" in refused(company.caller("admin").call("PUT", f"{company.path}/plan", {"plan": "team"}), 403)


def test_an_admin_runs_its_client_and_nothing_of_another(company: Company) -> None:
    other = found_company(company.accounts)
    theirs = other.user("member")
    admin = company.caller("admin")
    assert admin.call("GET", f"{company.path}/users").status_code == 200
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/users", None),
        ("GET", "/keys", None),
        ("GET", "/workspaces", None),
        ("POST", "/workspaces", {"name": "Mine"}),
        ("POST", "/users", {"name": "Eve", "email": "eve@client.example"}),
        ("PUT", f"/users/{theirs['user_id']}/password", {}),
    ):
        assert "another client" in refused(admin.call(method, other.path + path, body), 403)
    assert "another client" in refused(admin.call("GET", f"{PROVIDERS}/users"), 403)
    # Under one's own path another client's things do not exist.
    refused(admin.call("PUT", f"{company.path}/users/{theirs['user_id']}/licence"), 404)
    role = {"role": "member", "workspace_id": other.workspace_id}
    refused(admin.call("POST", f"{company.path}/users/{company.user('member')['user_id']}/roles", role), 404)
    refused(admin.call("POST", f"{company.path}/keys", {"name": "k", **role}), 404)


def test_nobody_raises_themselves_or_others_above_their_own_role(company: Company) -> None:
    admin, owner, user = company.caller("admin"), company.user("owner"), company.user("member")
    refused(admin.call("POST", f"{company.path}/users/{user['user_id']}/roles", {"role": "owner"}), 403)
    refused(admin.call("POST", f"{company.path}/keys", {"name": "k", "role": "owner"}), 403)
    refused(admin.call("PUT", f"{company.path}/users/{owner['user_id']}/password", {"password": PASSWORD}), 403)
    refused(admin.call("POST", f"{company.path}/users/{owner['user_id']}/disable"), 403)
    refused(admin.call("POST", f"{company.path}/users/{user['user_id']}/roles", {"role": "operator"}), 409)
    assert company.accounts.events(f"user:{user['user_id']}") == ["UserCreated", "RoleGranted"]


def test_a_role_taken_away_closes_the_workspace_at_once(company: Company) -> None:
    user = company.user("member")
    member = company.accounts.logged_in(user["email"])
    path = f"/api/accounts/workspaces/{company.workspace_id}/users"
    assert member.call("GET", path).status_code == 200
    where = {"workspace_id": company.workspace_id}
    made(company.operator.call("DELETE", f"{company.path}/users/{user['user_id']}/roles/member", params=where), 200)
    assert "no role" in refused(member.call("GET", path), 403)


def test_a_member_sees_the_users_of_its_workspace_without_their_roles(company: Company) -> None:
    admin, member = company.user("admin"), company.caller("member")
    elsewhere = made(company.operator.call("POST", f"{company.path}/workspaces", {"name": "Other"}))["workspace_id"]
    stranger = company.user("member", elsewhere)
    seen = member.call("GET", f"/api/accounts/workspaces/{company.workspace_id}/users").json()["items"]
    assert admin["user_id"] in {user["user_id"] for user in seen}
    assert stranger["user_id"] not in {user["user_id"] for user in seen}
    assert set(seen[0]) == {"user_id", "name", "email", "licensed"}


def test_an_address_belongs_to_one_user(company: Company) -> None:
    user = company.user("member")
    for email in (user["email"], user["email"].upper(), f" {user['email']} "):
        answer = company.operator.call("POST", f"{company.path}/users", {"name": "Twin", "email": email})
        assert "exists already" in refused(answer, 409)


def test_a_user_without_a_password_is_given_one_that_is_shown_once(company: Company) -> None:
    email = f"{uuid4().hex[:8]}@client.example"
    user = made(company.operator.call("POST", f"{company.path}/users", {"name": "New", "email": email}))
    assert company.accounts.logged_in(email, user["password"])
    listed = company.operator.call("GET", f"{company.path}/users", params={"limit": 500}).json()["items"]
    assert all(each["password"] is None for each in listed)


def test_what_no_field_is_for_is_refused(company: Company) -> None:
    answer = company.operator.call("POST", f"{company.path}/users", {"name": "A", "email": "a@b.example", "admin": True})
    assert "admin" in refused(answer, 422)
    refused(company.operator.call("POST", f"{company.path}/users", {"name": " ", "email": "a@b.example"}), 422)
    refused(company.operator.call("POST", f"{company.path}/users", {"name": "A", "email": "nobody"}), 422)
    short = {"name": "A", "email": "a@b.example", "password": "short"}
    assert "characters" in refused(company.operator.call("POST", f"{company.path}/users", short), 422)
    assert "IANA" in refused(company.operator.call("POST", f"{company.path}/workspaces", {"name": "A", "time_zone": "Mars"}), 409)


def test_a_key_opens_what_its_role_opens_and_its_secret_is_shown_once(company: Company) -> None:
    ask = {"name": "crm", "role": "manager", "workspace_id": company.workspace_id}
    key = made(company.operator.call("POST", f"{company.path}/keys", ask))
    caller = company.accounts.gateway()
    caller.key = key["secret"]
    assert caller.call("GET", f"/api/accounts/workspaces/{company.workspace_id}").json()["name"] == "Sales"
    assert caller.call("GET", "/api/accounts/me").json()["actor"] == f"key:{key['key_id']}"
    refused(caller.call("GET", f"{company.path}/users"), 403)
    [listed] = company.operator.call("GET", f"{company.path}/keys").json()["items"]
    assert listed["secret"] is None
    assert key["secret"].startswith(listed["prefix"])
    assert listed["last_used_at"] is not None


def test_a_revoked_key_opens_nothing_from_then_on(company: Company) -> None:
    key = made(company.operator.call("POST", f"{company.path}/keys", {"name": "crm", "role": "admin"}))
    caller = company.accounts.gateway()
    caller.key = key["secret"]
    assert caller.call("GET", "/api/accounts/me").status_code == 200
    made(company.operator.call("DELETE", f"{company.path}/keys/{key['key_id']}"), 200)
    assert "not valid" in refused(caller.call("GET", "/api/accounts/me"), 401)
    assert company.accounts.events(f"key:{key['key_id']}") == ["ApiKeyIssued", "ApiKeyRevoked"]


def test_a_key_past_its_day_opens_nothing(company: Company) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    key = made(company.operator.call("POST", f"{company.path}/keys", {"name": "old", "role": "admin", "expires_at": yesterday}))
    caller = company.accounts.gateway()
    caller.key = key["secret"]
    refused(caller.call("GET", "/api/accounts/me"), 401)


def test_a_key_asked_for_again_is_the_same_key_without_its_secret(company: Company) -> None:
    def ask() -> dict[str, Any]:
        body = {"name": "crm", "role": "manager"}
        return made(company.operator.call("POST", f"{company.path}/keys", body, headers={"Idempotency-Key": "once"}))

    first, second = ask(), ask()
    assert (second["key_id"], second["secret"]) == (first["key_id"], None)
    assert first["secret"]
    assert len(company.operator.call("GET", f"{company.path}/keys").json()["items"]) == 1


def test_two_clients_may_use_the_same_idempotency_key(company: Company) -> None:
    other = found_company(company.accounts)
    made_by = [
        made(each.caller("owner").call("POST", f"{each.path}/workspaces", {"name": "A"}, headers={"Idempotency-Key": "same"}))
        for each in (company, other)
    ]
    assert [each["client_id"] for each in made_by] == [company.client_id, other.client_id]


def test_operators_are_the_providers_users(company: Company) -> None:
    ask = {"name": "Second", "email": f"{uuid4().hex[:8]}@provider.example", "roles": [{"role": "operator"}], "password": PASSWORD}
    made(company.operator.call("POST", f"{PROVIDERS}/users", ask))
    second = company.accounts.logged_in(str(ask["email"]))
    assert second.call("GET", company.path).status_code == 200
    wrong = {"name": "Third", "email": f"{uuid4().hex[:8]}@provider.example", "roles": [{"role": "owner"}]}
    refused(company.operator.call("POST", f"{PROVIDERS}/users", wrong), 409)


def test_the_database_itself_shows_a_client_no_other_ones_rows(company: Company) -> None:
    other = found_company(company.accounts)
    other.user("member")
    counts = {}
    for whose in ("", company.client_id, "*"):
        with company.accounts.context.api.transaction(PROVIDER) as connection:
            rows(connection, "SELECT set_config('app.client', :w, true)", w=whose)
            counts[whose] = [
                rows(connection, f"SELECT count(*) AS n FROM {table} WHERE client_id = :c", c=other.client_id)[0].n
                for table in ("clients", "workspaces", "users", "roles", "logins")
            ]
    assert counts[""] == counts[company.client_id] == [0] * 5
    assert all(counts["*"])
