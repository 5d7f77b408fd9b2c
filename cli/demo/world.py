"""The demo's client: one workspace, its manager, and two licensed senders. Made through the APIs, as an operator would."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cli.client import Client

PASSWORD = "demo-Lead-2026"  # noqa: S105 - of invented users on this machine, printed at the end
ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class World:
    workspace_id: str
    mark: str
    """What the addresses of this demo's senders end in: the mail server may hold an earlier demo's mails too."""
    manager_email: str
    senders: tuple[dict[str, Any], ...]
    """Users with `user_id`, `name` and `email`, who hold licences."""

    def path(self, service: str, rest: str) -> str:
        return f"/api/{service}/workspaces/{self.workspace_id}/{rest}"


def make_world(api: Client) -> World:
    """A new client each time, so that a demo can be run again beside the last one's data."""
    run = uuid4().hex[:4]
    mark = f".{run}@nordlicht.example"
    client = api.post("/api/accounts/clients", {"name": f"Nordlicht Software {run}", "plan": "starter", "licences": 5})
    users = f"/api/accounts/clients/{client['client_id']}"
    workspace = api.post(f"{users}/workspaces", {"name": "DACH and Nordics", "time_zone": ZONE})

    def user(name: str, role: str, *, licence: bool) -> dict[str, Any]:
        email = f"{name.split(maxsplit=1)[0].lower()}{mark}"
        post = {"role": role, "workspace_id": workspace["workspace_id"]}
        asked = {"name": name, "email": email, "roles": [post], "licence": licence, "password": PASSWORD}
        made: dict[str, Any] = api.post(f"{users}/users", asked)
        return made

    manager = user("Mara Lindqvist", "manager", licence=False)
    senders = (user("Jonas Weber", "member", licence=True), user("Elif Kaya", "member", licence=True))
    return World(workspace["workspace_id"], mark, manager["email"], senders)
