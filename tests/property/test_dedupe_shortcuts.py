"""What is usual is read without the libraries that read what is not; both say the same."""

from cleanco import basename
from cleanco.clean import get_unique_terms
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st
from nameparser import HumanName

from services.dedupe.domain import addresses, names

ODD = sorted(names.PARTS | names.OWN_CAPITALS)
WORDS = st.sampled_from(["Anna", "GRABOWSKA", "lotte", "O'Connor", "Jean-Luc", "Žižek", "McDonald", "macy", "Li", "R.", "k", "李", *ODD])
FORMS = st.sampled_from(sorted(get_unique_terms()))
COMPANY = st.sampled_from(["Acme", "Müller & Söhne", "co", "B-A", "A.G.", ")", ",", "(Holding)", "x"])
PART = st.text("ab1.-_+ß' ", max_size=8)


@given(st.lists(WORDS, min_size=1, max_size=4), st.sampled_from([" ", ", "]))
def test_names_are_halved_as_nameparser_halves_them(words: list[str], joint: str) -> None:
    full = joint.join(words)
    parsed = HumanName(full)
    assert names.halves(full) == (" ".join(part for part in (parsed.first, parsed.middle) if part), parsed.last)


@given(WORDS, st.sampled_from([str.upper, str.lower]))
def test_names_get_the_capitals_that_nameparser_gives_them(word: str, cased: object) -> None:
    text = cased(word) if callable(cased) else word
    if text != text.strip(" ,.;") or not (text.isupper() or text.islower()):
        return
    parsed = HumanName(last=text)
    parsed.capitalize(force=True)
    assert names.shown(text) == (parsed.last or text)


@given(st.lists(COMPANY | FORMS, min_size=1, max_size=5))
@example(["Acme", "GmbH", "&", "Co.", "KG"])
def test_legal_forms_go_as_cleanco_takes_them(words: list[str]) -> None:
    name = " ".join(words)
    assert names.without_form(name) == basename(name)


@given(PART, st.lists(PART, min_size=1, max_size=3), st.sampled_from(["com", "c", "co1", "de", "", *SPECIAL_USE_DOMAIN_NAMES]))
@example("ann", ["b" * 64], "com")
@example("a" * 65, ["acme"], "com")
@example("ann", ["xn--bcher-kva"], "ch")
@example("\N{KELVIN SIGN}arl", ["acme"], "com")
def test_addresses_are_read_as_email_validator_reads_them(local: str, domain: list[str], last: str) -> None:
    raw = f"{local}@{'.'.join([*domain, last])}"
    try:
        said = validate_email(raw.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        said = None
    assert addresses.email(raw) == said
