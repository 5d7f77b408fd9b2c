"""What people decide on contacts: the Provider publishes, the workspace approves or excludes."""

from enum import StrEnum
from uuid import UUID

from services.publish.domain.contacts import Contact, ContactEvent, State, steps


class Act(StrEnum):
    PUBLISH = "publish"
    APPROVE = "approve"
    EXCLUDE = "exclude"


LEADS_TO = {Act.PUBLISH: State.PUBLISHED, Act.APPROVE: State.APPROVED, Act.EXCLUDE: State.EXCLUDED}
CHANGES = {
    Act.PUBLISH: {State.PROPOSED},
    Act.APPROVE: {State.PUBLISHED},
    Act.EXCLUDE: {State.PROPOSED, State.PUBLISHED, State.APPROVED},
}
STANDS = {
    Act.PUBLISH: {State.PUBLISHED, State.APPROVED},
    Act.APPROVE: {State.APPROVED},
    Act.EXCLUDE: {State.EXCLUDED},
}
"""Where the act has nothing left to do."""

REFUSED = {
    State.PROPOSED: "not published yet",
    State.EXCLUDED: "excluded, which never returns",
    State.MERGED: "merged into another contact",
    State.WITHDRAWN: "withdrawn, as no source stands behind it any more",
}


class Verdict(StrEnum):
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


def judge(act: Act, state: State) -> tuple[Verdict, str | None]:
    """What the act would do to a contact in this state; of a refusal the reason too."""
    if state in CHANGES[act]:
        return Verdict.CHANGED, None
    if state in STANDS[act]:
        return Verdict.UNCHANGED, None
    return Verdict.REFUSED, REFUSED[state]


def review(contact: Contact | None, contact_id: UUID, act: Act, reason: str) -> list[ContactEvent]:
    """The events of an act; none where `judge` says that nothing changes."""
    if contact is None or contact.state not in CHANGES[act]:
        return []
    return steps(contact_id, contact.state, LEADS_TO[act], reason)
