"""The kinds of event streams that publish keeps."""

from services.kit.events import Kind
from services.publish.domain import contacts, lists, segments, suppressions

CONTACT = Kind("contact", contacts.Contact, contacts.evolve)
SEGMENT = Kind("segment", segments.Definition, segments.evolve)
LIST = Kind("list", lists.ContactList, lists.evolve)
SUPPRESSION = Kind("suppression", suppressions.Suppression, suppressions.evolve)
