"""Which encoding a file is in, and a copy in UTF-8 where it cannot be read line by line as it is."""

import codecs
import tempfile
from functools import partial
from io import TextIOWrapper
from itertools import islice
from typing import IO

from charset_normalizer import from_bytes

from services.ingest.domain.errors import NotATable
from services.ingest.domain.kinds import TEXT_IS_EXPECTED, refuse_others

BLOCK = 1 << 20
SAMPLE = 256 * 1024
LINES_TO_TELL = 20_000
MARKS = (
    # The longer ones first: UTF-32's little-endian mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = {"utf-16", "utf-32", "utf-16-le", "utf-16-be"}
CONTROLS = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})
"""Hardly in any text, a tenth of any binary, half of UTF-16."""
BY_LIKELIHOOD = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr")
"""Where UTF-8 is ruled out: what spreadsheets on Windows write. ISO-8859-1 reads as its superset cp1252."""


def encoding_of(file: IO[bytes]) -> str:
    """By its byte order mark; else UTF-8 if all of it is, or most is; else the likeliest by its lines. Leaves the file at its start."""
    head = read_head(file)
    refuse_others(head)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if len(head) - len(head.translate(None, CONTROLS)) > len(head) / 20:
        return unmarked(head)
    foreign = first_not_utf8(file)
    mixed = foreign is not None and is_mostly_utf8(file)
    file.seek(0)
    # Rows of another encoding, pasted among others, are refused by themselves: read by theirs, all the others would be wrong.
    return "utf-8" if foreign is None or mixed else likeliest(foreign)


def unmarked(head: bytes) -> str:
    """UTF-16 without its mark, where every second byte of plain text is zero. Raises NotATable for what is no text."""
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[first::2].count(0) > 0.6 * len(head[first::2]):
            return name
    raise NotATable(f"this is no text: {TEXT_IS_EXPECTED}")


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


def is_mostly_utf8(file: IO[bytes]) -> bool:
    """Whether most lines beyond ASCII are UTF-8, which those of other encodings hardly ever are by chance."""
    file.seek(0)
    lines = islice((line for line in iter(partial(file.readline, SAMPLE), b"") if not line.isascii()), LINES_TO_TELL)
    verdicts = [is_utf8(line) for line in lines]
    return sum(verdicts) > len(verdicts) / 2


def is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def likeliest(block: bytes) -> str:
    lines = b"\n".join([line for line in block.split(b"\n") if not line.isascii() and not is_utf8(line)][:2000])
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
