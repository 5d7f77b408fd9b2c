"""Which encoding a file is in, and a copy in UTF-8 where it cannot be read line by line as it is."""

import codecs
import tempfile
from io import TextIOWrapper
from typing import IO

from charset_normalizer import from_bytes

from services.ingest.domain.errors import NotATable

BLOCK = 1 << 20
SAMPLE = 256 * 1024
MARKS = (
    # The longer ones first: UTF-32's little-endian mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = {"utf-16", "utf-32", "utf-16-le", "utf-16-be"}
OTHER_FORMATS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")
"""XLSX and zip, XLS, PDF, gzip."""
BY_LIKELIHOOD = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr")
"""Where UTF-8 is ruled out: what spreadsheets on Windows write. ISO-8859-1 reads as its superset cp1252."""


def encoding_of(file: IO[bytes]) -> str:
    """By its byte order mark; else UTF-8 if all of it is; else the likeliest by its non-ASCII lines. Leaves the file at its start."""
    head = read_head(file)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if head.startswith(OTHER_FORMATS) or head.count(0) > len(head) / 10:
        return unmarked(head)
    foreign = first_not_utf8(file)
    file.seek(0)
    return "utf-8" if foreign is None else likeliest(foreign)


def unmarked(head: bytes) -> str:
    """UTF-16 without its mark, where every second byte of plain text is zero. Raises NotATable for what is no text."""
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[first::2].count(0) > 0.6 * len(head[first::2]):
            return name
    raise NotATable("this is no text: if it is a spreadsheet (XLSX), save it as CSV first")


def read_head(file: IO[bytes]) -> bytes:
    file.seek(0)
    head = file.read(SAMPLE)
    file.seek(0)
    if not head.strip():
        raise NotATable("the file is empty")
    return head


def first_not_utf8(file: IO[bytes]) -> bytes | None:
    """The block where UTF-8 first breaks, None if it never does. Reads all of the file: the first umlaut may be in its last line."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block := file.read(BLOCK):
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            return block[max(0, error.start - SAMPLE // 2) :] + file.read(SAMPLE)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # It ends in the middle of a character: cut off, which the last row will show.
        return None
    return None


def likeliest(block: bytes) -> str:
    lines = b"\n".join([line for line in block.split(b"\n") if not line.isascii()][:2000])
    found = [
        (match.chaos, -match.coherence, BY_LIKELIHOOD.index(name), name)
        for match in from_bytes(lines[:SAMPLE], cp_isolation=list(BY_LIKELIHOOD))
        for name in match.could_be_from_charset
        if name in BY_LIKELIHOOD
    ]
    return min(found)[-1] if found else BY_LIKELIHOOD[0]


def by_lines(file: IO[bytes], encoding: str) -> tuple[IO[bytes], str]:
    """The file with its encoding, or a temporary copy in UTF-8 where a byte `LF` does not end its lines (UTF-16, lone `CR`)."""
    head = read_head(file)
    if encoding not in WIDE and (b"\n" in head or b"\r" not in head):
        return file, encoding
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller reads it
    reader = TextIOWrapper(file, encoding, "replace", newline="")
    while text := reader.read(BLOCK):
        copy.write(text.replace("\r\n", "\n").replace("\r", "\n").encode())
    reader.detach()
    copy.seek(0)
    return copy, "utf-8"
