"""Record linkage rule by rule: what is compared, how it agrees, and who is put together."""

from dataclasses import replace

import msgspec
import pytest

from services.dedupe.domain.linkage import extras
from services.dedupe.domain.linkage.blocking import keys_of
from services.dedupe.domain.linkage.clustering import cluster
from services.dedupe.domain.linkage.comparing import (
    ANOTHER,
    ANOTHER_FREE,
    BESIDE,
    BOTH_FREE,
    FIELDS,
    INITIAL,
    MISSPELT,
    NUMBERED,
    OTHER_FAMILY,
    OTHER_GIVEN,
    PLACE,
    SAME,
    SAME_ADDRESS,
    VARIANT,
    compare,
    fields_of,
    names,
    places,
)
from services.dedupe.domain.linkage.counts import Counts, counts_of
from services.dedupe.domain.linkage.employers import with_employers
from services.dedupe.domain.linkage.learning import by_chance
from services.dedupe.domain.linkage.lexicon import Lexicon
from services.dedupe.domain.linkage.model import Frequencies, Model, namesakes
from services.dedupe.domain.linkage.quality import b_cubed, pairwise
from services.dedupe.domain.linkage.resolving import resolve
from services.dedupe.domain.linkage.spelling import skeleton
from services.dedupe.domain.linkage.traits import Traits, mailbox_of, phone_digits, traits_of
from services.dedupe.domain.record import NormalRecord
from services.dedupe.domain.words import plain
from tests.linkage import of_names, record, somebody

SAME_COUNTRY = 2
GIVEN_NAMES = ("Ann", "Robert", "Wilhelmina", "Xaver", "Kim", "Olga", "Hugo", "Pia", "Zoltan", "Dora")


@pytest.mark.parametrize(
    ("one", "other"), [("muller", "mueller"), ("tiago", "thiago"), ("philipp", "filip"), ("fischer", "fisher"), ("schmidt", "shmidt")]
)
def test_spellings_of_one_name_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other", "levels"),
    [
        (("Bill", "Miller"), ("William", "Miller"), (VARIANT, SAME)),
        (("W.", "Miller"), ("William", "Miller"), (INITIAL, SAME)),
        (("W.", "Miller"), ("W.", "Miller"), (INITIAL, SAME)),
        (("Karl-Heinz", "Miller"), ("Karlheinz", "Miller"), (VARIANT, SAME)),
        (("Hui", "He"), ("He", "Hui"), (VARIANT, VARIANT)),
        (("Tom", "Jung"), ("Jung", "Thomas"), (VARIANT, VARIANT)),
        (("Иван", "Петров"), ("Ivan", "Petrov"), (SAME, SAME)),
        (("Юлия", "Щербакова"), ("Julia", "Shcherbakova"), (VARIANT, SAME)),
        (("Γιώργος", "Παπαδόπουλος"), ("Giorgos", "Papadopoulos"), (SAME, VARIANT)),
        (("王", "小明"), ("Wang", "Xiaoming"), (SAME, SAME)),
        (("Tom", "Jung"), ("Jung", "Andreas"), (OTHER_GIVEN, OTHER_FAMILY)),
        (("Anna", "Lacerda"), ("Anna", "Lacedra"), (SAME, VARIANT)),
        (("Ann", "Meyer-Schulze"), ("Ann", "Schulze"), (SAME, VARIANT)),
        (("Amit", "Sharma"), ("Priya", "Sharma"), (OTHER_GIVEN, SAME)),
        (("Ann", "Smith"), ("Ann", "Jones"), (SAME, OTHER_FAMILY)),
    ],
)
def test_names_agree_by_level(one: tuple[str, str], other: tuple[str, str], levels: tuple[int, int]) -> None:
    mine, theirs = (somebody(given_name=given, family_name=family) for given, family in (one, other))
    assert names(mine, theirs) == names(theirs, mine) == levels


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("j.o.smith+crm@gmail.com", "josmith@googlemail.com", SAME_ADDRESS),
        ("ming.cao@mail.acme.com", "ming.cao@acme.com", SAME_ADDRESS),
        ("ann@hotmial.com", "ann@hotmail.com", SAME_ADDRESS),
        ("marta.lopes@acme.com", "marta.lpes@acme.com", MISSPELT),
        ("p.sharma@acme.com", "a.sharma@acme.com", BESIDE),
        ("kingsman@acme.com", "kingsman2@acme.com", NUMBERED),
        ("4711@acme.com", "4712@acme.com", BESIDE),
        ("ann.smith@hotmail.com", "annsmith@hotmail.com", BOTH_FREE),
        ("ann@acme.com", "ann@gmail.com", ANOTHER_FREE),
        ("ann@acme.com", "bob@other.com", ANOTHER),
    ],
)
def test_addresses_agree_by_level(one: str, other: str, level: int) -> None:
    found = compare(somebody(emails=(one,)), somebody(emails=(other,)))
    assert max(found[4], found[8]) == level


def test_a_phone_is_compared_by_its_last_digits_without_country_or_extension() -> None:
    assert phone_digits("+49 (0)30 1234567") == phone_digits("030 1234567 ext. 12") == phone_digits("+49301234567")
    assert phone_digits("4711") == ""


def test_a_mistyped_provider_is_no_company() -> None:
    assert mailbox_of("ann@gmial.com").free
    assert somebody(emails=("ann@hotmial.com",), company_domain="hotmial.com").domains == frozenset()
    assert not mailbox_of("ann@gmail-tools.com").free


def test_that_two_share_a_country_says_less_where_names_go_by_countries() -> None:
    def people(country: str, families: tuple[str, ...]) -> list[Traits]:
        return [somebody(given_name=given, family_name=family, country=country) for family in families for given in GIVEN_NAMES]

    records = people("PL", ("Nowak", "Kowalski")) + people("IT", ("Rossi", "Bianchi"))
    chance = by_chance(records, FIELDS)[FIELDS.index(PLACE)]
    everybody = [places(one, other) for one in records for other in records if one is not other]
    assert chance[SAME_COUNTRY] > everybody.count(SAME_COUNTRY) / len(everybody) + 0.2


def test_a_full_name_that_many_bear_says_less_than_its_halves() -> None:
    ann = somebody(given_name="Ann", family_name="Smith")
    lexicon = Lexicon(counts_of(["an"] * 3 + ["bob"] * 97), counts_of(["smith"] * 3 + ["jones"] * 97))
    levels = (SAME, SAME, *[0] * (len(FIELDS) - 2))
    alone = Frequencies(lexicon, counts_of([]))
    borne = replace(alone, bearers=counts_of([ann.full_name] * 40 + ["bob jones"] * 60))
    rare = replace(alone, bearers=counts_of([ann.full_name] + ["bob jones"] * 99))
    assert borne.rarity(ann, ann, levels) < alone.rarity(ann, ann, levels) == rare.rarity(ann, ann, levels)
    bars = Model(-5.0, [[0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]] * len(FIELDS), borne).explain(ann, ann, levels)
    assert bars[-1].field == "full name"
    assert bars[-1].bits < 0


def test_a_name_that_two_bear_at_one_company_does_not_say_which_of_them_it_is() -> None:
    [ann] = with_employers([somebody(given_name="Ann", family_name="Smith", company_domain="acme.com")])
    lexicon = Lexicon(counts_of(["an"] + ["bob"] * 99), counts_of(["smith"] + ["jones"] * 99))
    levels = (SAME, SAME, 0, SAME, *[0] * (len(FIELDS) - 4))
    alone = Frequencies(lexicon, counts_of(["acme.com"] * 2 + ["other.de"] * 98), counts_of([ann.full_name]))
    named = f"{ann.full_name} acme.com"
    one, two = (replace(alone, colleagues=Counts({named: times}, 1_000_000)) for times in (1, 2))
    assert two.rarity(ann, ann, levels) < one.rarity(ann, ann, levels) == alone.rarity(ann, ann, levels)


def test_a_number_in_an_address_says_that_another_has_the_name() -> None:
    ann = somebody(given_name="Ann", family_name="Smith", emails=("ann.smith2@acme.com",))
    assert namesakes(ann) == 2
    assert namesakes(msgspec.structs.replace(ann, mailboxes=(mailbox_of("ann.smith@acme.com"), mailbox_of("ann.smith2@gmail.com")))) == 0
    frequencies = Frequencies(of_names("Ann Smith", "Bob Jones"), counts_of([]))
    levels = [SAME, SAME, *[0] * (len(FIELDS) - 2)]
    assert frequencies.rarity(ann, ann, tuple(levels)) > 0
    levels[8] = NUMBERED
    assert frequencies.rarity(ann, ann, tuple(levels)) == 0
    bars = Model(0.0, [[0.0] * 9] * len(FIELDS), frequencies).explain(ann, ann, tuple(levels))
    assert bars[-1].level == "borne by another, as the address's number says"


def test_names_that_are_swapped_share_a_key() -> None:
    one, other = somebody(given_name="Mary", family_name="Kelley"), somebody(given_name="Kelley", family_name="Mary")
    assert {key for key in keys_of(one) & keys_of(other) if key.startswith("name:")}


def members(*more: dict[str, str]) -> list[NormalRecord]:
    """Records of 40 persons, and these, without their family names."""
    said = [
        {"born": f"{1950 + number * 37 % 50}0{number % 9}17", "member": f"A{number * 7919}", "status": "active"} for number in range(40)
    ]
    families = [f"{first}{second}rson" for first in "ABDEFGKL" for second in "aeiou"]
    people = [(family, each) for family, each in zip(families, said, strict=True)] + [(None, each) for each in more]
    return [record(given_name="Ann", family_name=family, custom=each) for family, each in people]


def test_a_sources_own_field_is_compared_if_it_tells_people_apart() -> None:
    again = {"Born": "19500017", "member": "A400000", "status": "active", "said": "one of a kind"}
    found = extras.with_extras([traits_of(each) for each in members(again)])
    assert [name for name, _ in found[0].extras] == ["born"]
    assert found[-1].extras == (("born", "19500017"),)
    assert "extra:born:19500017" in keys_of(found[0]) & keys_of(found[-1])
    assert len(fields_of(found[0])) == len(FIELDS) + 2
    assert compare(found[0], found[-1])[len(FIELDS) :] == (extras.SAME, 0)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("19500317", "19500317", extras.SAME),
        ("19500317", "19500371", extras.CLOSE),
        ("larpent street", "larpentstreeet", extras.CLOSE),
        ("12", "13", extras.DIFFERENT),
        ("", "12", 0),
    ],
)
def test_sources_own_fields_agree_by_level(one: str, other: str, level: int) -> None:
    assert extras.level(one, other) == extras.level(other, one) == level


def test_records_are_one_person_by_a_sources_own_fields() -> None:
    known = members()
    again = members(*(dict(each.custom) for each in known[:20]))
    found = resolve(again)
    assert found.persons == [*range(40), *range(20)]
    bars = found.model.explain(found.records[0], found.records[40], found.compared[0, 40])
    assert {"born", "member"} <= {bar.field for bar in bars}


def test_a_chain_of_links_does_not_make_one_person_of_two() -> None:
    scores = {(0, 1): 12.0, (2, 3): 12.0, (1, 2): 4.0}
    assert cluster(4, scores, lambda _: -15.0, link=2.0, together=3.0) == [0, 0, 2, 2]
    assert cluster(4, scores, lambda _: 5.0, link=2.0, together=3.0) == [0, 0, 0, 0]


def test_quality_counts_pairs_and_rows() -> None:
    # True: a a a, b; found: 1 1 2, 2.
    rows = [("a", 1), ("a", 1), ("a", 2), ("b", 2)]
    assert (pairwise(rows).precision, pairwise(rows).recall) == (1 / 2, 1 / 3)
    assert b_cubed(rows).precision == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)
    assert b_cubed(rows).recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert pairwise([("a", 1), ("b", 2)]).f1 == 1


def test_fields_that_are_not_chosen_are_not_compared() -> None:
    one, other = somebody(given_name="Ann", custom={"born": "19500317"}), somebody(given_name="Ann")
    assert len(compare(one, other)) == len(FIELDS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CEO 🚀", "ceo"),
        ("«Ромашка»", "romashka"),
        ("Ærøskøbing", "aeroskobing"),
        ("김민수", "gimminsu"),
        ("D'Angelo & Söhne", "d angelo and sohne"),
    ],
)
def test_words_are_compared_in_latin_letters_without_signs(text: str, words: str) -> None:
    assert plain(text) == words
