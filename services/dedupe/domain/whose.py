"""Whose name stands in an address: one that is written as another's name is no address of who is called otherwise.

Records do have a colleague's address, or the one of who typed them in. Sent to it, a mail to the one would reach the other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import OSA

from services.dedupe.domain.linkage.spelling import may_stand_for, skeleton
from services.dedupe.domain.words import plain, unaccented

LEAST_LETTERS = 3
"""Of what may be a name in an address: of fewer, two names are too often alike by chance."""
MOST_TYPOS, BEGINNING = 2, 3
"""By which a name is not another yet; letters at the beginning that a name and its short form have in common."""
_two_names = re.compile(rf"([a-z]{{{LEAST_LETTERS},}})\d*[._-]([a-z]{{{LEAST_LETTERS},}})\d*(?:\+.*)?@.*")


@dataclass(frozen=True)
class Bearer:
    """Somebody, by all given and all family names that are known of them."""

    given: Iterable[str | None]
    family: Iterable[str | None]

    @cached_property
    def names(self) -> frozenset[str]:
        """Each word of them; none where a half is not known at all, as the address may have that, or is in another script, which can be
        written in Latin letters in many ways.
        """
        if not all(unaccented(name).isascii() for name in (*self.given, *self.family) if name):
            return frozenset()
        halves = [{word for name in half if name for word in plain(name).split()} for half in (self.given, self.family)]
        return frozenset().union(*halves) if all(halves) else frozenset()

    def is_not_named_in(self, address: str) -> bool:
        """Whether two names stand in the address, and neither is like any of theirs."""
        found = _two_names.fullmatch(address)
        if not found or not self.names or not self.names.isdisjoint(found.groups()):
            return False
        return not any(may_be(part, name) for part in found.groups() for name in self.names)


def may_be(part: str, name: str) -> bool:
    """Whether a word in an address may stand for a name: misspelt, shortened, as an initial or by a pet name."""
    one, other = skeleton(part), skeleton(name)
    if one in other or (other and other in one) or one[:BEGINNING] == other[:BEGINNING]:
        return True
    return OSA.distance(one, other, score_cutoff=MOST_TYPOS) <= MOST_TYPOS or may_stand_for(part, name)
