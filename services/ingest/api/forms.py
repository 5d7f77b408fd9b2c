"""What comes in multipart forms: a file, the source that it is from, and perhaps a mapping."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import File, Form, HTTPException, Request, Response, UploadFile
from fastapi.routing import APIRoute
from pydantic import StringConstraints, TypeAdapter, ValidationError
from starlette.types import Message, Receive

from services.ingest.domain.types import Written
from services.ingest.mappings import Choice
from services.kit.errors import Invalid

BY_SETTING = 1 << 50
"""The framework's own limit of an upload's body: none that matters. `UploadRoute` holds to the setting, and says what to do."""
AROUND_A_FILE = 64 * 1024
"""Bytes of a form beside its file, at most."""

SourceName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
FileForm = Annotated[UploadFile, File()]
SourceForm = Annotated[SourceName, Form()]
MappingForm = Annotated[
    str | None, Form(description="JSON: column → data field, or empty to leave it out. Without it: the saved one, else a proposal")
]

VersionForm = Annotated[int | None, Form(ge=1, description="Of a mapping that was saved for the source, to be used instead of the last")]
TypesForm = Annotated[
    str | None, Form(description="JSON: column → `text`, `number`, `date`, … of the source's own columns, where what is inferred is wrong")
]

_mapping = TypeAdapter(dict[str, str])
_types = TypeAdapter(dict[str, Written])


class UploadRoute(APIRoute):
    """Refuses a file that is larger than the setting allows: before its first byte where the request says its size, else on the way."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def within_limit(request: Request) -> Response:
            most = request.app.state.context.settings.ingest_most_upload_bytes
            if int(request.headers.get("content-length", "0")) > most + AROUND_A_FILE:
                raise too_large(most)
            return await handle(Request(request.scope, counting(request.receive, most)))

        return within_limit


def counting(receive: Receive, most: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most + AROUND_A_FILE:
            raise too_large(most)
        return message

    return counted


def too_large(most: int) -> HTTPException:
    size = f"{most / (1 << 20):,.0f} MiB" if most >= 1 << 20 else f"{most:,} bytes"
    return HTTPException(413, f"the file has more than {size}, which is the limit: split it, or pack it with zip or gzip")


def name_of(file: UploadFile) -> str:
    """As it is shown: without folders and control characters."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable())[:200] or "upload"


def choice_of(mapping: str | None, version: int | None, types: str | None) -> Choice:
    try:
        return Choice(mapping_of(mapping), version, _types.validate_json(types) if types else {})
    except ValidationError as error:
        known = ", ".join(f"`{each}`" for each in Written)
        raise Invalid(f'the types are JSON like {{"Size": "number"}}; there are {known}') from error


def mapping_of(text: str | None) -> dict[str, str] | None:
    """Columns mapped to nothing are left out."""
    if not text:
        return None
    try:
        return {column: field for column, field in _mapping.validate_json(text).items() if field}
    except ValidationError as error:
        raise Invalid('the mapping is JSON like {"E-Mail": "email", "Notes": ""}') from error
