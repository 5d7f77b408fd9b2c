"""A Data Record in normal form: what is stored, matched and shown as provenance."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from uuid import UUID

import msgspec

from services.dedupe.domain import addresses


class NormalRecord(msgspec.Struct, frozen=True, dict=True):
    """Empty is None. Everything here is one record's own; what records say together is in `golden`."""

    record_id: UUID
    source: str
    source_row_id: str
    import_id: UUID
    row: int
    as_of: datetime
    """When the source last changed it, else when it was imported."""
    given_name: str | None = None
    family_name: str | None = None
    title: str | None = None
    emails: tuple[str, ...] = ()
    phone: str | None = None
    mobile: str | None = None
    linkedin: str | None = None
    """The profile's slug."""
    twitter: str | None = None
    city: str | None = None
    country: str | None = None
    company_name: str | None = None
    company_key: str | None = None
    """The company's name as it is compared."""
    company_domain: str | None = None
    mapping_version: int = 1
    custom: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Fields of the source's own, by the names of their columns, as the source has them."""

    @cached_property
    def own_emails(self) -> tuple[str, ...]:
        """Addresses that one person reads."""
        return tuple(each for each in self.emails if not addresses.is_shared(each))

    @property
    def is_person(self) -> bool:
        """Whether it is about a person; else it is about a company alone (`info@acme.com`, and no name)."""
        said = self.given_name or self.family_name or self.own_emails or self.linkedin or self.twitter
        return bool(said or (self.custom and not self.company_name and not self.emails))
