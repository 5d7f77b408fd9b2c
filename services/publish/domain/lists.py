"""Lists: named collections of a workspace's contacts. Who is on one stands in a table, as lists grow long."""

from dataclasses import dataclass

from schemas.publish import ContactsListed, ListMade

ListEvent = ListMade | ContactsListed


@dataclass(frozen=True)
class ContactList:
    """The folded state of a list's stream."""

    name: str


def evolve(known: ContactList | None, event: ListEvent) -> ContactList:
    match event:
        case ListMade():
            return ContactList(event.name)
        case ContactsListed():
            return known or ContactList("")
