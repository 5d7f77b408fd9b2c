"""Names in scripts that can be written in Latin letters in many ways."""

import pytest

from services.dedupe.domain.linkage.comparing import OTHER_FAMILY, OTHER_GIVEN, SAME, compare
from services.dedupe.domain.linkage.resolving import LINK
from services.dedupe.domain.words import is_read_in_many_ways
from services.dedupe.models import first
from tests.linkage import described

YOSSI = "יוסי כהן"  # noqa: RUF001 - Hebrew letters are what is meant


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("محمد علي", True),
        (YOSSI, True),
        ("田中 太郎", True),
        ("たろう", True),
        ("José Müller", False),
        ("Марʼяна", False),
        ("Γιώργος", False),
        ("김민수", False),
    ],
)
def test_a_script_without_vowels_or_of_signs_is_read_in_many_ways(text: str, many: bool) -> None:
    assert is_read_in_many_ways(text) is many


@pytest.mark.parametrize(
    ("name", "in_latin", "address"),
    [
        ("محمد علي", "Mohammed Ali", "m.ali@acme.ae"),
        ("يوسف خليل", "Yousef Khalil", "ykh@gmail.com"),
        ("太郎 田中", "Taro Tanaka", "t.tanaka@acme.jp"),
        (YOSSI, "Yossi Cohen", "yossi@acme.co.il"),
    ],
)
def test_at_one_address_a_name_in_another_script_does_not_speak_against(name: str, in_latin: str, address: str) -> None:
    one, other = described(name, address), described(in_latin, address)
    assert compare(one, other)[:2] == compare(other, one)[:2] == (0, 0)
    assert first().score(one, other) >= LINK


def test_names_that_agree_in_two_scripts_count() -> None:
    one, other = described("小明 王", "xm.wang@acme.cn"), described("Xiaoming Wang", "xm.wang@acme.cn")
    assert compare(one, other)[:2] == (SAME, SAME)


def test_a_company_and_its_switchboard_do_not_make_one_of_two_whose_names_are_in_two_scripts() -> None:
    said = {"company_key": "acme", "phone": "+81312345678"}
    one, other = described("太郎 田中", **said), described("John Smith", **said)
    assert compare(one, other)[:2] == (OTHER_GIVEN, OTHER_FAMILY)
    assert first().score(one, other) < LINK


def test_in_one_script_names_that_are_different_speak_against() -> None:
    one, other = described("太郎 田中", "team.a@acme.jp"), described("一郎 鈴木", "team.a@acme.jp")
    assert first().score(one, other) < LINK
