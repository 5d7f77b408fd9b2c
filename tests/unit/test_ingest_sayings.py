"""What is left of a record when one of the imports that speak of it is undone."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.sayings import Fate, Left, Saying, without

ONE, TWO, THREE, FOUR = (UUID(int=number) for number in range(1, 5))


def says(import_id: UUID, digest: str, line: int = 2) -> Saying:
    return Saying(import_id, line, digest, dated=False)


def test_what_only_the_undone_import_said_is_gone_and_forgotten() -> None:
    assert without([says(ONE, "a"), says(ONE, "b", 3)], ONE) == Left(Fate.GONE, None, ("a", "b"))


def test_the_earlier_version_stands_again() -> None:
    assert without([says(ONE, "a"), says(TWO, "b")], TWO) == Left(Fate.BACK, says(ONE, "a"), ("b",))


def test_what_a_later_import_says_stays_and_the_undone_one_is_forgotten() -> None:
    assert without([says(ONE, "a"), says(TWO, "b")], ONE) == Left(Fate.STAYED, says(TWO, "b"), ("a",))


def test_what_another_import_says_too_stays_by_the_first_that_says_so() -> None:
    same = [says(ONE, "a"), says(TWO, "a"), says(THREE, "a")]
    assert without(same, ONE) == Left(Fate.STAYED, says(TWO, "a"), ())
    assert without(same, THREE) == Left(Fate.STAYED, says(ONE, "a"), ())
    assert without([says(ONE, "a"), says(TWO, "b"), says(THREE, "a"), says(FOUR, "a")], FOUR).stands == says(THREE, "a")


def test_nothing_goes_back_to_an_import_that_is_being_undone_too() -> None:
    assert without([says(ONE, "a"), says(TWO, "b"), says(THREE, "c")], THREE, {THREE, TWO}).stands == says(ONE, "a")
    assert without([says(ONE, "a"), says(TWO, "b")], TWO, {ONE, TWO}) == Left(Fate.GONE, None, ("b",))


sayings = st.lists(st.builds(says, st.sampled_from([ONE, TWO, THREE]), st.sampled_from("abc")), min_size=1)


@given(sayings, st.permutations([ONE, TWO, THREE]))
def test_imports_may_be_undone_in_any_order_until_nothing_is_left(said: list[Saying], order: list[UUID]) -> None:
    for import_id in order:
        if any(each.import_id == import_id for each in said):
            left = without(said, import_id)
            said = [each for each in said if each.import_id != import_id]
            assert (left.stands and left.stands.digest) == (said[-1].digest if said else None)
            assert not set(left.forgotten) & {each.digest for each in said}
    assert said == []
