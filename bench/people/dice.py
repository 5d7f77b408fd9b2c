"""Chance from one seed, and the spelling of letters: every draw of the generator is made here."""

import random
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

Item = TypeVar("Item")

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "å": "aa", "Å": "Aa"})
STROKES = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss"})


class Dice:
    """A seeded source of chance."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- made-up data, the same for the same seed
        self.uniform = self._random.random
        self.shuffle = self._random.shuffle
        self._cumulated: dict[int, tuple[object, list[object], list[float]]] = {}

    def happens(self, odds: float) -> bool:
        return self.uniform() < odds

    def one(self, of: Sequence[Item]) -> Item:
        return of[int(self.uniform() * len(of))]

    def number(self, low: int, high: int) -> int:
        """Both ends are possible."""
        return low + int(self.uniform() * (high - low + 1))

    def digits(self, many: int) -> str:
        return str(self.number(10 ** (many - 1), 10**many - 1))

    def weighted(self, odds: Mapping[Item, float]) -> Item:
        """One of the keys, by their weights, which need not add up to one. The mapping must outlive the dice."""
        kept = self._cumulated.get(id(odds))
        if kept is None or kept[0] is not odds:
            kept = (odds, list(odds), list(accumulate(odds.values())))
            self._cumulated[id(odds)] = kept
        _, items, sums = kept
        return self._random.choices(items, cum_weights=sums)[0]  # type: ignore[return-value]

    def ranked(self, of: Sequence[Item], start: int) -> Item:
        """One of a list by Zipf's law: the weight of the first is 1/(1 + start), of the second 1/(2 + start), and so on."""
        return self.weighted(ranks(of, start))


_ranks: dict[tuple[int, int], tuple[object, dict[object, float]]] = {}


def ranks(of: Sequence[Item], start: int) -> Mapping[Item, float]:
    kept = _ranks.get((id(of), start))
    if kept is None or kept[0] is not of:
        kept = (of, {item: 1 / (rank + start) for rank, item in enumerate(of, 1)})
        _ranks[id(of), start] = kept
    return kept[1]  # type: ignore[return-value]


def bare(text: str) -> str:
    """Without accents: é is e, ü is u."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", text.translate(STROKES)).encode("ascii", "ignore").decode()


def spelt_out(text: str) -> str:
    """In ASCII as Germans and Swedes write: ü is ue, å is aa."""
    return text if text.isascii() else bare(text.translate(UMLAUTS))


def mistyped(text: str, dice: Dice) -> str:
    """One slip of the finger: two letters changed about, one lost, doubled or replaced. Never the first letter."""
    if len(text) < 3:
        return text
    at = dice.number(1, len(text) - 2)
    slip = dice.number(0, 3)
    if slip == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if slip == 1:
        return text[:at] + text[at + 1 :]
    if slip == 2:
        return text[:at] + text[at] + text[at:]
    letter = NEIGHBOURS.get(text[at].lower())
    return text if letter is None else text[:at] + dice.one(letter) + text[at + 1 :]


# Beside each key on the keyboard.
_KEYS = (
    "q:wa w:qes e:wrd r:etf t:ryg y:tuh u:yij i:uok o:ipl p:ol a:qsz s:adw d:sfe f:dgr g:fht h:gjy j:hku k:jli l:kop z:xa x:zcs c:xvd"
    " v:cbf b:vng n:bmh m:nk"
)
NEIGHBOURS = {pair[0]: pair[2:] for pair in _KEYS.split()}
