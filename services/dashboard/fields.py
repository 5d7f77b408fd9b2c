"""Fields of people as the pages show them: named, in words where they are from, why they are as they are, and what lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from services.dashboard.words import DETAILS

OF_RECORDS = {"emails": DETAILS["emails"], "company_key": "Company, as compared"}
FIELDS = {name: words for name, words in DETAILS.items() if name not in OF_RECORDS}
RULES = {
    "recent": "the most recent",
    "oldest": "the oldest",
    "trusted": "from the most trusted source",
    "frequent": "said most often",
    "longest": "the longest",
    "fullest": "the fullest",
    "only": "nobody says otherwise",
    "alphabet": "the first by the alphabet, as the rules tell them not apart",
    "anothers": "the addresses that are known have somebody else's name",
    "correction": "corrected by the Provider, which outranks all records",
    "company": "what most records of the company say",
    "workspace": "corrected in this workspace, which outranks what the Provider knows",
}
"""Why a value is the one that is shown."""
ALONE = ("work_email", "private_email", "linkedin", "title", "phone", "mobile", "twitter", "city", "country")
GROUPS = {
    "name": "Name",
    **{name: FIELDS[name] for name in ALONE},
    "company": "Company and its domain",
    "custom": "Fields of a source's own",
}
"""What one list of criteria decides on."""
CUSTOM = "custom:"
FOLLOWS = frozenset({"full_name"})
"""Fields that are not corrected by themselves: the name follows its halves."""


class Said(NamedTuple):
    """A value, and in words where it is from; `at` is a time of the APIs, to be shown in the reader's zone."""

    value: str
    origin: str
    at: str | None


class Shown(NamedTuple):
    """One field of a page."""

    field: str
    name: str
    value: str | None
    why: str
    origin: str
    at: str | None
    losing: tuple[Said, ...]
    corrected: bool
    """By whom the page is for: so it can be taken back here."""
    correctable: bool


def name_of(field: str) -> str:
    return (FIELDS | OF_RECORDS).get(field, field.removeprefix(CUSTOM))


@dataclass(frozen=True)
class Reader:
    """Whom fields are shown to: their own corrections are theirs. `files` has names of imports' files where the API does not say them."""

    actor: str
    files: Mapping[str, str] = field(default_factory=dict)

    def words_of(self, origin: Mapping[str, Any] | None) -> str:
        """`Register, march.csv, row 7, mapping version 3`."""
        if origin is None:
            return "no single record"
        by = origin.get("corrected_by")
        if by:
            return f"a correction by {'the Provider' if by == 'provider' else 'you' if by == self.actor else 'a colleague'}"
        if not origin.get("source"):
            return "a source of the Provider"
        file = origin.get("file_name") or self.files.get(str(origin.get("import_id")))
        parts = [origin["source"], file, f"row {origin['row']}" if origin.get("row") else None]
        if origin.get("mapping_version"):
            parts.append(f"mapping version {origin['mapping_version']}")
        return ", ".join(part for part in parts if part)


def shown(fields: Mapping[str, Any], rule: str, reader: Reader) -> list[Shown]:
    """`rule`: by which a field is marked that was corrected where it is shown."""
    return [
        Shown(
            field=name,
            name=name_of(name),
            value=each["value"],
            why=RULES.get(each["rule"], each["rule"] or "not known: it was told before this was written down"),
            origin=reader.words_of(each["origin"]),
            at=(each["origin"] or {}).get("as_of"),
            losing=tuple(Said(lost["value"], reader.words_of(lost["origin"]), lost["origin"].get("as_of")) for lost in each["losing"]),
            corrected=each["rule"] == rule,
            correctable=name not in FOLLOWS,
        )
        for name, each in fields.items()
    ]
