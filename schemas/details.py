"""What is known about a person or a company; shared by the events of the services that pass it on."""

from enum import StrEnum

from schemas.body import Value


class Channel(StrEnum):
    EMAIL = "email"
    LINKEDIN = "linkedin"
    TWITTER = "twitter"


class PersonDetails(Value):
    """A person's golden fields. All optional: sources differ in what they know. Addresses are normalised (DOMAIN.md, Contact)."""

    full_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    title: str | None = None
    work_email: str | None = None
    private_email: str | None = None
    phone: str | None = None
    """E.164 where the number could be read, else as the source has it."""
    mobile: str | None = None
    linkedin: str | None = None
    """Canonical profile URL: `https://www.linkedin.com/in/slug`."""
    twitter: str | None = None
    city: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    company_name: str | None = None
    company_domain: str | None = None
    custom: dict[str, str] | None = None
    """What the sources have beyond these fields, by the names of their columns; None for nothing."""

    @property
    def email(self) -> str | None:
        """The address to write to: the work one first."""
        return self.work_email or self.private_email


class CompanyDetails(Value):
    name: str | None = None
    domain: str | None = None
    country: str | None = None
    city: str | None = None


class Reach(Value):
    """Which ways to a contact exist, without saying which: what the KPIs need, and what outlives an erasure."""

    email: bool = False
    verified: bool = False
    social: bool = False
