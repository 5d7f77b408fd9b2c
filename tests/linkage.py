"""Somebody as a record describes them, for tests of matching."""

from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from services.dedupe.domain import addresses
from services.dedupe.domain.linkage.counts import counts_of
from services.dedupe.domain.linkage.lexicon import Lexicon
from services.dedupe.domain.linkage.spelling import skeleton
from services.dedupe.domain.linkage.traits import Traits, traits_of
from services.dedupe.domain.record import NormalRecord
from services.dedupe.models import first
from tests.builders import MONDAY


def record(**said: Any) -> NormalRecord:
    return NormalRecord(record_id=uuid4(), source="crm", source_row_id="1", import_id=UUID(int=1), row=2, as_of=MONDAY, **said)


def somebody(**said: Any) -> Traits:
    return traits_of(record(**said))


def described(name: str, email: str = "", **said: Any) -> Traits:
    """As by what a new system knows of matching."""
    given, _, family = name.partition(" ")
    emails = (email,) if email else ()
    domain = addresses.company_domain(None, emails)
    traits = first().described(record(**{"given_name": given, "family_name": family, "emails": emails, "company_domain": domain, **said}))
    return replace(traits, employers=first().employers(traits, ()))


def of_names(*given_families: str) -> Lexicon:
    """A lexicon in which these full names are known."""
    pairs = [name.lower().split() for name in given_families]
    return Lexicon(counts_of(skeleton(given) for given, _ in pairs), counts_of(skeleton(family) for _, family in pairs))
