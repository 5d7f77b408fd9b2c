"""A client: its plan, and who holds its licences."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from schemas.accounts import ClientCreated, LicenceGranted, LicenceReturned, PlanChanged
from services.accounts.domain.rules import RuleBroken

PLANS = {"starter": 3, "team": 10, "business": 50, "enterprise": 500}
"""The licences of each plan. A client keeps the number that its last event names when this changes."""

ClientEvent = ClientCreated | PlanChanged | LicenceGranted | LicenceReturned


@dataclass(frozen=True)
class Client:
    client_id: UUID
    plan: str
    licences: int
    holders: frozenset[UUID] = field(default_factory=frozenset)


def licences_of(plan: str) -> int:
    if plan not in PLANS:
        raise RuleBroken(f"there is no plan {plan}; plans are {', '.join(PLANS)}")
    return PLANS[plan]


def create(client_id: UUID, name: str, plan: str, licences: int | None = None) -> list[ClientEvent]:
    """`licences`: as agreed with this client, else the plan's."""
    included = licences_of(plan)
    return [ClientCreated(client_id=client_id, name=name, plan=plan, licences=included if licences is None else licences)]


def change_plan(client: Client, plan: str) -> list[ClientEvent]:
    licences = licences_of(plan)
    if len(client.holders) > licences:
        raise RuleBroken(f"{len(client.holders)} users hold a licence and the plan {plan} has {licences}: return some first")
    if plan == client.plan:
        return []
    return [PlanChanged(client_id=client.client_id, plan=plan, licences=licences)]


def grant_licence(client: Client, user_id: UUID) -> list[ClientEvent]:
    if user_id in client.holders:
        return []
    if len(client.holders) >= client.licences:
        raise RuleBroken(f"all {client.licences} licences of the plan are held: return one, or change the plan")
    return [LicenceGranted(user_id=user_id, client_id=client.client_id)]


def return_licence(client: Client, user_id: UUID) -> list[ClientEvent]:
    if user_id not in client.holders:
        return []
    return [LicenceReturned(user_id=user_id, client_id=client.client_id)]


def evolve(client: Client | None, event: ClientEvent) -> Client:
    match event:
        case ClientCreated():
            return Client(event.client_id, event.plan, event.licences)
        case PlanChanged():
            return replace(known(client), plan=event.plan, licences=event.licences)
        case LicenceGranted():
            return replace(known(client), holders=known(client).holders | {event.user_id})
        case LicenceReturned():
            return replace(known(client), holders=known(client).holders - {event.user_id})


def known(client: Client | None) -> Client:
    if client is None:
        raise LookupError("a client's stream begins with ClientCreated")
    return client
