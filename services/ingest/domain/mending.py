"""What stands in a cell otherwise than one value: several addresses, an address with a name, a number that a spreadsheet rounded."""

import re

from schemas.fields import DataField as F

EMAILS = (F.EMAIL, F.WORK_EMAIL, F.PRIVATE_EMAIL)
PHONES = (F.PHONE, F.MOBILE)
_not_alone = re.compile(r"[\s<>,;/|()\":]")
_address = re.compile(r"[^\s<>,;/|()\"'@:]+@[^\s<>,;/|()\"'@:]+\.[^\s<>,;/|()\"'@:.]{2,}")
_rounded = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")


def mend(fields: dict[str, str]) -> tuple[str, ...]:
    """Changes the fields, and returns what was left out of them, and why."""
    return (*part_addresses(fields), *write_out(fields))


def part_addresses(fields: dict[str, str]) -> list[str]:
    """The address alone; where there are several, each goes to a field that is free."""
    left_out = []
    for field in EMAILS:
        value = fields.get(field)
        if value and _not_alone.search(value) and (found := [*dict.fromkeys(_address.findall(value))]):
            fields[field] = found[0]
            for other in found[1:]:
                if other in {fields.get(each) for each in EMAILS}:
                    continue
                if free := next((each for each in EMAILS if each not in fields), None):
                    fields[free] = other
                else:
                    left_out.append(f"{field}: {other!r} is one address more than a record has, so it was left out")
    return left_out


def write_out(fields: dict[str, str]) -> list[str]:
    """`4.915112345678E+12` in digits, if all of them are there."""
    left_out = []
    for field in PHONES:
        if (value := fields.get(field)) and (rounded := _rounded.fullmatch(value)):
            digits, behind = f"{rounded[1]}{rounded[2] or ''}", int(rounded[3])
            if len(digits) == behind + 1:
                fields[field] = digits
            else:
                del fields[field]
                left_out.append(f"{field}: a spreadsheet rounded the number to {value!r}, so it was left out: format the column as text")
    return left_out
