"""The rules of clients, licences, roles and keys."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.accounts import ApiKeyIssued, ApiKeyRevoked, Role, UserCreated
from schemas.body import PROVIDER
from schemas.permissions import LADDER
from services.accounts.domain import client as clients
from services.accounts.domain import key as keys
from services.accounts.domain import user as users
from services.accounts.domain import workspace as workspaces
from services.accounts.domain.client import PLANS, Client
from services.accounts.domain.roles import Held, Place, Post, role_at_large, role_in
from services.accounts.domain.rules import AboveOneself, RuleBroken, check_password
from services.accounts.domain.user import User
from services.kit.events import kafka_key

CLIENT, HERE, ELSEWHERE = uuid4(), uuid4(), uuid4()
PEOPLE = [uuid4() for _ in range(6)]


def folded(evolve: Callable[[Any, Any], Any], events: Sequence[Any], state: Any = None) -> Any:
    for event in events:
        state = evolve(state, event)
    return state


def new_client(plan: str = "starter") -> Client:
    state: Client = folded(clients.evolve, clients.create(CLIENT, "Acme", plan))
    return state


def new_user(*posts: Post, client_id: UUID | None = CLIENT) -> User:
    created = UserCreated(user_id=uuid4(), client_id=client_id, name="Ann", email="ann@client.example")
    state: User = folded(users.evolve, users.create(created, posts, Role.OPERATOR))
    return state


acts = st.one_of(
    st.tuples(st.just("grant"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("return"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("plan"), st.sampled_from(sorted(PLANS))),
)


@given(st.lists(acts, max_size=40))
def test_never_do_more_users_hold_a_licence_than_the_plan_has(asked: list[tuple[str, Any]]) -> None:
    state = new_client()
    decide: dict[str, Callable[[Client, Any], Any]] = {
        "grant": clients.grant_licence,
        "return": clients.return_licence,
        "plan": clients.change_plan,
    }
    for act, what in asked:
        try:
            state = folded(clients.evolve, decide[act](state, what), state)
        except RuleBroken:
            assert act == "plan" or len(state.holders) == state.licences
        assert len(state.holders) <= state.licences == PLANS[state.plan]


def test_what_is_asked_twice_happens_once() -> None:
    state = folded(clients.evolve, clients.grant_licence(new_client(), PEOPLE[0]), new_client())
    assert clients.grant_licence(state, PEOPLE[0]) == []
    assert clients.return_licence(state, PEOPLE[1]) == []
    assert clients.change_plan(state, "starter") == []


def test_licences_agreed_with_a_client_outrank_the_plans() -> None:
    assert folded(clients.evolve, clients.create(CLIENT, "Acme", "team", 7)).licences == 7


def test_a_plan_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RuleBroken, match="starter"):
        clients.create(CLIENT, "Acme", "gold")


@given(st.sampled_from(LADDER), st.sampled_from(LADDER))
def test_nobody_hands_out_a_role_above_their_own(by: Role, role: Role) -> None:
    post = Post(role, None)
    known = new_user(client_id=None if role == Role.OPERATOR else CLIENT)
    if LADDER.index(role) > LADDER.index(by):
        with pytest.raises(AboveOneself):
            users.grant_role(known, post, by)
    else:
        assert [event.role for event in users.grant_role(known, post, by) if not isinstance(event, UserCreated)] == [role]  # type: ignore[union-attr]


@given(st.sampled_from(LADDER), st.sampled_from(LADDER))
def test_nobody_disables_somebody_above_them(by: Role, role: Role) -> None:
    known = new_user(Post(role), client_id=None if role == Role.OPERATOR else CLIENT)
    if LADDER.index(role) > LADDER.index(by):
        with pytest.raises(AboveOneself):
            users.disable(known, by, None)
    else:
        assert folded(users.evolve, users.disable(known, by, None), known).disabled


def test_nobody_takes_a_role_from_themselves() -> None:
    known = new_user(Post(Role.OWNER))
    with pytest.raises(RuleBroken, match="themselves"):
        users.revoke_role(known, Post(Role.OWNER), Role.OWNER, known.user_id)
    with pytest.raises(RuleBroken, match="themselves"):
        users.disable(known, Role.OWNER, known.user_id)


@pytest.mark.parametrize(
    ("post", "client_id"),
    [
        (Post(Role.OPERATOR), CLIENT),
        (Post(Role.OPERATOR, HERE), None),
        (Post(Role.MEMBER, HERE), None),
        (Post(Role.OWNER, HERE), CLIENT),
        (Post(Role.ADMIN, HERE), CLIENT),
    ],
)
def test_a_role_is_held_only_where_it_means_something(post: Post, client_id: UUID | None) -> None:
    with pytest.raises(RuleBroken):
        new_user(post, client_id=client_id)


def test_a_role_given_and_taken_leaves_nothing() -> None:
    known = new_user(Post(Role.MANAGER, HERE))
    assert users.grant_role(known, Post(Role.MANAGER, HERE), Role.ADMIN) == []
    gone = folded(users.evolve, users.revoke_role(known, Post(Role.MANAGER, HERE), Role.ADMIN, None), known)
    assert gone.roles == frozenset()
    assert users.revoke_role(gone, Post(Role.MANAGER, HERE), Role.ADMIN, None) == []


def test_a_disabled_user_gets_no_role_and_is_disabled_once() -> None:
    known = new_user(Post(Role.MEMBER, HERE))
    disabled = folded(users.evolve, users.disable(known, Role.ADMIN, None), known)
    assert users.disable(disabled, Role.ADMIN, None) == []
    with pytest.raises(RuleBroken, match="disabled"):
        users.grant_role(disabled, Post(Role.MEMBER, ELSEWHERE), Role.ADMIN)


@pytest.mark.parametrize(
    ("held", "here"),
    [
        ([], None),
        ([Held(Role.OPERATOR)], Role.OPERATOR),
        ([Held(Role.OWNER, CLIENT)], Role.OWNER),
        ([Held(Role.OWNER, uuid4())], None),
        ([Held(Role.MANAGER, CLIENT, HERE)], Role.MANAGER),
        ([Held(Role.MANAGER, CLIENT, ELSEWHERE)], None),
        ([Held(Role.MANAGER, CLIENT)], Role.MANAGER),
        ([Held(Role.MEMBER, CLIENT, HERE), Held(Role.ADMIN, CLIENT)], Role.ADMIN),
        ([Held(Role.MEMBER, CLIENT, HERE), Held(Role.MANAGER, CLIENT, ELSEWHERE)], Role.MEMBER),
    ],
)
def test_the_highest_of_the_roles_held_there_counts(held: list[Held], here: Role | None) -> None:
    assert role_in(held, Place(HERE, CLIENT)) == here


def test_at_large_a_role_in_one_workspace_opens_only_what_is_ones_own() -> None:
    assert role_at_large([Held(Role.MANAGER, CLIENT, HERE)]) == Role.MEMBER
    assert role_at_large([Held(Role.MANAGER, CLIENT, HERE), Held(Role.ADMIN, CLIENT)]) == Role.ADMIN
    assert role_at_large([]) is None


@given(st.sampled_from(LADDER), st.sampled_from(LADDER))
def test_no_key_can_do_more_than_who_issues_it(by: Role, role: Role) -> None:
    asked = ApiKeyIssued(key_id=uuid4(), client_id=None if role == Role.OPERATOR else CLIENT, role=role, name="k")
    if LADDER.index(role) > LADDER.index(by):
        with pytest.raises(AboveOneself):
            keys.issue(asked, by)
    else:
        assert keys.issue(asked, by) == [asked]


def test_a_key_is_revoked_once() -> None:
    known = folded(keys.evolve, [ApiKeyIssued(key_id=uuid4(), client_id=CLIENT, role=Role.MANAGER, name="k")])
    revoked = folded(keys.evolve, keys.revoke(known, Role.ADMIN), known)
    assert revoked.revoked
    assert keys.revoke(revoked, Role.ADMIN) == []


def test_what_is_the_providers_own_is_keyed_by_its_reserved_id() -> None:
    assert kafka_key(ApiKeyRevoked(key_id=uuid4())) == str(PROVIDER)
    assert kafka_key(ApiKeyRevoked(key_id=uuid4(), client_id=CLIENT)) == str(CLIENT)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "europe berlin"])
def test_a_workspace_needs_a_time_zone_that_exists(zone: str) -> None:
    with pytest.raises(RuleBroken, match="IANA"):
        workspaces.create(HERE, CLIENT, "Sales", zone)


@pytest.mark.parametrize("length", [0, 9, 201])
def test_passwords_have_bounds(length: int) -> None:
    with pytest.raises(RuleBroken, match="characters"):
        check_password("x" * length)


@pytest.mark.parametrize("evolve", [clients.evolve, users.evolve, keys.evolve])
def test_a_stream_begins_at_its_beginning(evolve: Callable[[Any, Any], Any]) -> None:
    later = {
        clients.evolve: clients.grant_licence(new_client(), PEOPLE[0])[0],
        users.evolve: users.disable(new_user(), Role.OPERATOR, None)[0],
        keys.evolve: keys.revoke(keys.Key(uuid4(), CLIENT, Role.MEMBER), Role.ADMIN)[0],
    }
    with pytest.raises(LookupError):
        evolve(None, later[evolve])
