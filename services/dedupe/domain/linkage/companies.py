"""Whether two names, or a name and a domain, may be one company's."""

from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

LEAST_LETTERS, TWO_TYPOS_AFTER = 7, 10
"""Of a company's name, to be found in spite of a typo, or of two."""


@lru_cache(maxsize=50_000)
def may_be_one(one: str, its_domain: str, other: str, others_domain: str) -> bool:
    """Whether two companies, each by what is known of its name and domain, may be one."""
    return alike(one, other) or stands_in(one, others_domain) or stands_in(other, its_domain)


def alike(one: str, other: str) -> bool:
    """Two names of companies that may be one: shorter, abbreviated, misspelt."""
    if not one or not other:
        return False
    mine, theirs = one.split(), other.split()
    shorter, longer = sorted((mine, theirs), key=len)
    if set(shorter) <= set(longer):
        return True
    return acronym(mine) == other or acronym(theirs) == one or JaroWinkler.similarity(one, other, score_cutoff=0.93) > 0.93


def acronym(words: list[str]) -> str:
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def stands_in(company: str, domain: str) -> bool:
    """Whether the company that one names may have the other's domain."""
    return bool(company and domain and goes_with(company, domain))


def goes_with(company: str, domain: str) -> bool:
    label, name = domain.partition(".")[0].replace("-", ""), company.replace(" ", "")
    return len(name) > 3 and (label.startswith(name) or name.startswith(label) or mistyped(name, label))


def mistyped(name: str, other: str) -> bool:
    """Whether one long name of a company may be the other, by a typo or two."""
    typos = 0 if len(name) < LEAST_LETTERS else 1 if len(name) < TWO_TYPOS_AFTER else 2
    return typos > 0 and OSA.distance(name, other, score_cutoff=typos) <= typos
