"""Which kind of file somebody has uploaded, by how it begins; and what to do with one that is no table."""

from enum import StrEnum

import msgspec

from services.ingest.domain.errors import NotATable

SAMPLE_LINES = 50
TEXT_IS_EXPECTED = "it takes a table as CSV, TSV, JSONL or XLSX, as it is or packed with zip or gzip"


class Packing(StrEnum):
    """What the table has to be taken out of."""

    GZIP = "gzip"
    ZIP = "zip"
    """XLSX is one too."""


PACKED = ((b"\x1f\x8b", Packing.GZIP), (b"PK\x03\x04", Packing.ZIP), (b"PK\x05\x06", Packing.ZIP), (b"PK\x07\x08", Packing.ZIP))
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")
OTHER_ARCHIVES = (b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Microsoft's compound files: XLS, and every encrypted XLSX."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MARKUP = ((b"<!doctype", "a web page (HTML)"), (b"<html", "a web page (HTML)"), (b"<?xml", "XML"))
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def packing_of(head: bytes) -> Packing | None:
    return next((packing for magic, packing in PACKED if head.startswith(magic)), None)


def refuse_others(head: bytes) -> None:
    """Raises NotATable for what is known to be something else, saying what it is and what to do."""
    if head.startswith(b"%PDF"):
        raise NotATable("this is a PDF: export the table itself, as CSV or XLSX")
    if head.startswith(PICTURES):
        raise NotATable(f"this is a picture: {TEXT_IS_EXPECTED}")
    if head.startswith(OTHER_ARCHIVES):
        raise NotATable("this archive is of a kind that is not read here: pack the table with zip or gzip, or upload it as it is")
    if packing_of(head):
        raise NotATable("this is a spreadsheet (XLSX) or an archive that could not be opened: unpack it, or save it as CSV")
    if head.startswith(OFFICE):
        # The names of what a compound file holds mostly stand near its beginning.
        if ENCRYPTED in head:
            raise NotATable("this spreadsheet is encrypted: take its password off, or save it as CSV")
        raise NotATable("this is an old Excel file (XLS), or an encrypted one: save it as XLSX without a password, or as CSV")
    beginning = unmarked(head)[:200].replace(b"\0", b"").lstrip().lower()
    for start, name in MARKUP:
        if beginning.startswith(start):
            raise NotATable(f"this is {name} and no table: was it saved from a page that asked for a log-in? {TEXT_IS_EXPECTED}")


def unmarked(head: bytes) -> bytes:
    """Without a byte order mark."""
    return next((head[len(mark) :] for mark in MARKS if head.startswith(mark)), head)


def are_objects(head: bytes, encoding: str) -> bool:
    """Whether these lines are JSON objects, one a line: the first is, or most are. Raises NotATable for JSON of another form."""
    lines = [line for line in unmarked(head).decode(encoding, "replace").split("\n") if line.strip()][:SAMPLE_LINES]
    first = lines[0].strip() if lines else ""
    if is_object(first) or sum(map(is_object, lines)) > len(lines) / 2:
        return True
    if first in {"{", "["} or "".join(first.split()).startswith(("[{", '{"')):
        raise NotATable("this is JSON, but not one object a line (JSONL): `jq -c '.[]' FILE` makes it so of a list")
    return False


def is_object(line: str) -> bool:
    # Telling is cheap for what begins otherwise, as every line of a CSV does.
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (ValueError, RecursionError):
        return False
