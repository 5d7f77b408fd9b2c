"""What names an address shows, and other words for a name or a title that records teach."""

import msgspec
import pytest

from services.dedupe.domain.linkage import petnames, posts
from services.dedupe.domain.linkage.blocking import keys_of
from services.dedupe.domain.linkage.comparing import OTHER_FAMILY, SAME, VARIANT, compare
from services.dedupe.domain.linkage.spelling import skeleton
from services.dedupe.domain.linkage.traits import Traits, title_words
from tests.linkage import of_names, somebody


@pytest.mark.parametrize(
    ("local", "stated", "parts"),
    [
        ("maria.serrano", "", ("maria", "serrano")),
        ("serrano.maria", "", ("maria", "serrano")),
        ("mserrano", "", ("m", "serrano")),
        ("serranom7", "", ("m", "serrano")),
        ("mariaserrano83", "", ("maria", "serrano")),
        ("maria4711", "", ("maria", "")),
        ("peggyserrano", "margaret", ("peggy", "serrano")),
        ("", "", ("", "")),
        ("1234", "", ("", "")),
    ],
)
def test_an_address_shows_the_names_in_it(local: str, stated: str, parts: tuple[str, str]) -> None:
    known = of_names("Maria Serrano", "Maria Lopez", "Peggy Jones", "Ann Serrano")
    assert known.read(local, stated) == parts


def test_names_are_completed_from_address_and_profile_but_never_replaced() -> None:
    known = of_names("Maria Serrano", "Ann Jones")
    assert known.complete(somebody(given_name="Maria", emails=("maria.serrano@acme.com",))).family == "serrano"
    assert known.complete(somebody(given_name="Maria", family_name="S.", emails=("m.serrano@acme.com",))).family == "serrano"
    assert known.complete(somebody(linkedin="ann-jones-5f471857")).family == "jones"
    assert known.complete(somebody(given_name="Ann", family_name="Jones", emails=("maria.serrano@acme.com",))).family == "jones"


def test_a_second_family_name_in_an_address_is_read_and_agrees() -> None:
    lexicon = of_names("Ann Smith", "Bob Miller")
    both = lexicon.complete(somebody(given_name="Ann", family_name="Smith", emails=("ann.miller@acme.com",)))
    before = lexicon.complete(somebody(given_name="Ann", family_name="Miller"))
    assert both.once == {skeleton("miller")}
    assert compare(both, before)[:2] == (SAME, VARIANT)
    assert not keys_of(both).isdisjoint(keys_of(before))
    assert compare(lexicon.complete(somebody(given_name="Ann", family_name="Smith")), before)[1] == OTHER_FAMILY


def test_an_initial_is_written_out_where_the_address_has_it_in_full() -> None:
    lexicon = of_names("Ann Smith")
    assert lexicon.complete(somebody(given_name="A.", family_name="Smith", emails=("ann.smith@acme.com",))).given == "ann"
    assert lexicon.complete(somebody(given_name="A.", family_name="Smith", emails=("bob.smith@acme.com",))).given == "a"


def test_an_initial_in_the_place_of_the_family_name_may_be_a_middle_names() -> None:
    lexicon = of_names("Birgit Huber", "Ann Jones")
    assert lexicon.complete(somebody(given_name="Birgit", family_name="F.", emails=("birgit.huber@acme.com",))).family == "huber"
    assert lexicon.complete(somebody(given_name="Birgit", family_name="F.", emails=("b.huber@acme.com",))).family == "huber"
    assert lexicon.complete(somebody(given_name="Birgit", family_name="F.", emails=("ann.jones@acme.com",))).family == "f"


def test_names_that_stand_in_each_others_place_are_put_in_their_own_if_that_is_clear() -> None:
    lexicon = of_names(*["Andrzej Nowak"] * 4, "Nowak Andrzej", "Maria Brzedecki", "Karin Thomas", "Thomas Karin")
    turned = lexicon.complete(somebody(given_name="Brzedecki", family_name="Andrzej"))
    assert (turned.given, turned.family) == ("andrzej", "brzedecki")
    unclear = lexicon.complete(somebody(given_name="Thomas", family_name="Karin"))
    assert (unclear.given, unclear.family) == ("thomas", "karin")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (("Weber", "T."), ("t", "weber")),
        (("Weber", "Xaverius"), ("xaverius", "weber")),
        (("Thomas", "W."), ("thomas", "w")),
        (("Taylor", "B."), ("taylor", "b")),
    ],
)
def test_one_clear_family_name_says_the_order_where_the_other_name_says_nothing(written: tuple[str, str], meant: tuple[str, str]) -> None:
    lexicon = of_names(*["Thomas Weber"] * 11, *["Jo Taylor"] * 11, *["Taylor Smith"] * 2)
    found = lexicon.complete(somebody(given_name=written[0], family_name=written[1]))
    assert (found.given, found.family) == meant


def test_pet_names_are_learned_from_two_families_and_not_from_one() -> None:
    def family(name: str, givens: tuple[str, str]) -> list[Traits]:
        return [somebody(given_name=given, family_name=name, emails=(f"{name}@acme.com",)) for given in givens]

    records = family("Kowalska", ("Katarzyna", "Kasia")) + family("Nowak", ("Kasia", "Katarzyna")) + family("Smith", ("Joe", "Ann"))
    compared = {(at, at + 1): compare(records[at], records[at + 1]) for at in (0, 2, 4)}
    found = petnames.learned(records, compared)
    assert found == {skeleton("katarzyna"): {skeleton("kasia")}, skeleton("kasia"): {skeleton("katarzyna")}}
    knowing = petnames.told(records, found)
    assert petnames.compared_again(knowing, compared)[0, 1][0] == VARIANT


def employed(at: str, name: str, title: str) -> Traits:
    return msgspec.structs.replace(
        somebody(given_name="Kim", family_name=name, title=title, linkedin=f"kim-{name}"), employers=frozenset({at})
    )


@pytest.mark.parametrize(("people", "known"), [(posts.PEOPLE, True), (posts.PEOPLE - 1, False)])
def test_other_words_for_a_title_are_learned_from_several_people_at_their_companies(people: int, known: bool) -> None:
    families = ("Abbott", "Bishop", "Carver", "Dawson")[:people]
    short, full, promoted = "CSM", "Customer Success Manager", "Head of Sales"
    records = [employed("acme.com", family, title) for family in families for title in (short, full)]
    records += [employed("acme.com", "Eklund", title) for title in (full, promoted)]
    compared = {(at, at + 1): compare(records[at], records[at + 1]) for at in range(0, len(records), 2)}
    found = posts.learned(records, compared)
    assert found == ({title_words(short): {title_words(full)}, title_words(full): {title_words(short)}} if known else {})
    knowing = posts.told(records, found)
    assert (posts.compared_again(knowing, compared)[0, 1][-1] == SAME) is known
