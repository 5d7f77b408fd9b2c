"""Whatever the rules: what is chosen does not depend on order, corrections always win, and no value is ever lost."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from schemas.dedupe import Criterion
from services.dedupe.domain import corrections, golden
from services.dedupe.domain.corrections import Correction
from services.dedupe.domain.origins import provenance_of
from services.dedupe.domain.record import NormalRecord
from services.dedupe.domain.survivorship import GROUPS, Policy, faults
from tests.builders import MONDAY

SOURCES = ("crm", "web", "list")
PLAIN = {name: st.sampled_from(["Aa", "B", "Cc dd"]) for name in ("title", "phone", "mobile", "twitter", "city", "country", "company_name")}
SAID = st.fixed_dictionaries(
    {},
    optional=PLAIN
    | {
        "given_name": st.sampled_from(["Ann", "A.", "Anna"]),
        "family_name": st.sampled_from(["Lee", "L."]),
        "emails": st.lists(st.sampled_from(["ann@acme.com", "a.lee@acme.com", "ann@gmail.com"]), unique=True).map(tuple),
        "linkedin": st.sampled_from(["ann", "ann-lee"]),
        "company_domain": st.sampled_from(["acme.com", "bolt.io"]),
        "custom": st.dictionaries(st.sampled_from(["Size", "Floor"]), st.sampled_from(["1", "22"])),
    },
)
PERSONS = [UUID(int=n) for n in range(3)]
FIELDS = (*corrections.FIELDS, "custom:Size")


@st.composite
def records(draw: st.DrawFn) -> list[NormalRecord]:
    said: list[dict[str, Any]] = draw(st.lists(SAID, min_size=1, max_size=6))
    return [
        NormalRecord(
            record_id=UUID(int=n), source=draw(st.sampled_from(SOURCES)), source_row_id=str(n), import_id=UUID(int=9), row=n,
            as_of=MONDAY + timedelta(days=draw(st.integers(0, 2))), **fields,
        )
        for n, fields in enumerate(said)
    ]  # fmt: skip


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    criteria = st.lists(st.sampled_from(Criterion), min_size=1, max_size=4, unique=True).map(tuple)
    fields = draw(st.dictionaries(st.sampled_from(list(GROUPS)), criteria))
    return Policy(1, fields, tuple(draw(st.lists(st.sampled_from(SOURCES), unique=True))))


MADE = st.lists(
    st.builds(
        Correction,
        person_id=st.sampled_from(PERSONS),
        field=st.sampled_from(FIELDS),
        value=st.sampled_from(["Set", "Put", None]),
        by=st.just("user:x"),
        at=st.integers(0, 2).map(lambda days: MONDAY + timedelta(days=days)),
    ),
    max_size=4,
    unique_by=lambda each: (each.person_id, each.field),
)


def held(made: list[Correction]) -> corrections.Held:
    return corrections.held(PERSONS, {person: [each for each in made if each.person_id == person] for person in PERSONS})


@given(records(), policies(), MADE, st.randoms(use_true_random=False))
def test_order_has_no_part_in_what_is_chosen_nor_in_what_is_told_of_it(
    said: list[NormalRecord], policy: Policy, made: list[Correction], chance: Any
) -> None:
    one = golden.choose(said, policy, held(made))
    mixed, mixed_made = list(said), list(made)
    chance.shuffle(mixed)
    chance.shuffle(mixed_made)
    other = golden.choose(mixed, policy, held(mixed_made))
    assert one == other
    assert provenance_of(one) == provenance_of(other)


@given(records(), policies(), MADE)
def test_the_latest_correction_always_wins(said: list[NormalRecord], policy: Policy, made: list[Correction]) -> None:
    chosen = golden.choose(said, policy, held(made))
    for field in {each.field for each in made}:
        latest = max((each for each in made if each.field == field), key=lambda each: (each.at, each.person_id))
        assert (chosen.choices[field].value, chosen.choices[field].rule) == (latest.value, "correction")


@given(records(), policies(), MADE)
def test_every_value_that_anybody_says_is_kept_winning_or_losing(said: list[NormalRecord], policy: Policy, made: list[Correction]) -> None:
    chosen = golden.choose(said, policy, held(made))
    kept = {name: {each.value, *(value for value, _ in each.losing)} for name, each in chosen.choices.items()}
    for record in said:
        for name in (*PLAIN, "given_name", "family_name", "company_domain"):
            if value := getattr(record, name):
                assert value in kept[name]
        for name, value in record.custom.items():
            assert value in kept[f"custom:{name}"]
    for each in made:
        assert each.value is None or each.value in kept[each.field]
    for choice in chosen.choices.values():
        values = [value for value, _ in choice.losing]
        assert len(values) == len(set(values))
        assert choice.value not in values


@given(records(), policies())
def test_what_wins_is_what_a_record_says_and_by_a_rule_that_there_is(said: list[NormalRecord], policy: Policy) -> None:
    for name, choice in golden.choose(said, policy).choices.items():
        assert choice.source in said
        assert choice.rule in {*Criterion, "only", "alphabet"}
        # A half of a name goes with the other, and a company's name with its domain: the only one may be so among these alone.
        assert (choice.rule == "only") <= (name in {"full_name", "given_name", "family_name", "company_name"} or not choice.losing)


@given(policies())
def test_the_faults_of_rules_are_only_those_that_contradict(policy: Policy) -> None:
    wrong = list(faults(policy.fields, policy.sources))
    both = [group for group, its in policy.fields.items() if {Criterion.RECENT, Criterion.OLDEST} <= set(its)]
    trusting = [group for group, its in policy.fields.items() if Criterion.TRUSTED in its and not policy.sources]
    assert len(wrong) == len(both) + len(trusting)
