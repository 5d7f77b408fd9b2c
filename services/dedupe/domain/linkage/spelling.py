"""Spellings of one name: transliterations, doubled letters and pet names fall together."""

import re
from functools import cache, lru_cache

from nicknames import NickNamer

FOLDS = (
    ("ae", "a"), ("oe", "o"), ("ue", "u"),  # umlauts written out; `plain` has taken the dots off the others
    ("sch", "s"), ("sh", "s"), ("sz", "s"), ("cz", "c"), ("kh", "h"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("dd", "d"),
    ("y", "i"), ("j", "i"), ("w", "v"),
)  # fmt: skip
_doubled = re.compile(r"(.)\1+")
_not_letter = re.compile(r"[\W\d_]+")
MOST_TYPOS_AFTER = 6
"""Letters from which on a name may have two typos and still be close."""


@lru_cache(maxsize=100_000)
def skeleton(name: str) -> str:
    """What the spellings of a plain name have in common: `mueller`, `muller` and `müller`; `tiago` and `thiago`."""
    text = letters(name)
    for written, folded in FOLDS:
        text = text.replace(written, folded)
    return _doubled.sub(r"\1", text)


def letters(text: str) -> str:
    """Without digits, spaces and punctuation."""
    return _not_letter.sub("", text)


@cache
def _names() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=50_000)
def pet_names(given: str) -> frozenset[str]:
    """Names that may stand for this one, itself among them: `bill` and `william`."""
    return frozenset({given, *_names().nicknames_of(given), *_names().canonicals_of(given)})


def may_stand_for(one: str, other: str) -> bool:
    """As another spelling of a name, or a pet name."""
    return skeleton(one) == skeleton(other) or other in pet_names(one) or one in pet_names(other)
