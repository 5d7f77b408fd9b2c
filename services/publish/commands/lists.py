"""Make lists and put contacts on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from schemas.publish import ContactsListed, ListMade
from services.kit.errors import Conflict, NotFound
from services.kit.events import Told, Work
from services.publish.kinds import LIST
from services.publish.store import lists as store
from services.publish.store import reading

CONTACTS_PER_EVENT = 500


@dataclass(frozen=True)
class Listed:
    """How many contacts were meant, how many of them were new on the list, and how many there are not."""

    asked: int = 0
    added: int = 0
    unknown: int = 0

    def __add__(self, other: "Listed") -> "Listed":
        return Listed(self.asked + other.asked, self.added + other.added, self.unknown + other.unknown)


def make_list(work: Work, workspace_id: UUID, list_id: UUID, name: str, origin: str = "hand") -> tuple[UUID, list[Told]]:
    if not store.keep_list(work.connection, workspace_id, list_id, name, origin=origin, now=work.now):
        raise Conflict(f"there is a list “{name}” in this workspace: choose another name")
    return list_id, [Told(LIST, list_id, ListMade(list_id=list_id, name=name, origin=origin), workspace_id)]


def add_to_list(work: Work, workspace_id: UUID, list_id: UUID, ids: Sequence[UUID], *, proposals: bool) -> tuple[Listed, list[Told]]:
    if work.load(LIST, [list_id], workspace_id)[list_id] is None:
        raise NotFound("there is no such list in this workspace")
    known = reading.states_of(work.connection, workspace_id, ids, proposals=proposals)
    added = sorted(store.add_members(work.connection, workspace_id, list_id, known))
    parts = [tuple(added[start : start + CONTACTS_PER_EVENT]) for start in range(0, len(added), CONTACTS_PER_EVENT)]
    told = [Told(LIST, list_id, ContactsListed(list_id=list_id, contact_ids=part), workspace_id) for part in parts]
    return Listed(len(set(ids)), len(added), len(set(ids)) - len(known)), told
