"""Relatives and colleagues of one family name are two persons or a question, by what a new system knows of matching."""

from typing import Any

import msgspec
import pytest

from services.dedupe.domain.linkage import comparing, knowledge
from services.dedupe.domain.linkage.comparing import ADDRESS, ALIKE, EMPLOYER, FIELDS, OTHER_GIVEN, PHONE, SAME, VARIANT, first_names
from services.dedupe.domain.linkage.explaining import turns
from services.dedupe.domain.linkage.resolving import LINK
from services.dedupe.domain.linkage.traits import Traits
from services.dedupe.models import first
from tests.linkage import described

Said = dict[str, Any]
OFFICE, HOME = {"phone": "+49301234567"}, {"phone": "+420222333444"}
FAMILY_BOX = "novakovi@seznam.cz"


def job(title: str, linkedin: str | None = None) -> Said:
    return {"title": title, "linkedin": linkedin}


RELATIVES = [
    (("Paul Weber", "paul.weber@weber.de", {}), ("Paula Weber", "paula.weber@weber.de", {})),
    (("Paul Weber", "paul.weber@gmail.com", {}), ("Paula Weber", "paula.weber@gmail.com", {})),
    (("Paul Weber", "", OFFICE), ("Paula Weber", "", OFFICE)),
    (
        ("Mario Rossi", "mario.rossi@eni.it", job("Geologist", "mario-rossi-1a2b3c4d")),
        ("Maria Rossi", "maria.rossi@eni.it", job("Buyer", "maria-rossi-9f8e7d6c")),
    ),
    (("Mario Rossi", "mario.rossi@eni.it", {}), ("Maria Rossi", "maria.rossi@eni.it", {})),
    (("Marta Rossi", "marta.rossi@eni.it", {}), ("Maria Rossi", "maria.rossi@eni.it", {})),
    (("Andrea Fischer", "andrea.fischer@bosch.com", job("Buyer")), ("Andreas Fischer", "andreas.fischer@bosch.com", job("Engineer"))),
    (("Julia Schmidt", "julia.schmidt@bosch.com", {}), ("Julian Schmidt", "julian.schmidt@bosch.com", {})),
    (("Christian Schmidt", "christian.schmidt@bosch.com", {}), ("Christina Schmidt", "christina.schmidt@bosch.com", {})),
    (("Jan Novak", "jan.novak@skoda.cz", job("Buyer")), ("Jana Novak", "jana.novak@skoda.cz", job("Accountant"))),
    (("Emily Smith", "emily.smith@acme.com", OFFICE), ("David Smith", "david.smith@acme.com", OFFICE)),
    (("Emily Smith", "", {"company_key": "acme", **OFFICE}), ("David Smith", "", {"company_key": "acme", **OFFICE})),
    (("Anna Novak", "anna@novak.cz", OFFICE), ("Petr Novak", "petr@novak.cz", OFFICE)),
    (("Anna Novak", "firma@novak.cz", OFFICE), ("Petr Novak", "firma@novak.cz", OFFICE)),
    (("John Smith Jr.", "john@smith-sons.com", OFFICE), ("John Smith Sr.", "john.smith@smith-sons.com", OFFICE)),
    (("John Smith II", "", HOME), ("John Smith III", "", HOME)),
    (("Anna Novak", "", HOME), ("Petr Novak", "", HOME)),
    (("Anna Novak", FAMILY_BOX, {}), ("Petr Novak", FAMILY_BOX, {})),
    (("Anna Novak", "novakovi@gmail.com", HOME), ("Petr Novak", "novakovi@gmail.com", HOME)),
]
ONE_PERSON = [
    (("Jon Weber", "j.weber@acme.com", {}), ("John Weber", "j.weber@acme.com", {})),
    (("Kathrin Weber", "kathrin.weber@acme.com", {}), ("Katrin Weber", "katrin.weber@acme.com", {})),
    (("Kathrin Weber", "weber@gmail.com", {}), ("Katrin Weber", "weber@gmail.com", {})),
    (("Marta Lopes", "marta.lopes@acme.com", {}), ("Marta Lopes", "marta.lpes@acme.com", {})),
    (("Marta Lopes", "marta.lopes@acme.com", {}), ("Matra Lopes", "marta.lopes@acme.com", {})),
    (("Margaret Smith", "peggy.smith@acme.com", {}), ("Peggy Smith", "peggy.smith@acme.com", {})),
    (("B. Weber", "weber@acme.com", OFFICE), ("Robert Weber", "weber@acme.com", OFFICE)),
    (("Anna Schmidt", "anna77@gmail.com", {}), ("Anna Weber", "anna77@gmail.com", {})),
    (("John Smith", "john@smith-sons.com", {}), ("John Smith, Jr", "john.smith@smith-sons.com", {})),
    (("Carlos Souza Junior", "carlos.souza@acme.com", {}), ("Carlos Souza Jr.", "c.souza@acme.com", {})),
    (("Anna Schmidt", "anna.schmidt@acme.com", OFFICE), ("Anna Weber", "anna.weber@acme.com", OFFICE)),
    (("Anna Schmidt", "anna.schmidt@acme.com", HOME), ("Anna Schmidt", "a.schmidt@gmail.com", HOME)),
]
Pair = tuple[tuple[str, str, Said], tuple[str, str, Said]]


def both(pair: Pair) -> tuple[Traits, Traits]:
    (one, address, more), (other, others, of_other) = pair
    return described(one, address, **more), described(other, others, **of_other)


@pytest.mark.parametrize("pair", RELATIVES, ids=lambda pair: f"{pair[0][:2]} {pair[1][:2]}")
def test_relatives_and_colleagues_of_one_family_name_are_not_put_together(pair: Pair) -> None:
    assert first().score(*both(pair)) < LINK


@pytest.mark.parametrize("pair", ONE_PERSON, ids=lambda pair: f"{pair[0][:2]} {pair[1][:2]}")
def test_one_person_is_known_in_spite_of_slips_pet_names_and_changes(pair: Pair) -> None:
    assert first().score(*both(pair)) >= LINK


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("paul", "paula", OTHER_GIVEN),
        ("mario", "maria", OTHER_GIVEN),
        ("andrea", "andreas", OTHER_GIVEN),
        ("stefan", "stefanie", OTHER_GIVEN),
        ("alexander", "alexandra", OTHER_GIVEN),
        ("eric", "erik", VARIANT),
        ("marta", "matra", VARIANT),
        ("kat", "katharina", ALIKE),
    ],
)
def test_names_that_end_otherwise_are_two(one: str, other: str, level: int) -> None:
    assert first_names(one, other) == first_names(other, one) == level


def test_a_name_that_stands_in_an_address_is_no_slip() -> None:
    marta, maria = described("Marta Lopes", "marta.lopes@acme.com"), described("Maria Lopes", "maria.lopes@acme.com")
    assert comparing.names(marta, maria) == (OTHER_GIVEN, SAME)
    assert comparing.names(marta, described("Maria Lopes", "m.lopes@acme.com")) == (VARIANT, SAME)
    assert described("Marta Lopes", "lopesmarta7@gmail.com").spelt
    assert not described("Anna Lopes", "hanna.lopes@acme.com").spelt


def test_what_relatives_share_is_told_and_worth_nothing() -> None:
    anna, petr = described("Anna Novak", "firma@novak.cz", **OFFICE), described("Petr Novak", "firma@novak.cz", **OFFICE)
    bars = {bar.field: bar for bar in first().explain(anna, petr)}
    for field in (EMPLOYER, comparing.at_one_employer(ADDRESS), comparing.at_one_employer(PHONE)):
        assert (bars[field.name].level, bars[field.name].bits) == (comparing.OF_RELATIVES, 0)
    offered = turns(first().model, anna, petr, LINK)
    assert not {turn.field for turn in offered} & {field.name for field in (ADDRESS, PHONE, *FIELDS[8:10])}
    assert comparing.OF_RELATIVES not in {turn.if_it_were for turn in offered}


def test_what_was_learned_before_relatives_had_a_level_can_be_read() -> None:
    stored = msgspec.json.decode(knowledge.write(first()))
    stored["bits"] = [bits[: 1 + field.told] for field, bits in zip(FIELDS, stored["bits"], strict=True)]
    assert knowledge.read(msgspec.json.encode(stored)) == first()
