"""What can be measured of two folders of lead files, side by side: sizes, overlaps, fill rates, variations, and what exact keys find."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path

from bench.people.dice import bare
from bench.people.population import FREE_DOMAINS
from bench.people.sources import SOURCES
from bench.people.spelling import ROLES, TITLES_BEFORE

MAIL = ("Email", "E-Mail", "contact_email", "email_address")
COMPANY = ("Company Name", "Organisation", "current_company", "company")
PROFILE = ("LinkedIn Profile", "profile_url")
PHONE = ("Phone Number", "Mobile Phone Number", "Tel.")
NAME = ("Attendee", "full_name", "name")
LEGAL = re.compile(
    r"[ ,]+(inc\.?|llc|corp|co\.?|corporation|incorporated|ltd\.?|limited|plc|llp|gmbh|ag|kg|se|gmbh (&|and|und|\+) co\. kg|sas?|s\.a\."
    r"|sarl|s\.a\.r\.l\.|sl|s\.l\.|s\.?p\.?a\.?|s\.?r\.?l\.?|b\.?v\.?|n\.v\.|ab|aktiebolag|sp\. z ?o\. ?o\.|s/a|ltda|pvt\.? ltd\.?"
    r"|private limited|epe|a\.e\.|co ltd|co\., ltd\.)$"
)


@dataclass(frozen=True)
class Lead:
    """One row with its truth."""

    source: str
    person_id: str
    company_id: str
    fields: Mapping[str, str]

    def first(self, columns: Iterable[str]) -> str:
        return next((self.fields[column] for column in columns if self.fields.get(column)), "")

    @cached_property
    def mail(self) -> str:
        local, _, domain = self.first(MAIL).strip().lower().removeprefix("mailto:").partition("@")
        local, domain = local.partition("+")[0], domain.replace("googlemail.com", "gmail.com")
        return f"{local.replace('.', '') if domain == 'gmail.com' else local}@{domain}" if domain else ""

    @cached_property
    def profile(self) -> str:
        found = re.search(r"/in/([^/?]+)", self.first(PROFILE).lower())
        return found[1] if found else ""

    @cached_property
    def phones(self) -> frozenset[str]:
        written = (re.split(r"(?i) ?ext|x|#", self.fields.get(column, ""))[0].replace("(0)", "") for column in PHONE)
        return frozenset(digits[-10:] for digits in (re.sub(r"\D", "", phone) for phone in written) if len(digits) >= 9)

    @cached_property
    def name(self) -> str:
        """Bare, small, the family name last, in letters and single spaces."""
        whole = self.first(NAME) or f"{self.fields.get('First Name', '')} {self.fields.get('Last Name', '')}"
        before, comma, behind = whole.partition(", ")
        if comma and behind not in {"PhD", "MBA"}:
            whole = f"{behind} {before}"
        return " ".join(re.sub(r"[^a-z]", " ", bare(whole).lower()).split())

    @cached_property
    def full_name(self) -> str:
        return self.name if " " in self.name else ""

    @cached_property
    def company(self) -> str:
        return re.sub(r"[^a-z0-9]", "", LEGAL.sub("", bare(self.first(COMPANY)).lower()))


def read(folder: Path) -> list[Lead]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {(row["source"], row["source_row_id"]): row for row in csv.DictReader(file)}
    leads = []
    for source in SOURCES:
        with (folder / f"{source.name}.csv").open(encoding=source.encoding, newline="") as file:
            for row in csv.DictReader(file, delimiter=source.delimiter):
                known = truth[source.name, row[source.columns[0]]]
                leads.append(Lead(source.name, known["person_id"], known["company_id"], row))
    return leads


Measures = dict[str, float]


def measured(folder: Path) -> Measures:
    """Every measure by its name; shares are between 0 and 1."""
    everything = read(folder)
    leads = [lead for lead in everything if lead.person_id]
    people: defaultdict[str, list[Lead]] = defaultdict(list)
    for lead in leads:
        people[lead.person_id].append(lead)
    made: Measures = {
        "rows": len(everything),
        "people": len(people),
        "garbage rows": share(everything, lambda lead: not lead.person_id),
        "rows per person": len(leads) / len(people),
    }
    made |= _sizes(leads, people)
    for source in SOURCES:
        made |= _fields(source.name, [lead for lead in leads if lead.source == source.name])
    made |= _variations(leads, people)
    return made | _keys(people)


def share(of: Sequence[Lead], which: Callable[[Lead], object]) -> float:
    return sum(bool(which(lead)) for lead in of) / len(of) if of else 0.0


def _sizes(leads: Sequence[Lead], people: Mapping[str, Sequence[Lead]]) -> Measures:
    rows = Counter(min(len(seen), 8) for seen in people.values())
    made = {f"people with {count} rows": rows[count] / len(people) for count in range(1, 9)}
    sources = Counter(len({lead.source for lead in seen}) for seen in people.values())
    made |= {f"people in {count} sources": sources[count] / len(people) for count in range(1, 5)}
    for source in SOURCES:
        made[f"people in {source.name}"] = sum(any(lead.source == source.name for lead in seen) for seen in people.values()) / len(people)
    sizes = Counter(lead.company_id for lead in leads).most_common()
    made["rows per company seen"] = len(leads) / len(sizes)
    made |= {f"rows of the company of rank {rank}": sizes[rank - 1][1] / len(leads) for rank in (1, 3, 10, 30, 100) if rank <= len(sizes)}
    made["people at two companies"] = sum(len({lead.company_id for lead in seen}) > 1 for seen in people.values()) / len(people)
    return made


def _fields(source: str, leads: Sequence[Lead]) -> Measures:
    return {f"{source}: {column}": share(leads, lambda lead: lead.fields[column].strip()) for column in leads[0].fields} | {  # noqa: B023
        f"{source}: rows": float(len(leads))
    }


def _variations(leads: Sequence[Lead], people: Mapping[str, Sequence[Lead]]) -> Measures:
    mailed = [lead for lead in leads if lead.mail]
    phoned = [lead for lead in leads if lead.first(PHONE)]
    linked = [lead for lead in leads if lead.profile]
    employed = [lead for lead in leads if lead.company]
    named = [lead for lead in leads if lead.full_name]
    made: Measures = {
        "mail: free": share(mailed, lambda lead: lead.mail.partition("@")[2] in {*FREE_DOMAINS, "googlemail.com"}),
        "mail: role": share(mailed, lambda lead: lead.mail.partition("@")[0] in ROLES),
        "mail: tagged": share(mailed, lambda lead: "+" in lead.first(MAIL)),
        "mail: capitals": share(mailed, lambda lead: lead.first(MAIL).isupper()),
        "mail: alternate domain": share(mailed, lambda lead: re.search(r"@mail\.|-group\.com$|\.io$|\.net$", lead.mail)),
        "phone: extension": share(phoned, lambda lead: re.search("(?i)[x#]", lead.first(PHONE))),
        "phone: international": share(phoned, lambda lead: lead.first(PHONE)[:1] == "+"),
        "profile: hex suffix": share(linked, lambda lead: re.search(r"-[0-9a-f]{8}$", lead.profile)),
        "profile: hyphen": share(linked, lambda lead: "-" in lead.profile),
        "company: legal form": share(employed, lambda lead: LEGAL.search(lead.first(COMPANY).lower())),
        "company: comma": share(employed, lambda lead: "," in lead.first(COMPANY)),
        "company: capitals": share(employed, lambda lead: lead.first(COMPANY).isupper()),
        "name: initial first": share(named, lambda lead: len(lead.name.split()[0]) == 1),
        "name: three words": share(named, lambda lead: len(lead.name.split()) > 2),
        "name: accents": share(named, lambda lead: not (lead.first(NAME) or lead.fields.get("Last Name", "")).isascii()),
        "name: title before": share(named, lambda lead: lead.first(NAME).startswith(TITLES_BEFORE)),
        "name: comma": share(named, lambda lead: ", " in lead.first(NAME)),
    }
    usual = [Counter(lead.full_name for lead in seen if lead.full_name).most_common(1) for seen in people.values()]
    names = Counter(found[0][0] for found in usual if found)
    made["different names per person"] = len(names) / sum(names.values())
    made["people of the commonest name"] = names.most_common(1)[0][1] / sum(names.values())
    givens = Counter(name.split()[0] for name in names.elements())
    made |= {f"people of the given name of rank {rank}": givens.most_common(rank)[-1][1] / sum(names.values()) for rank in (1, 3, 10, 30)}
    families = Counter(name.split()[-1] for name in names.elements())
    made |= {
        f"people of the family name of rank {rank}": families.most_common(rank)[-1][1] / sum(names.values()) for rank in (1, 3, 10, 30)
    }
    made["family names of one person"] = sum(count == 1 for count in families.values()) / sum(names.values())
    made["people with a namesake at their company"] = _namesakes(people)
    spelt = defaultdict(set)
    for lead in employed:
        spelt[lead.company].add(lead.company_id)
    made["companies' names of several companies"] = sum(len(found) > 1 for found in spelt.values()) / len(spelt)
    return made


def _namesakes(people: Mapping[str, Sequence[Lead]]) -> float:
    """The share of people whose usual name is another's at the same company."""
    bearers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for person_id, seen in people.items():
        usual = Counter((lead.full_name, lead.company_id) for lead in seen if lead.full_name).most_common(1)
        for key, _ in usual:
            bearers[key].add(person_id)
    return sum(len(found) for found in bearers.values() if len(found) > 1) / len(people)


def _keys(people: Mapping[str, Sequence[Lead]]) -> Measures:
    """What share of the true pairs agree in what, and how many pairs that are not true do."""
    keys: Mapping[str, Callable[[Lead], Iterable[object]]] = {
        "mail": lambda lead: [lead.mail] if lead.mail else [],
        "profile": lambda lead: [lead.profile] if lead.profile else [],
        "phone": lambda lead: lead.phones,
        "name": lambda lead: [lead.full_name] if lead.full_name else [],
        "name and company": lambda lead: [(lead.full_name, lead.company)] if lead.full_name and lead.company else [],
        "name and true company": lambda lead: [(lead.full_name, lead.company_id)] if lead.full_name else [],
    }
    true = sum(len(seen) * (len(seen) - 1) // 2 for seen in people.values())
    agreeing = Counter[str]()
    for seen in people.values():
        for one, other in combinations(seen, 2):
            same = {key for key, values in keys.items() if set(values(one)) & set(values(other))}
            agreeing.update(same)
            agreeing["mail or profile"] += bool(same & {"mail", "profile"})
            agreeing["mail, profile, phone, name and company"] += bool(same & {"mail", "profile", "phone", "name and company"})
            agreeing["mail, profile, phone, name and true company"] += bool(same & {"mail", "profile", "phone", "name and true company"})
            agreeing["mail, profile, phone, name"] += bool(same & {"mail", "profile", "phone", "name"})
    made = {"true pairs per person": true / len(people)} | {f"true pairs that share {key}": count / true for key, count in agreeing.items()}
    for linking in (("mail", "profile"), ("mail", "profile", "phone", "name and true company"), ("mail", "profile", "phone", "name")):
        made[f"true pairs joined by {', '.join(linking)}, directly or in steps"] = (
            sum(size * (size - 1) // 2 for seen in people.values() for size in _joined(seen, [keys[key] for key in linking])) / true
        )
    for key, values in keys.items():
        groups: defaultdict[object, Counter[str]] = defaultdict(Counter)
        for seen in people.values():
            for lead in seen:
                for value in values(lead):
                    groups[value][lead.person_id] += 1
        pairs = sum(n * (n - 1) // 2 for group in groups.values() for n in [group.total()])
        right = sum(n * (n - 1) // 2 for group in groups.values() for n in group.values())
        made[f"false pairs that share {key}, per true pair"] = (pairs - right) / true
    return made


def _joined(seen: Sequence[Lead], keys: Sequence[Callable[[Lead], Iterable[object]]]) -> list[int]:
    """How many rows of one person hang together by any of the keys, for each such group."""
    groups: list[tuple[int, set[tuple[int, object]]]] = []
    for lead in seen:
        size, values = 1, {(number, value) for number, key in enumerate(keys) for value in key(lead)}
        apart = []
        for group in groups:
            if group[1] & values:
                size, values = size + group[0], values | group[1]
            else:
                apart.append(group)
        groups = [*apart, (size, values)]
    return [size for size, _ in groups]


def compared(one: Path, other: Path) -> str:
    """A table of the two."""
    left, right = measured(one), measured(other)
    head = f"{'':64} {one.name[-14:]:>14} {other.name[-14:]:>14}\n"
    return head + "".join(f"{key:64} {left.get(key, 0):14.4g} {right.get(key, 0):14.4g}\n" for key in left | right)
