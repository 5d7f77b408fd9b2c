"""What comes in multipart forms: a file, the source that it is from, and perhaps a mapping."""

from typing import Annotated

from fastapi import File, Form, UploadFile
from pydantic import StringConstraints, TypeAdapter, ValidationError

from services.kit.errors import Invalid

MOST_UPLOAD = 4 * 1024**3
"""Bytes of one uploaded file."""

SourceName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
FileForm = Annotated[UploadFile, File()]
SourceForm = Annotated[SourceName, Form()]
MappingForm = Annotated[
    str | None, Form(description="JSON: column → data field, or empty to leave it out. Without it: the saved one, else a proposal")
]

_mapping = TypeAdapter(dict[str, str])


def name_of(file: UploadFile) -> str:
    """As it is shown: without folders and control characters."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable())[:200] or "upload"


def mapping_of(text: str | None) -> dict[str, str] | None:
    """Columns mapped to nothing are left out."""
    if not text:
        return None
    try:
        return {column: field for column, field in _mapping.validate_json(text).items() if field}
    except ValidationError as error:
        raise Invalid('the mapping is JSON like {"E-Mail": "email", "Notes": ""}') from error
