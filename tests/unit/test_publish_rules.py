"""Segment rules: what they mean, what they say, and what is refused."""

from typing import Any
from uuid import UUID

import pytest

from schemas.details import CompanyDetails, PersonDetails
from services.publish.domain.people import Company, facts_of, with_company
from services.publish.domain.rule_trees import MOST_DEPTH, MOST_PARTS, RuleError, parse
from services.publish.domain.rules import evaluate
from services.publish.domain.segments import Segment, matching

ANN = PersonDetails(full_name="Ann Lee", title="Senior  Director of IT", country="DE", work_email="ann@lee.example", company_name="Lee AG")
LEE = Company(UUID(int=1), CompanyDetails(name="Lee Systems", country="AT"))


def reasons(rule: dict[str, Any], details: PersonDetails = ANN, company: Company | None = LEE) -> tuple[str, ...] | None:
    return evaluate(parse(rule), facts_of(with_company(details, company), company))


def asks(field: str, how: str, *values: str) -> dict[str, Any]:
    return {"field": field, "is": how, "value": list(values)}


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (asks("country", "one_of", "CH", "de"), "The country is “de”."),
        (asks("country", "equal", "DE"), "The country is “DE”."),
        (asks("title", "mentions", "CTO", "director"), "The title mentions “director”."),
        (asks("title", "mentions", "director of it"), "The title mentions “director of it”."),
        (asks("title", "contains", "CTO"), "The title contains “CTO”."),
        (asks("title", "starts_with", "senior"), "The title starts with “senior”."),
        (asks("company_name", "ends_with", "systems"), "The company's name ends with “systems”."),
        (asks("company_country", "equal", "AT"), "The company's country is “AT”."),
        ({"field": "work_email", "is": "known"}, "The work e-mail is known."),
        ({"not": asks("title", "mentions", "CTO", "CEO")}, "It is not so that the title mentions “CTO” or “CEO”."),
    ],
)
def test_a_rule_that_holds_says_why_in_a_sentence(rule: dict[str, Any], why: str) -> None:
    assert reasons(rule) == (why,)


@pytest.mark.parametrize(
    "rule",
    [
        asks("title", "mentions", "CTO", "CEO"),
        asks("company_name", "equal", "Lee AG"),
        asks("city", "contains", "e"),
        {"field": "linkedin", "is": "known"},
        {"not": asks("country", "equal", "DE")},
        {"all": [asks("country", "equal", "DE"), asks("title", "mentions", "CTO")]},
        {"any": [asks("country", "equal", "FR"), asks("title", "mentions", "CTO")]},
    ],
)
def test_a_rule_that_does_not_hold_gives_no_reason(rule: dict[str, Any]) -> None:
    assert reasons(rule) is None


def test_all_gives_every_reason_and_any_the_first() -> None:
    country, title = asks("country", "equal", "DE"), asks("title", "mentions", "director")
    assert reasons({"all": [country, title]}) == ("The country is “DE”.", "The title mentions “director”.")
    assert reasons({"any": [asks("country", "equal", "FR"), title, country]}) == ("The title mentions “director”.",)


def test_reasons_name_the_segment_that_they_are_for() -> None:
    segments = [
        Segment(UUID(int=n), UUID(int=9), name, parse(rule))
        for n, name, rule in (
            (1, "Germans", asks("country", "equal", "DE")),
            (2, "French", asks("country", "equal", "FR")),
            (3, "Reachable", {"field": "work_email", "is": "known"}),
        )
    ]
    found = matching(segments, facts_of(ANN, None))
    assert found.segment_ids == (UUID(int=1), UUID(int=3))
    assert found.reasons == ("Germans: The country is “DE”.", "Reachable: The work e-mail is known.")


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        ([], r'rule: expected {"all": \[…\]}'),
        ({}, "rule.field: missing; expected one of city, "),
        ({"all": []}, r"rule.all: expected a list of at least one rule"),
        ({"all": [asks("country", "equal", "DE")], "any": []}, "rule: nothing else may stand beside “all”"),
        ({"any": [asks("country", "equal", "DE"), asks("titel", "equal", "x")]}, r"rule.any\[1\].field: “titel” .*“title”\?"),
        ({"not": asks("title", "mention", "x")}, "rule.not.is: “mention” is unknown; did you mean “mentions”"),
        ({"field": "title", "is": "equal", "values": "x"}, "rule: “values” is no part of a test"),
        ({"field": "title", "is": "equal"}, "rule.value: expected a text"),
        ({"field": "title", "is": "equal", "value": [" "]}, "rule.value: expected a text"),
        ({"field": "title", "is": "equal", "value": []}, "rule.value: expected 1 to 500 values, not 0"),
        ({"field": "title", "is": "known", "value": "x"}, "rule.value: “known” takes no value"),
        (asks("work_email", "equal", "ann@lee.example"), "rule.is: of “work_email”, which identifies a person, only “known”"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_by_its_place(tree: Any, why: str) -> None:
    with pytest.raises(RuleError, match=why):
        parse(tree)


def test_a_rule_may_not_be_too_deep_or_too_large() -> None:
    deep: dict[str, Any] = asks("title", "equal", "x")
    for _ in range(MOST_DEPTH):
        deep = {"not": deep}
    with pytest.raises(RuleError, match="nested more than"):
        parse(deep)
    with pytest.raises(RuleError, match=f"more than {MOST_PARTS} parts"):
        parse({"any": [asks("title", "equal", "x")] * MOST_PARTS})
