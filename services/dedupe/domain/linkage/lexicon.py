"""Names as the records themselves have them: how frequent each is, and which names stand in an address that comes without one."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from msgspec.structs import replace

from services.dedupe.domain.linkage.counts import Counts, counts_of
from services.dedupe.domain.linkage.spelling import letters, pet_names, skeleton
from services.dedupe.domain.linkage.traits import Traits

_cut = re.compile(r"[._\-+]")
_digits = re.compile(r"\d+")
LEAST_FAMILY, LEAST_GIVEN = 3, 2
"""Letters that a name must have to be looked for in an address."""
CLEARLY = 3
"""Times as often as a family name a name is a given one, to be taken for one where it stands as a family name."""
VERY_CLEARLY = 10
"""Times as often as a given name a name is a family one, to be taken for one by itself."""
Parts = tuple[str, str]
"""Given and family name, each empty where it is not known; a given name of one letter is an initial."""
NOTHING: Parts = ("", "")


class Reading(NamedTuple):
    """One way to read an address, and how much speaks for it."""

    weight: float
    parts: Parts


@dataclass(frozen=True)
class Lexicon:
    """How many records have a name, by its skeleton."""

    given: Counts
    family: Counts

    @cached_property
    def initials(self) -> Counts:
        """Of the given names."""
        found: Counter[str] = Counter()
        for name, times in self.given.of.items():
            found[name[:1]] += times
        return Counts(found, self.given.total)

    def complete(self, traits: Traits) -> Traits:
        """With the names that the record does not state, or not in full, but its address or profile shows."""
        given, family = self.in_order(traits.given, traits.family)
        first = given.partition(" ")[0]
        stated = first if len(first) > 1 else ""
        shown = [self.read(mailbox.local, stated) for mailbox in traits.mailboxes]
        words = traits.profile_name.split()
        if len(words) > 1:
            shown.append((words[0], words[-1]))
        for found_given, found_family in shown:
            given = given or found_given
            if len(family) < 2 and found_family.startswith(family):
                family = found_family or family
            elif len(family) == 1 and len(found_family) > LEAST_GIVEN and goes_by(first, found_given):
                # What stood for the family name was the initial of a middle one.
                family = found_family
        if len(given) == 1 and len(family) > 1:
            written = [letters(mailbox.local) for mailbox in traits.mailboxes] + [letters(traits.profile_name)]
            given = in_full(given, family, shown, written)
        also, once = others(stated, family, shown), other_families(given, family, shown)
        if (given, family, also, once) == (traits.given, traits.family, traits.also, traits.once):
            return traits
        return replace(traits, given=given, family=family, also=also, once=once)

    def in_order(self, given: str, family: str) -> Parts:
        """Two names that stand in each other's place, by what each is elsewhere, are put in their own."""
        if len(given) < 2 or not family:
            return given, family
        first = given.partition(" ")[0]
        as_family, as_given = self._family(first), self._given(first)
        last_as_family, last_as_given = self._family(family), self._given(family)
        if last_as_family + last_as_given > 1:
            swapped = as_family > as_given and last_as_given > CLEARLY * last_as_family
        else:
            # An initial, or a name that nobody else has: the other one alone can say it.
            swapped = as_family > VERY_CLEARLY * as_given
        return (family, given) if swapped else (given, family)

    def read(self, local: str, stated: str) -> Parts:
        """The names in the part of an address before the `@`; `stated` is the given name if the record has one."""
        parts = [part for part in _cut.split(_digits.sub("", local)) if part]
        if not parts:
            return NOTHING
        if len(parts) > 1:
            return self._two(parts[0], parts[-1], stated)
        return self._beside(parts[0], stated) if stated else self._alone(parts[0])

    def _two(self, one: str, other: str, stated: str) -> Parts:
        if len(one) == 1 or len(other) == 1:
            return (one, other) if len(one) <= len(other) else (other, one)
        if stated and skeleton(other) == skeleton(stated):
            return other, one
        if stated and skeleton(one) == skeleton(stated):
            return one, other
        straight = self._given(one) * (1 + self._family(other)) + self._family(other) / 2
        swapped = self._given(other) * (1 + self._family(one)) + self._family(one) / 2
        return (one, other) if straight >= swapped else (other, one)

    def _beside(self, text: str, stated: str) -> Parts:
        """One word, of somebody whose given name is known: what is left of it is the family name."""
        if skeleton(text) == skeleton(stated):
            return text, ""
        found = [Reading(len(name), (name, rest)) for name in pet_names(stated) if len(name) > LEAST_GIVEN for rest in without(text, name)]
        if found:
            return max(found).parts
        if text[0] == stated[0] and self._family(text[1:]):
            return text[0], text[1:]
        if self._family(text):
            return "", text
        if text[-1] == stated[0] and self._family(text[:-1]):
            return text[-1], text[:-1]
        return self._alone(text)

    def _alone(self, text: str) -> Parts:
        given, family = self._given(text), self._family(text)
        if given >= max(2, family):
            return text, ""
        if family:
            return "", text
        return max(self._readings(text), default=Reading(0, NOTHING)).parts

    def _readings(self, text: str) -> Iterable[Reading]:
        """Two names, then an initial with a family name."""
        for at in range(LEAST_FAMILY, len(text) - 2):
            head, tail = text[:at], text[at:]
            if both := min(self._given(head), self._family(tail)):
                yield Reading(10 + both, (head, tail))
            if both := min(self._given(tail), self._family(head)):
                yield Reading(10 + both, (tail, head))
        if len(text) > LEAST_FAMILY:
            if known := self._family(text[1:]):
                yield Reading(min(9, known), (text[0], text[1:]))
            if known := self._family(text[:-1]):
                yield Reading(min(8, known), (text[-1], text[:-1]))

    def _given(self, name: str) -> int:
        return self.given[skeleton(name)] if len(name) >= LEAST_GIVEN else 0

    def _family(self, name: str) -> int:
        return self.family[skeleton(name)] if len(name) >= LEAST_FAMILY else 0


def others(stated: str, family: str, shown: Iterable[Parts]) -> frozenset[str]:
    """Skeletons of other given names that somebody goes by: `peggy.smith@` of Margaret Smith."""
    if not stated or not family:
        return frozenset()
    names = {skeleton(given) for given, of in shown if len(given) > LEAST_GIVEN and skeleton(of) == skeleton(family)}
    return frozenset(names - {skeleton(stated)})


def goes_by(first: str, shown: str) -> bool:
    """Whether the given name that an address shows may be this one, or its initial."""
    return bool(shown) and (skeleton(shown) == skeleton(first) or (len(shown) == 1 and first[:1] == shown))


def in_full(initial: str, family: str, shown: Iterable[Parts], written: Iterable[str]) -> str:
    """The given name of which a record states the initial, where its address or profile has it beside the family name."""
    for given, of in shown:
        if len(given) > LEAST_GIVEN and given[0] == initial and skeleton(of) == skeleton(family):
            return given
    rests = (rest for text in written for rest in without(text, letters(family)))
    return next((rest for rest in rests if rest[0] == initial), initial)


def other_families(given: str, family: str, shown: Iterable[Parts]) -> frozenset[str]:
    """Skeletons of other family names that somebody has or had, as by marriage: `ann.miller@` of Ann Smith."""
    if len(given) < 2 or len(family) < 2:
        return frozenset()
    first, own = skeleton(given.partition(" ")[0]), skeleton(family)
    names = {skeleton(of) for name, of in shown if len(of) >= LEAST_FAMILY and skeleton(name) == first}
    return frozenset(names - {own, ""})


def without(text: str, name: str) -> Iterable[str]:
    """What is left of a word when a name is taken off its beginning or its end."""
    for rest in (text.removeprefix(name), text.removesuffix(name)):
        if LEAST_FAMILY <= len(rest) < len(text):
            yield rest


def lexicon_of(records: Sequence[Traits]) -> Lexicon:
    """Of the names that records state."""
    return Lexicon(
        counts_of(traits.first_skeleton for traits in records if len(traits.first) >= LEAST_GIVEN),
        counts_of(traits.family_skeleton for traits in records if len(traits.family) >= LEAST_FAMILY),
    )
