"""What must hold for every rule and everybody."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.publish.domain.rule_trees import parse
from services.publish.domain.rules import ASKED, TEXT_FIELDS, evaluate, fold

WORDS = st.sampled_from(["Architect", "chief", "CTO", "Berlin", "DE", "c++", "(x", "Größe", "İzmir", "a b"])
KNOWN = st.lists(WORDS, max_size=3).map(" ".join)
PEOPLE = st.dictionaries(st.sampled_from(sorted(TEXT_FIELDS)), KNOWN.map(fold))


def asking(question: str) -> st.SearchStrategy[dict[str, Any]]:
    parts = {"field": st.sampled_from(sorted(TEXT_FIELDS)), "is": st.just(question)}
    return st.fixed_dictionaries(parts if question == "known" else parts | {"value": st.lists(WORDS, min_size=1, max_size=4)})


TESTS = st.sampled_from(sorted(ASKED)).flatmap(asking)
TREES = st.recursive(
    TESTS,
    lambda trees: st.one_of(
        st.lists(trees, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(trees, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        trees.map(lambda part: {"not": part}),
    ),
    max_leaves=8,
).filter(lambda tree: json.dumps(tree).count("{") <= 30)


def holds(tree: Any, facts: dict[str, str]) -> bool:
    return evaluate(parse(tree), facts) is not None


@given(st.lists(TREES, min_size=1, max_size=3), PEOPLE)
def test_all_any_and_not_mean_what_they_say(trees: list[Any], facts: dict[str, str]) -> None:
    each = [holds(tree, facts) for tree in trees]
    assert holds({"all": trees}, facts) == all(each)
    assert holds({"any": trees}, facts) == any(each)
    assert holds({"not": trees[0]}, facts) == (not each[0])


@given(TREES, PEOPLE)
def test_the_reasons_are_sentences_and_the_same_each_time(tree: Any, facts: dict[str, str]) -> None:
    reasons = evaluate(parse(tree), facts)
    assert reasons == evaluate(parse(json.loads(json.dumps(tree))), facts)
    assert all(reason[0].isupper() and reason.endswith(".") for reason in reasons or ())
    assert reasons is None or len(reasons) >= 1


@given(TREES, PEOPLE)
def test_the_reasons_say_nothing_that_the_rule_does_not(tree: Any, facts: dict[str, str]) -> None:
    """They stand on events in the clear: what is known of a person must not get into them."""
    secret = {field: f"{value} zq{number}zq" for number, (field, value) in enumerate(facts.items())}
    assert "zq" not in " ".join(evaluate(parse(tree), secret) or ())


@given(TESTS, PEOPLE)
def test_what_is_not_known_meets_no_test(test: dict[str, Any], facts: dict[str, str]) -> None:
    assert not holds(test, facts | {test["field"]: ""})
