"""A segment's rule: a tree of tests over what is known of a person and its company, evaluated with its reasons.

    {"all": [{"field": "title", "is": "mentions", "value": ["architect", "CTO"]},
             {"any": [{"field": "country", "is": "one_of", "value": ["DE", "AT"]}, {"field": "company_country", "is": "known"}]},
             {"not": {"field": "company_name", "is": "contains", "value": "test"}}]}

Reasons are made of the rule's own words and never of what is known of the person: they stand on events in the clear.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Facts = Mapping[str, str]
"""Field → what is known, folded by `fold`; empty where nothing is."""

TEXT_FIELDS = {
    "title": "title",
    "city": "city",
    "country": "country",
    "company_name": "company's name",
    "company_domain": "company's domain",
    "company_city": "company's city",
    "company_country": "company's country",
}
IDENTITY_FIELDS = {
    "full_name": "name",
    "work_email": "work e-mail",
    "private_email": "private e-mail",
    "phone": "phone",
    "mobile": "mobile phone",
    "linkedin": "LinkedIn profile",
    "twitter": "Twitter profile",
}
"""Whether they are known may be asked, what they are may not: a segment is a part of a market, not a person."""

FIELDS = TEXT_FIELDS | IDENTITY_FIELDS


@dataclass(frozen=True, slots=True)
class Test:
    """Asks one thing of one field; any of the values will do."""

    about: str
    asks: str
    values: tuple[str, ...] = ()
    given: dict[str, str] = field(init=False, repr=False, compare=False)
    """Folded value → as it was given."""
    words: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "given", {fold(value): value for value in self.values})
        object.__setattr__(self, "words", words_of(self.given))


@dataclass(frozen=True, slots=True)
class Every:
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    rule: "Rule"


Rule = Test | Every | Either | Not


def fold(text: str | None) -> str:
    """For comparison: small letters, single spaces."""
    return " ".join(text.casefold().split()) if text else ""


def words_of(folded: Iterable[str]) -> re.Pattern[str]:
    """Matches where any of these stands as whole words: “cto” in “CTO & founder”, not in “director”."""
    return re.compile(r"(?<!\w)(" + "|".join(map(re.escape, folded)) + r")(?!\w)")


@dataclass(frozen=True, slots=True)
class Question:
    """`hit` finds the value that what is known meets (an empty text where none is asked for), or None."""

    verb: str
    hit: Callable[[Test, str], str | None]


def mentioned(test: Test, known: str) -> str | None:
    found = test.words.search(known)
    return test.given[found.group(1)] if found else None


def hit_where(holds: Callable[[str, str], bool]) -> Callable[[Test, str], str | None]:
    return lambda test, known: next((value for folded, value in test.given.items() if holds(known, folded)), None)


ASKED: dict[str, Question] = {
    "equal": Question("is", lambda test, known: test.given.get(known)),
    "one_of": Question("is", lambda test, known: test.given.get(known)),
    "contains": Question("contains", hit_where(lambda known, value: value in known)),
    "starts_with": Question("starts with", hit_where(str.startswith)),
    "ends_with": Question("ends with", hit_where(str.endswith)),
    "mentions": Question("mentions", mentioned),
    "known": Question("is known", lambda _, __: ""),
}


def evaluate(rule: Rule, facts: Facts) -> tuple[str, ...] | None:
    """Why the rule holds, in sentences; None where it does not. What is not known meets no test."""
    match rule:
        case Test():
            known = facts.get(rule.about, "")
            hit = ASKED[rule.asks].hit(rule, known) if known else None
            return None if hit is None else (say(rule, [hit] if hit else []),)
        case Every(rules):
            return every(rules, facts)
        case Either(rules):
            return next((reasons for each in rules if (reasons := evaluate(each, facts)) is not None), None)
        case Not(inner):
            return (f"It is not so that {describe(inner)}.",) if evaluate(inner, facts) is None else None


def every(rules: Iterable[Rule], facts: Facts) -> tuple[str, ...] | None:
    found: list[str] = []
    for rule in rules:
        reasons = evaluate(rule, facts)
        if reasons is None:
            return None
        found += reasons
    return tuple(found)


def describe(rule: Rule) -> str:
    """The rule in words, as a part of a sentence."""
    match rule:
        case Test():
            sentence = say(rule, rule.values)
            return sentence[0].lower() + sentence[1:-1]
        case Every(rules):
            return " and ".join(map(describe, rules))
        case Either(rules):
            return "either " + " or ".join(map(describe, rules))
        case Not(inner):
            return f"it is not so that {describe(inner)}"


def say(test: Test, values: Iterable[str]) -> str:
    quoted = " or ".join(f"“{value}”" for value in values)
    return f"The {FIELDS[test.about]} {ASKED[test.asks].verb} {quoted}".rstrip() + "."
