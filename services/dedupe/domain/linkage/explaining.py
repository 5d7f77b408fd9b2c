"""What would have to be different for two records to be judged otherwise: one field at a time, in bits."""

from dataclasses import dataclass

from services.dedupe.domain.linkage.comparing import EMPLOYER, FAMILY, FIELDS, GIVEN, SAME, Field, Levels, compare
from services.dedupe.domain.linkage.learning import AT_ONE_EMPLOYER
from services.dedupe.domain.linkage.model import BY_FREQUENCY, Model
from services.dedupe.domain.linkage.spelling import skeleton
from services.dedupe.domain.linkage.traits import Traits


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
    levels = compare(one, other)
    score = model.score(one, other, levels)
    found = []
    for place, field in enumerate(FIELDS):
        if in_question(place, levels):
            now = worth(model, place, levels[place], one, other)
            for level in range(1, len(field.levels) + 1):
                then = score - now + worth(model, place, level, one, other)
                if level != levels[place] and (then >= threshold) != (score >= threshold):
                    found.append(Turn(field.name, named(field, levels[place]), field.levels[level - 1], then))
    return sorted(found, key=lambda turn: abs(turn.bits - score))


def in_question(place: int, levels: Levels) -> bool:
    """Address, phone, place and title stand twice: for two at one company, and for others. Another company would change which counts."""
    at_one = levels[FIELDS.index(EMPLOYER)] == SAME
    return FIELDS[place] != EMPLOYER and (place >= AT_ONE_EMPLOYER if at_one else place < AT_ONE_EMPLOYER)


def named(field: Field, level: int) -> str:
    return field.levels[level - 1] if level else "not known"


def worth(model: Model, place: int, level: int, one: Traits, other: Traits) -> float:
    """Of one field at a level, as rare as the one's value is."""
    if not level:
        return 0.0
    bits, field = model.bits[place][level], FIELDS[place]
    if (field.name, level) not in BY_FREQUENCY:
        return bits
    lexicon = model.frequencies.lexicon
    if field == GIVEN:
        return bits + lexicon.given.rarity(*(skeleton(each.first) for each in (one, other) if each.first))
    if field == FAMILY:
        return bits + lexicon.family.rarity(*(skeleton(each.family) for each in (one, other) if each.family))
    return bits
