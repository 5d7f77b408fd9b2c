"""What holds for any records: agreement has no direction, an explanation adds up, and the result does not depend on any order."""

import random
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.dedupe.domain.linkage.comparing import compare, fields_of
from services.dedupe.domain.linkage.resolving import resolve
from services.dedupe.domain.linkage.traits import Traits
from services.dedupe.domain.record import NormalRecord
from tests.builders import MONDAY

GIVEN, FAMILY = ("Ann", "Anna", "Bill", "William", "J.", None), ("Smith", "Smyth", "Müller", "Mueller", "S.", None)
EMAILS = ("ann.smith@acme.com", "asmith@acme.com", "bill@gmail.com", "info@acme.com", "wmueller@other.de")
COMPANIES = (("acme foods", "acme.com"), ("acme", None), ("other", "other.de"), (None, None))


@st.composite
def record(draw: st.DrawFn, number: int) -> NormalRecord:
    name, domain = draw(st.sampled_from(COMPANIES))
    said: dict[str, Any] = {
        "given_name": draw(st.sampled_from(GIVEN)),
        "family_name": draw(st.sampled_from(FAMILY)),
        "emails": tuple(draw(st.lists(st.sampled_from(EMAILS), max_size=2, unique=True))),
        "linkedin": draw(st.sampled_from(("ann-smith-5f47185", "bill-muller", None))),
        "phone": draw(st.sampled_from(("+491701234567", "01701234567", None))),
        "title": draw(st.sampled_from(("CEO", "Chief Executive Officer", None))),
        "country": draw(st.sampled_from(("DE", "US", None))),
        "custom": draw(st.sampled_from(({}, {"born": "19500317"}, {"born": "19500371", "member": "A4711"}))),
        "company_key": name,
        "company_domain": domain,
    }
    return NormalRecord(UUID(int=number), "crm", str(number), UUID(int=1), number, MONDAY, **said)


records = st.integers(2, 12).flatmap(lambda many: st.tuples(*(record(number) for number in range(many))))


@given(records)
@settings(max_examples=15, deadline=None)
def test_agreement_has_no_direction_and_an_explanation_adds_up(some: tuple[NormalRecord, ...]) -> None:
    found = resolve(some)
    for one in found.records:
        for other in found.records:
            levels = compare(one, other)
            assert levels == compare(other, one)
            assert all(level <= len(field.levels) for level, field in zip(levels, fields_of(one), strict=True))
            bars = found.model.explain(one, other, levels)
            assert abs(sum(bar.bits for bar in bars) - found.model.score(one, other, levels)) < 1e-6


@given(records, st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_the_result_is_a_function_of_the_set_of_records(some: tuple[NormalRecord, ...], chance: random.Random) -> None:
    """Once they are in the order of their ids, as `resolve` asks for."""
    shuffled = list(some)
    chance.shuffle(shuffled)
    shuffled.sort(key=lambda each: each.record_id)
    one, other = resolve(some), resolve(shuffled)
    assert (one.persons, one.companies, one.scores) == (other.persons, other.companies, other.scores)


def test_nothing_is_asked_of_no_records() -> None:
    found = resolve(())
    assert (found.persons, found.companies) == ([], [])
    assert isinstance(resolve((NormalRecord(UUID(int=1), "crm", "1", UUID(int=1), 1, MONDAY),)).records[0], Traits)
