"""Whose name stands in an address."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from schemas.provenance import ANOTHERS, CORRECTION
from services.dedupe.domain import golden
from services.dedupe.domain.corrections import Correction
from services.dedupe.domain.whose import Bearer
from tests.linkage import record

JEAN = {"given_name": "Jean", "family_name": "Rochevert"}


@pytest.mark.parametrize(
    ("given", "family", "address"),
    [
        ("Jean", "Rochevert", "anjali.singh@acme.com"),
        ("Jean", "Rochevert", "anjali_singh2+crm@acme.com"),
        ("Ruth", "Davis", "alice-green@acme.com"),
    ],
)
def test_two_names_that_are_not_like_theirs_are_somebody_elses(given: str, family: str, address: str) -> None:
    assert Bearer([given], [family]).is_not_named_in(address)


@pytest.mark.parametrize(
    ("given", "family", "address"),
    [
        ("Jean", "Rochevert", "jean.rochevert@acme.com"),
        ("Jean", "Rochevert", "rochevert.j@acme.com"),
        ("Jean", "Rochevert", "sales@acme.com"),
        ("Jean", "Rochevert", "asingh@acme.com"),
        ("Ann", "Smith", "ann.miller@acme.com"),
        ("Margaret", "Smith", "peggy.miller@acme.com"),
        ("José", "García Márquez", "jose.marquez@acme.com"),
        ("Jürgen", "Müller", "juergen.mueller@acme.com"),
        ("Maria", "Schmitd", "mraia.schmidt@acme.com"),
        ("J.", "Lee", "john.stone@acme.com"),
        ("Aikaterini", None, "katerina.dimitriou@acme.com"),
        (None, "Rochevert", "anjali.singh@acme.com"),
        ("太郎", "田中", "taro.tanaka@acme.com"),
        ("Олена", "Шевченко", "helen.chevtchenko@acme.com"),
        ("Jean-Luc", "de la Tour", "luc.tour@acme.com"),
    ],
)
def test_what_may_be_theirs_or_is_no_two_names_is_not(given: str | None, family: str | None, address: str) -> None:
    assert not Bearer([given], [family]).is_not_named_in(address)


def test_any_name_that_was_ever_theirs_counts() -> None:
    assert not Bearer(["Ann", None, "Ann"], ["Smith", "Miller"]).is_not_named_in("a.x.miller@acme.com")
    assert not Bearer(["Ann", "Bob"], ["Smith", "Miller"]).is_not_named_in("xyzzy.miller@acme.com")


def test_an_address_of_somebody_else_never_wins_and_is_kept_as_losing() -> None:
    wrong, right = record(**JEAN, emails=("anjali.singh@acme.com",)), record(**JEAN, emails=("j.rochevert@acme.com",))
    both = golden.choose([wrong, wrong, right])
    assert both.details.work_email == "j.rochevert@acme.com"
    assert both.choices["work_email"].losing == (("anjali.singh@acme.com", wrong),)
    alone = golden.choose([wrong])
    assert (alone.details.work_email, alone.details.email) == (None, None)
    assert (alone.choices["work_email"].rule, alone.choices["work_email"].losing) == (ANOTHERS, (("anjali.singh@acme.com", wrong),))
    private = golden.choose([record(**JEAN, emails=("hans.meier@gmail.com",))])
    assert private.details.private_email is None


def correction(field: str, value: str) -> Correction:
    return Correction(UUID(int=1), field, value, "user:1", datetime(2026, 1, 1, tzinfo=UTC))


def test_who_says_that_it_is_theirs_is_believed() -> None:
    wrong = record(**JEAN, emails=("anjali.singh@acme.com",))
    stated = golden.choose([wrong], corrections={"work_email": (correction("work_email", "anjali.singh@acme.com"),)})
    assert (stated.details.work_email, stated.choices["work_email"].rule) == ("anjali.singh@acme.com", CORRECTION)
    named = {"given_name": (correction("given_name", "Anjali"),), "family_name": (correction("family_name", "Singh"),)}
    assert golden.choose([wrong], corrections=named).details.work_email == "anjali.singh@acme.com"
