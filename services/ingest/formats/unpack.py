"""The table in an upload: out of gzip and zip, a spreadsheet as CSV; anything else as it is."""

import errno
import gzip
import lzma
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo, _EndRecData  # type: ignore[attr-defined]

from services.ingest.domain.encoding import SAMPLE
from services.ingest.domain.errors import NotATable
from services.ingest.domain.kinds import Packing, packing_of
from services.ingest.formats import xlsx
from services.ingest.formats.limits import Limits
from services.ingest.formats.names import shown, some_of

BLOCK = 1 << 20
MOST_LAYERS = 3
"""A spreadsheet in a zip in a gzip; nobody means more."""
MOST_DIRECTORY = 1 << 20
"""Bytes of what a zip says of its files."""
SIZE_OF_DIRECTORY = 5
ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".gz")
"""Of files that hold tables, where an archive has others beside them."""
CUT_OFF = "the gzip file is cut off or damaged: upload it again, or unpack it first"
DAMAGED = "this zip or spreadsheet (XLSX) is damaged or cut off: upload it again, or save it as CSV"
BROKEN = (BadZipFile, EOFError, zlib.error, lzma.LZMAError, struct.error, ValueError, LookupError, OverflowError)
"""What zipfile and what it unpacks with raise about an archive that is not as it should be."""
DAMAGE = frozenset({None, errno.EINVAL})
"""Numbers of an OSError that says the same: bzip2's has none, and no file has a place before its beginning. A full disk has its own."""
ENCRYPTED_BIT = 1


def unpacked(file: IO[bytes], limits: Limits, *, head_only: bool = False) -> IO[bytes]:
    """The file itself where it is not packed, else a temporary one. `head_only`: its beginning will do. Raises NotATable."""
    for _ in range(MOST_LAYERS):
        packing = packing_of(beginning(file))
        if packing is None:
            return file
        size = size_of(file)
        blocks = limits.hold(gunzipped(file) if packing is Packing.GZIP else unzipped(file, limits, size), size)
        file = spooled(blocks, head_only=head_only)
    if packing_of(beginning(file)):
        raise NotATable("these are archives within archives: unpack them first")
    return file


def beginning(file: IO[bytes]) -> bytes:
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    return head


def size_of(file: IO[bytes]) -> int:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def spooled(blocks: Iterator[bytes], *, head_only: bool) -> IO[bytes]:
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller reads it
    for block in blocks:
        copy.write(block)
        # What is itself packed cannot be looked into by its head.
        if head_only and copy.tell() >= SAMPLE and not packing_of(beginning(copy)):
            break
        copy.seek(0, os.SEEK_END)
    copy.seek(0)
    return copy


def gunzipped(file: IO[bytes]) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file, mode="rb") as packed:
        try:
            while block := packed.read(BLOCK):
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise NotATable(CUT_OFF) from error


def unzipped(file: IO[bytes], limits: Limits, size: int) -> Iterator[bytes]:
    """The one table of a zip, or of a spreadsheet, as it is a zip too."""
    try:
        refuse_large_directory(file)
        with ZipFile(file) as archive:
            # Of a spreadsheet far more may be walked than comes out of it. What is not said here is not unpacked either.
            limits.check(sum(info.file_size for info in archive.infolist()), size)
            if xlsx.is_workbook(archive):
                if any(map(is_encrypted, archive.infolist())):
                    raise NotATable("this spreadsheet is encrypted: take its password off, or save it as CSV")
                yield from xlsx.as_csv(archive)
                return
            with archive.open(the_table_in(archive)) as packed:
                while block := packed.read(BLOCK):
                    yield block
    except BROKEN as error:
        raise NotATable(DAMAGED) from error
    except OSError as error:
        if error.errno not in DAMAGE:
            raise
        raise NotATable(DAMAGED) from error
    except NotImplementedError as error:
        raise NotATable("this zip is packed in a way that is not read here: unpack it first, or pack it anew") from error


def refuse_large_directory(file: IO[bytes]) -> None:
    """The directory is read as a whole: of a million files it would take a gigabyte."""
    end = _EndRecData(file)
    if end and end[SIZE_OF_DIRECTORY] > MOST_DIRECTORY:
        raise NotATable("this zip has very many files: a zip is imported if it has exactly one table")


def the_table_in(archive: ZipFile) -> ZipInfo:
    found = [info for info in archive.infolist() if not info.is_dir() and not is_litter(info.filename)]
    tables = [info for info in found if info.filename.lower().endswith(ENDINGS)] or found
    if len(tables) != 1:
        held = f"it has {len(tables):,}: {some_of([info.filename for info in tables])}" if tables else "it is empty"
        raise NotATable(f"a zip is imported if it has exactly one table; {held}. Unpack it and upload each table by itself")
    if is_encrypted(tables[0]):
        raise NotATable(f"{shown(tables[0].filename)} in this zip is encrypted: unpack it with its password and upload what is in it")
    return tables[0]


def is_encrypted(info: ZipInfo) -> bool:
    return bool(info.flag_bits & ENCRYPTED_BIT)


def is_litter(name: str) -> bool:
    """What macOS and others put beside the files that are meant."""
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1] in {"Thumbs.db", "desktop.ini"}
