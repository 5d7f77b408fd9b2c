"""What would have to be different for two records to be judged otherwise: one field at a time, in bits."""

from dataclasses import dataclass

from services.dedupe.domain.linkage.comparing import EMPLOYER, FAMILY, FIELDS, GIVEN, SAME, SAME_EMPLOYER, Field, Levels, compare, fields_of
from services.dedupe.domain.linkage.learning import at_one
from services.dedupe.domain.linkage.model import BY_FREQUENCY, Model
from services.dedupe.domain.linkage.traits import Traits

EMPLOYED = FIELDS.index(EMPLOYER)
TWICE = EMPLOYED + 1
"""From there on fields stand twice: for two at one company, and for others."""


@dataclass(frozen=True)
class Turn:
    """If this field agreed so instead of as it does, the two would be judged otherwise."""

    field: str
    now: str
    """How it agrees; `not known` where one of the two does not say."""
    if_it_were: str
    bits: float
    """What the pair would then be worth in all."""


def turns(model: Model, one: Traits, other: Traits, threshold: float) -> list[Turn]:
    """The changes of one field that lead over the threshold, the least first."""
    levels, fields = compare(one, other), fields_of(one)
    score = model.score(one, other, levels)
    found = []
    for place, field in enumerate(fields):
        if in_question(place, field, levels):
            now = worth(model, place, levels[place], one, other)
            for level in range(1, field.told + 1):
                then = score - now + worth(model, place, level, one, other)
                turned = (then >= threshold) != (score >= threshold)
                # To one person by a closer agreement, to two by a looser one: how close each is, is in the order of the levels.
                if turned and (not levels[place] or (level < levels[place]) == (then > score)):
                    found.append(Turn(field.name, named(field, levels[place]), field.levels[level - 1], then))
    return sorted(found, key=lambda turn: abs(turn.bits - score))


def in_question(place: int, field: Field, levels: Levels) -> bool:
    """Not another company, which would change which fields count; of those that stand twice, the one that counts; not what relatives
    share.
    """
    counts = place < EMPLOYED or (place >= TWICE and at_one(place, len(levels)) == (levels[EMPLOYED] in SAME_EMPLOYER))
    return counts and levels[place] <= field.told


def named(field: Field, level: int) -> str:
    return field.levels[level - 1] if level else "not known"


def worth(model: Model, place: int, level: int, one: Traits, other: Traits) -> float:
    """Of one field at a level, as rare as the one's value is."""
    if not level:
        return 0.0
    bits = model.bits[place][level]
    if place >= len(FIELDS):
        extras = model.frequencies.extras
        value = one.extras[(place - len(FIELDS)) % len(extras)][1] if level == SAME and not at_one(place, len(model.bits)) else ""
        return bits + extras[(place - len(FIELDS)) % len(extras)].rarity(value) if value else bits
    if (FIELDS[place].name, level) not in BY_FREQUENCY:
        return bits
    lexicon = model.frequencies.lexicon
    if FIELDS[place] == GIVEN:
        return bits + lexicon.given.rarity(*(each.first_skeleton for each in (one, other) if each.first))
    if FIELDS[place] == FAMILY:
        return bits + lexicon.family.rarity(*(each.family_skeleton for each in (one, other) if each.family))
    return bits
