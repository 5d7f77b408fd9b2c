"""The one matrix of who may do what: roles stand on a ladder, and each permission names the lowest rung that has it.

A role is held in one workspace (member, manager), across a client (admin, owner) or across all (operator); the gateway passes
on the highest that a caller has where the call goes. Every route of every API names one of these permissions or is PUBLIC.
"""

import re

from schemas.accounts import Role

LADDER = (Role.MEMBER, Role.MANAGER, Role.ADMIN, Role.OWNER, Role.OPERATOR)

OWN: dict[str, Role] = {
    "self.view": Role.MEMBER,
    "self.edit": Role.MEMBER,
}
"""About the caller alone: where the call goes does not matter."""

IN_WORKSPACE: dict[str, Role] = {
    "workspace.view": Role.MEMBER,
    # ingest
    "source.view": Role.MEMBER,
    "source.edit": Role.MANAGER,
    "import.view": Role.MEMBER,
    "import.run": Role.MANAGER,
    "import.undo": Role.MANAGER,
    "activity.record": Role.MANAGER,
    # publish
    "segment.view": Role.MEMBER,
    "segment.edit": Role.MANAGER,
    "contact.view": Role.MEMBER,
    "contact.edit": Role.MANAGER,
    "contact.review": Role.MANAGER,
    "contact.export": Role.MANAGER,
    "contact.erase": Role.ADMIN,
    "contact.publish": Role.OPERATOR,
    "list.view": Role.MEMBER,
    "list.edit": Role.MANAGER,
    "exclusion.view": Role.MEMBER,
    "exclusion.edit": Role.MANAGER,
    # leads, by publish and kpi
    "lead.view": Role.MEMBER,
    "lead.edit": Role.MEMBER,
    "timeline.view": Role.MEMBER,
    "kpi.view": Role.MEMBER,
    # campaign
    "campaign.view": Role.MEMBER,
    "campaign.edit": Role.MANAGER,
    "campaign.run": Role.MANAGER,
    "recipient.view": Role.MEMBER,
    "recipient.edit": Role.MANAGER,
    # sender
    "sender.view": Role.MEMBER,
    "sender.edit": Role.MANAGER,
    "task.view": Role.MEMBER,
    "task.do": Role.MEMBER,
    "message.send": Role.MEMBER,
    "outreach.view": Role.MEMBER,
    "outreach.settle": Role.MANAGER,
}
"""In the workspace that the path names. Where it names none, the Provider's own data is meant, and only operators may."""

OF_CLIENT: dict[str, Role] = {
    "client.view": Role.ADMIN,
    "workspace.edit": Role.ADMIN,
    "user.view": Role.ADMIN,
    "user.edit": Role.ADMIN,
    "licence.edit": Role.ADMIN,
    "key.view": Role.ADMIN,
    "key.edit": Role.ADMIN,
    "plan.edit": Role.OWNER,
}
"""About the client that the path names; the Provider's reserved id there means the Provider itself."""

OF_PROVIDER: dict[str, Role] = dict.fromkeys(
    (
        "client.edit",
        "merge.view",
        "merge.review",
        "operations.view",
        "operations.repair",
    ),
    Role.OPERATOR,
)
"""About all clients: for operators only."""

MATRIX: dict[str, Role] = OWN | IN_WORKSPACE | OF_CLIENT | OF_PROVIDER

PUBLIC = (
    # The dashboard's pages show nothing of themselves: they ask the APIs, with the session of who looks. Below /t and /u are
    # signed tracking and unsubscribe links.
    r"/(?!(?:api|internal|health|metrics)(?:/|$)).*",
    r"/api/accounts/log(in|out)",
    r"/api/ingest/webhooks/.+",
    r"/api/[a-z]+/openapi\.json",
)
"""Paths that the gateway lets through without asking who calls: they show nothing, or check a signature or password themselves."""

INTERNAL = (r"/internal/.+", r"/health/(live|ready)", r"/metrics")
"""Paths that the gateway serves to nobody."""


def holds(role: Role, permission: str) -> bool:
    """Whether `role` has `permission`, where the call goes. An unknown permission is a programming error (KeyError)."""
    return LADDER.index(role) >= LADDER.index(MATRIX[permission])


def highest(roles: frozenset[Role]) -> Role | None:
    return max(roles, key=LADDER.index, default=None)


def is_public(path: str) -> bool:
    return any(re.fullmatch(pattern, path) for pattern in PUBLIC)


def is_internal(path: str) -> bool:
    return any(re.fullmatch(pattern, path) for pattern in INTERNAL)
