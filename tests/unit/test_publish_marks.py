"""By what somebody is recognised who must not be contacted."""

from uuid import UUID

import pytest

from schemas.details import PersonDetails
from schemas.marks import mark, marks_of
from schemas.publish import SuppressedBy

CONTACT = UUID(int=1)


def test_a_contact_has_the_marks_of_all_its_addresses() -> None:
    details = PersonDetails(
        work_email="Ann@UK.Lee.example",
        private_email="ann.lee@mail.example",
        linkedin="https://www.linkedin.com/in/Ann-Lee/",
        company_name="Lee & Sons, Ltd.",
        company_domain="lee.example",
    )
    assert set(marks_of(CONTACT, details)) == {
        (SuppressedBy.CONTACT, str(CONTACT)),
        (SuppressedBy.EMAIL, "ann@uk.lee.example"),
        (SuppressedBy.EMAIL, "ann.lee@mail.example"),
        (SuppressedBy.DOMAIN, "uk.lee.example"),
        (SuppressedBy.DOMAIN, "lee.example"),
        (SuppressedBy.DOMAIN, "mail.example"),
        (SuppressedBy.COMPANY, "lee and sons"),
        (SuppressedBy.LINKEDIN, "ann-lee"),
    }


def test_what_cannot_be_read_is_no_mark() -> None:
    details = PersonDetails(work_email="ann", linkedin="https://example.org/ann", company_name="--", company_domain="http://[::1")
    assert marks_of(CONTACT, details) == ((SuppressedBy.CONTACT, str(CONTACT)),)


@pytest.mark.parametrize(
    ("by", "typed", "meant"),
    [
        ("email", " Ann@Lee.example ", "ann@lee.example"),
        ("domain", "@lee.example", "lee.example"),
        ("domain", "https://www.Lee.example:8080/about?x=1", "lee.example"),
        ("domain", "müller.example", "müller.example"),
        ("company", "Lee  S.A.", "lee"),
        ("company", "AG", "ag"),
        ("linkedin", "de.linkedin.com/in/j%C3%BCrg-m?trk=1", "jürg-m"),
        ("linkedin", "ann-lee", "ann-lee"),
    ],
)
def test_what_people_type_is_read_like_what_contacts_have(by: str, typed: str, meant: str) -> None:
    assert mark(SuppressedBy(by), typed) == (by, meant)


@pytest.mark.parametrize(("by", "typed"), [("email", "ann@lee"), ("domain", "lee"), ("domain", "lee example"), ("company", "")])
def test_what_cannot_be_meant_is_refused(by: str, typed: str) -> None:
    with pytest.raises(ValueError, match=f"“{typed}” is no "):
        mark(SuppressedBy(by), typed)
