"""Which column is which data field: by its name in many languages, and by what stands in it."""

import pytest

from schemas.fields import DataField, is_field
from services.ingest.domain.columns import NAMES
from services.ingest.domain.mapping import faults_of, propose
from services.ingest.domain.values import plain

ENGLISH = ("Record ID", "First Name", "Last Name", "Email", "Phone Number", "Mobile Phone Number", "Company Name", "Website URL", "City")
GERMAN = ("Kundennummer", "Vorname", "Name", "Funktion", "E-Mail-Adresse", "Telefon", "Firma", "Ort", "Land", "Geändert am")
FRENCH = ("Identifiant", "Prénom", "Nom", "Fonction", "Courriel", "Téléphone", "Société", "Ville", "Pays", "Modifié le")
SPANISH = ("Código", "Nombre", "Apellidos", "Cargo", "Correo electrónico", "Teléfono móvil", "Empresa", "Ciudad", "País", "Fecha de alta")

RUSSIAN = ("Имя", "Фамилия", "Должность", "Электронная почта", "Телефон", "Мобильный", "Компания", "Сайт", "Город", "Страна")
UKRAINIAN = ("Ім'я", "Прізвище", "Посада", "Пошта", "Місто", "Країна")
GREEK = ("Όνομα", "Επώνυμο", "Θέση", "Τηλέφωνο", "Κινητό", "Εταιρεία", "Πόλη", "Χώρα")
CHINESE = ("姓名", "职位", "邮箱", "手机", "公司", "城市", "国家")


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        (ENGLISH, "row_id given_name family_name email phone mobile company_name company_website city"),
        (GERMAN, "row_id given_name family_name title email phone company_name city country updated_at"),
        (FRENCH, "row_id given_name family_name title email phone company_name city country updated_at"),
        (SPANISH, "row_id given_name family_name title email mobile company_name city country updated_at"),
        (RUSSIAN, "given_name family_name title email phone mobile company_name company_website city country"),
        (UKRAINIAN, "given_name family_name title email city country"),
        (GREEK, "given_name family_name title phone mobile company_name city country"),
        (CHINESE, "full_name title email mobile company_name city country"),
    ],
)
def test_columns_are_known_by_their_names_in_many_languages(columns: tuple[str, ...], fields: str) -> None:
    assert list(propose(columns, []).values()) == fields.split()


def test_a_column_is_known_by_what_stands_in_it() -> None:
    columns = ("A", "B", "C", "D", "Link")
    rows = [[f"ann{n}@acme.com", f"+49 40 12345{n}", f"www.acme{n}.com", "hello", f"https://linkedin.com/in/ann-{n}"] for n in range(5)]
    assert propose(columns, rows) == {
        "A": "email", "B": "phone", "C": "company_website", "D": "custom:D", "Link": "linkedin",
    }  # fmt: skip


def test_dates_and_plain_numbers_are_no_phones() -> None:
    rows = [[f"01/{n + 10}/2025", f"2025-01-{n + 10}", str(10_000_000 + n), f"555-010{n}-22"] for n in range(5)]
    assert list(propose(("A", "B", "C", "D"), rows).values()) == ["custom:A", "custom:B", "custom:C", "phone"]


def test_what_stands_in_a_column_outweighs_a_name_that_it_belies() -> None:
    rows = [["see notes", f"https://www.linkedin.com/in/ann-{n}"] for n in range(5)]
    assert propose(("Email", "Website"), rows) == {"Email": "custom:Email", "Website": "linkedin"}


def test_a_second_address_becomes_the_next_field_of_its_kind() -> None:
    assert propose(("Email", "E-Mail", "Mail"), []) == {"Email": "email", "E-Mail": "work_email", "Mail": "private_email"}


def test_the_name_beside_a_given_name_is_the_family_name() -> None:
    assert propose(("Name",), [])["Name"] == "full_name"
    assert propose(("Vorname", "Name"), [])["Name"] == "family_name"
    assert propose(("Nombre", "Apellidos"), [])["Nombre"] == "given_name"


def test_a_column_of_ids_is_the_row_id_if_each_row_has_its_own() -> None:
    rows = [[str(7 * n), "acme"] for n in range(20)]
    assert propose(("Scrape No", "Company ID"), rows) == {"Scrape No": "row_id", "Company ID": "custom:Company ID"}
    same = [["7", "acme"] for _ in range(20)]
    assert propose(("Scrape No", "Company ID"), same)["Scrape No"] == "custom:Scrape No"


@pytest.mark.parametrize("column", ["Nr.", "No", "Lfd. Nr.", "Kontakt-Nummer"])
def test_the_number_of_a_row_in_its_file_is_no_id(column: str) -> None:
    columns = (column, "Name", "E-Mail")
    counted = [[f"{n}.", f"Ann Lee {n}", f"ann{n}@acme.com"] for n in range(1, 20)]
    assert propose(columns, counted)[column] == f"custom:{column}"
    known = [[str(4711 - 3 * n), f"Ann Lee {n}", f"ann{n}@acme.com"] for n in range(1, 20)]
    assert propose(columns, known)[column] == "row_id"
    assert propose(("ID", "Name", "E-Mail"), counted)["ID"] == "row_id"


def test_ids_that_many_rows_share_are_not_the_rows_own() -> None:
    people = [[str(n // 4), f"Ann{n}", f"ann{n}@acme.com"] for n in range(20)]
    assert propose(("ID", "Name", "E-Mail"), people)["ID"] == "custom:ID"
    # Of a few rows, two may well be of one person.
    assert propose(("ID", "Name", "E-Mail"), people[:4])["ID"] == "row_id"


def test_every_known_name_stands_for_one_field_and_is_written_as_it_is_compared() -> None:
    names = [name for known in NAMES.values() for name in known]
    assert len(names) == len(set(names))
    assert [name for name in names if plain(name) != name] == []


@pytest.mark.parametrize(
    ("mapping", "fault"),
    [
        ({"Mail": "email", "Post": "email"}, "more than one column"),
        ({"Mail": "e-mail"}, "is no data field"),
        ({"Nope": "email"}, "has no column"),
        ({}, "no column is mapped"),
        ({"Mail": "custom:"}, "is no data field"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(mapping: dict[str, str], fault: str) -> None:
    [said] = faults_of(mapping, ("Mail", "Post"))
    assert fault in said


def test_a_mapping_may_leave_columns_out_and_keep_custom_ones() -> None:
    assert faults_of({"Mail": "email", "Post": "custom:Post"}, ("Mail", "Post", "Rest")) == []
    assert all(is_field(field) for field in DataField)
