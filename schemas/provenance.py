"""Where the golden fields of a person are from, by which rule each value won, and what lost; passed on with the person.

Written small, as it stands in every event of a person: origins once each, fields by the origin and rule that they have in common.
"""

from datetime import datetime
from uuid import UUID

from schemas.body import Value

MOST_LOST = 5
"""Losing values that an event carries for one field, the best first; dedupe's own pages and API show all."""


class Origin(Value):
    """A row of an import, or a person who corrected the field by hand."""

    source: str | None = None
    import_id: UUID | None = None
    row: int | None = None
    """Line in the file, the header being 1."""
    as_of: datetime
    """When the source last changed it, else when it was imported; of a correction, when it was made."""
    mapping_version: int | None = None
    by: str | None = None
    """Of a correction: `user:ID` or `key:ID`."""


class Won(Value):
    """Fields whose values are from one origin and won by one rule."""

    origin: int
    """Its place among the origins."""
    rule: str
    """A criterion of the survivorship rules; `only` where nobody says otherwise, `alphabet` where nothing else decided, `correction`;
    `anothers` where there is no value, as the addresses that are said have somebody else's name."""
    fields: tuple[str, ...]


class Lost(Value):
    """What else is said of a field, and by whom."""

    field: str
    value: str
    origin: int


class Provenance(Value):
    """Fields are named as in PersonDetails; `custom:NAME` is one of a source's own."""

    origins: tuple[Origin, ...] = ()
    won: tuple[Won, ...] = ()
    lost: tuple[Lost, ...] = ()

    @property
    def fields(self) -> dict[str, tuple[Origin, str]]:
        """Field → where its value is from, and the rule by which it won."""
        return {field: (self.origins[won.origin], won.rule) for won in self.won for field in won.fields}

    @property
    def corrected(self) -> frozenset[str]:
        """Fields that a person has set: no record and no company outranks them."""
        return frozenset(field for won in self.won if won.rule == CORRECTION for field in won.fields)

    def losing(self, field: str) -> list[tuple[str, Origin]]:
        """The best first."""
        return [(each.value, self.origins[each.origin]) for each in self.lost if each.field == field]


CORRECTION = "correction"
ONLY = "only"
ALPHABET = "alphabet"
ANOTHERS = "anothers"
