"""How two records agree, field by field: a level for each, 0 where one of them does not say.

What people of one company have in common by chance (address, phone, place, title) counts differently among them, so these fields
stand twice: for pairs at one employer, and for others.
"""

from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from services.dedupe.domain.linkage import extras
from services.dedupe.domain.linkage.companies import goes_with, may_be_one
from services.dedupe.domain.linkage.spelling import MOST_TYPOS_AFTER, may_stand_for, skeleton
from services.dedupe.domain.linkage.traits import Mailbox, Traits

Levels = tuple[int, ...]
"""One for each of FIELDS, and of the sources' own fields (`fields_of`)."""


class Field(NamedTuple):
    """`levels`: what each level means to a person, from 1."""

    name: str
    levels: tuple[str, ...]

    @property
    def told(self) -> int:
        """How many of the levels say something of whether two are one: all but OF_RELATIVES, which is the last where there is one."""
        return len(self.levels) - (self.levels[-1] == OF_RELATIVES)

    def of_relatives(self, level: int) -> int:
        return len(self.levels) if level == SAME else level

    def padded(self, each: list[float]) -> list[float]:
        """What is known of level 0 and those that say something, and 0 for the rest."""
        return each + [0.0] * (1 + len(self.levels) - len(each))


SAME, VARIANT, INITIAL, ALIKE, OTHER_GIVEN = 1, 2, 3, 4, 5
OTHER_FAMILY = 3
VOWELS = frozenset("aeiou")
ENDING = 2
"""Letters at the end of a name that make another of it (`Stefan`, `Stefanie`); what lacks more, is shortened."""
SAME_ADDRESS, MISSPELT, SAME_NAME_ELSEWHERE, BESIDE, ANOTHER_FREE, ANOTHER, NUMBERED, BOTH_FREE = 1, 2, 3, 4, 5, 6, 7, 8
OF_RELATIVES = "the same, as of relatives"
"""Of what two may share without being one. It is worth nothing: records alone do not tell a couple from one person of two names."""

GIVEN = Field("given name", ("the same", "a spelling or pet name of it", "its initial", "alike", "different"))
FAMILY = Field("family name", ("the same", "a spelling of it", "different"))
PROFILE = Field("profile", ("the same", "another"))
EMPLOYER = Field("company", ("the same", "alike", "another", OF_RELATIVES))
ADDRESS = Field(
    "e-mail address",
    (
        "the same",
        "a misspelling of it",
        "the same name at another provider",
        "another at the same domain",
        "another, one of them private",
        "another",
        "the same name there with another number",
        "another, both of them private",
        OF_RELATIVES,
    ),
)
PHONE = Field("phone", ("the same", "another", OF_RELATIVES))
PLACE = Field("place", ("the same city", "the same country", "another country"))
TITLE = Field("job title", ("the same", "alike", "another"))


def at_one_employer(field: Field) -> Field:
    return field._replace(name=f"{field.name}, at one company")


FIELDS = (
    GIVEN, FAMILY, PROFILE, EMPLOYER,
    ADDRESS, PHONE, PLACE, TITLE,
    at_one_employer(ADDRESS), at_one_employer(PHONE), at_one_employer(PLACE), at_one_employer(TITLE),
)  # fmt: skip


SAME_EMPLOYER = frozenset({SAME, EMPLOYER.of_relatives(SAME)})
ADDRESSES = tuple(place for place, field in enumerate(FIELDS) if field in {ADDRESS, at_one_employer(ADDRESS)})
"""Where in FIELDS the address stands."""


def compare(one: Traits, other: Traits) -> Levels:
    given, family = names(one, other)
    profile, employer = profiles(one, other), employers(one, other)
    address, phone = addresses(one, other, given, family), phones(one, other)
    at_one = employer == SAME
    if one.transcribed != other.transcribed and SAME in {profile, address}:
        given, family = agreeing(given, family)
    if may_be_relatives(one, other, given, family):
        address, phone = ADDRESS.of_relatives(address), PHONE.of_relatives(phone)
        if called_after_family(one) or called_after_family(other):
            employer = EMPLOYER.of_relatives(employer)
    which, unknown = (address, phone, places(one, other), titles(one, other)), (0, 0, 0, 0)
    levels = (given, family, profile, employer, *(unknown + which if at_one else which + unknown))
    return levels + own_fields(one, other, at_one) if one.extras else levels


def fields_of(traits: Traits) -> tuple[Field, ...]:
    """All that are compared of such records: FIELDS, then the sources' own, which stand twice as well."""
    own = tuple(Field(name, extras.LEVELS) for name, _ in traits.extras)
    return (*FIELDS, *own, *map(at_one_employer, own))


def own_fields(one: Traits, other: Traits, at_one: bool) -> Levels:
    levels = tuple(extras.level(mine[1], theirs[1]) for mine, theirs in zip(one.extras, other.extras, strict=True))
    unknown = (0,) * len(levels)
    return unknown + levels if at_one else levels + unknown


def names(one: Traits, other: Traits) -> tuple[int, int]:
    given = given_names(one, other)
    family = SAME if one.family and one.family == other.family else family_names(one.family, other.family)
    if family == OTHER_FAMILY and (one.once or other.once) and share_a_family_name(one, other):
        family = VARIANT
    if given == OTHER_GIVEN and family == OTHER_FAMILY and swapped(one, other):
        return VARIANT, VARIANT
    return given, family


def agreeing(given: int, family: int) -> tuple[int, int]:
    """Of names in two scripts: that they are different says nothing of two at one address, as the other way to write it may be the same.
    Elsewhere it counts, or a switchboard or a company alone would make one of any two.
    """
    return 0 if given in {ALIKE, OTHER_GIVEN} else given, 0 if family == OTHER_FAMILY else family


def may_be_relatives(one: Traits, other: Traits, given: int, family: int) -> bool:
    """Two of one family name whose given names are in full and different: what a family or its firm shares, says nothing of such."""
    return given == OTHER_GIVEN and family in {SAME, VARIANT} and len(one.first) > 1 and len(other.first) > 1


def called_after_family(traits: Traits) -> bool:
    """Whether the company has their family's name: `Weber GmbH`, `weber-sohn.de`."""
    return traits.family in traits.company.split() or any(goes_with(traits.family, domain) for domain in traits.domains)


def share_a_family_name(one: Traits, other: Traits) -> bool:
    """Whether one has the other's family name beside their own."""
    return not (one.once | {one.family_skeleton}).isdisjoint(other.once | {other.family_skeleton})


def swapped(one: Traits, other: Traits) -> bool:
    """Whether each one's family name is the other's given name: `Tom Jung` and `Jung, Thomas`."""
    return may_stand_for(one.given, other.family) and may_stand_for(one.family, other.given)


def given_names(one: Traits, other: Traits) -> int:
    if not one.given or not other.given:
        return 0
    if one.generation and other.generation and one.generation != other.generation:
        # A father and a son.
        return OTHER_GIVEN
    if one.given == other.given:
        return SAME if len(one.first) > 1 else INITIAL
    if one.first == other.first or other.first_skeleton in one.also or one.first_skeleton in other.also:
        return VARIANT
    # `Karl-Heinz` and `Karlheinz`.
    whole = one.given != one.first or other.given != other.first
    if whole and skeleton(one.given) == skeleton(other.given):
        return VARIANT
    level = first_names(one.first, other.first)
    # What stands in their address as well is no slip.
    return OTHER_GIVEN if one.spelt and other.spelt and not may_stand_for(one.first, other.first) else level


@lru_cache(maxsize=50_000)
def first_names(one: str, other: str) -> int:
    if len(one) == 1 or len(other) == 1:
        return INITIAL if one[0] == other[0] else OTHER_GIVEN
    if may_stand_for(one, other):
        return VARIANT
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > ENDING and len(shorter) > 2 and longer.startswith(shorter):
        return ALIKE
    if end_otherwise(one, other):
        return OTHER_GIVEN
    if len(shorter) > 3 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return VARIANT
    return ALIKE if JaroWinkler.similarity(one, other, score_cutoff=0.88) >= 0.88 else OTHER_GIVEN


def end_otherwise(one: str, other: str) -> bool:
    """As the names of a woman and a man do that are alike else: `Paul` and `Paula`, `Andrea` and `Andreas`, but not `Eric` and `Erik`."""
    ends = {skeleton(one)[-1:], skeleton(other)[-1:]}
    return len(ends) > 1 and not VOWELS.isdisjoint(ends)


@lru_cache(maxsize=50_000)
def family_names(one: str, other: str) -> int:
    if not one or not other:
        return 0
    if one == other:
        return SAME
    if len(one) == 1 or len(other) == 1:
        return 0 if one[0] == other[0] else OTHER_FAMILY
    if skeleton(one) == skeleton(other):
        return VARIANT
    shorter = min(len(one), len(other))
    typos = 1 if shorter < MOST_TYPOS_AFTER else 2
    if shorter > 3 and OSA.distance(one, other, score_cutoff=typos) <= typos:
        return VARIANT
    # One half of a double name; `jr` and `de` are no half.
    return VARIANT if any(len(half) > 3 for half in {*one.split()} & {*other.split()}) else OTHER_FAMILY


def addresses(one: Traits, other: Traits, given: int, family: int) -> int:
    """The best that two of their addresses agree."""
    if not one.mailboxes or not other.mailboxes:
        return 0
    return min(
        [
            mailboxes(mine, theirs, given, bool(given and (family or mine.name == one.first)))
            for mine in one.mailboxes
            for theirs in other.mailboxes
        ]
    )


def mailboxes(mine: Mailbox, theirs: Mailbox, given: int, named: bool) -> int:
    """`named`: whether what stands in them is compared as a name."""
    if mine.whole == theirs.whole:
        return SAME_ADDRESS
    at_one = mine.domain == theirs.domain
    if at_one and mine.local.replace(".", "") == theirs.local.replace(".", ""):
        # Gmail's dots are gone already; elsewhere in private they tell people apart.
        return BOTH_FREE if mine.free else SAME_ADDRESS
    if at_one and given != OTHER_GIVEN and misspelt(mine.local, theirs.local):
        return MISSPELT
    # Names that agree are evidence already: that they stand in both addresses is none beside it.
    if mine.local == theirs.local and not at_one and not named and len(mine.name) > MOST_TYPOS_AFTER:
        return SAME_NAME_ELSEWHERE
    return private(mine, theirs) if mine.free or theirs.free else at_work(mine, theirs)


def private(mine: Mailbox, theirs: Mailbox) -> int:
    return BOTH_FREE if mine.free and theirs.free else ANOTHER_FREE


def at_work(mine: Mailbox, theirs: Mailbox) -> int:
    if mine.domain != theirs.domain:
        return ANOTHER
    # `ann.smith2` is given to the second of that name.
    return NUMBERED if mine.name and mine.name == theirs.name else BESIDE


def misspelt(one: str, other: str) -> bool:
    """By one letter, not the first, and not in a number: these tell namesakes apart."""
    if one[0] != other[0] or min(len(one), len(other)) < MOST_TYPOS_AFTER - 1:
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1 and [*filter(str.isdigit, one)] == [*filter(str.isdigit, other)]


def phones(one: Traits, other: Traits) -> int:
    if not one.phones or not other.phones:
        return 0
    return 2 if one.phones.isdisjoint(other.phones) else SAME


def profiles(one: Traits, other: Traits) -> int:
    if not one.profile or not other.profile:
        return 0
    return SAME if one.profile == other.profile else 2


def employers(one: Traits, other: Traits) -> int:
    if not one.employers or not other.employers:
        return 0
    if not one.employers.isdisjoint(other.employers) or (one.company and one.company == other.company):
        return SAME
    return 2 if may_be_one(one.company, one.domain, other.company, other.domain) else 3


def places(one: Traits, other: Traits) -> int:
    if one.city and one.city == other.city:
        return SAME
    if not one.country or not other.country:
        return 0
    return 2 if one.country == other.country else 3


def titles(one: Traits, other: Traits) -> int:
    if not one.title or not other.title:
        return 0
    if one.title == other.title or other.title in one.posts:
        return SAME
    return 2 if 2 * len(one.title & other.title) >= len(one.title | other.title) else 3
