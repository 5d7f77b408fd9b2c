"""Text made comparable."""

import re
import unicodedata

from anyascii import anyascii

LETTERS = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
"""What Unicode does not take apart into a letter and its accent."""
_table = str.maketrans({**LETTERS, "&": " and ", "+": " and "})
_not_word = re.compile(r"[^\w]+")


def plain(text: str) -> str:
    """Lower case in ASCII without accents, words with single spaces between them. Other scripts are written in Latin letters."""
    words = unaccented(text)
    return words if words.isascii() else _not_word.sub(" ", anyascii(words).lower()).strip()


def is_read_in_many_ways(text: str) -> bool:
    """Whether it is in a script that different people write in Latin letters differently: one that leaves vowels out, as Arabic, or of
    signs that each language reads in its own way, as Chinese. Those that have capitals do not, nor Hangul.
    """
    return not text.isascii() and any(
        unicodedata.category(each) == "Lo" and not unicodedata.name(each, "").startswith("HANGUL") for each in text
    )


def unaccented(text: str) -> str:
    """The same in the script that it is written in."""
    folded = text.casefold().translate(_table)
    if not folded.isascii():
        folded = "".join(each for each in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(each))
    return _not_word.sub(" ", folded).strip()
