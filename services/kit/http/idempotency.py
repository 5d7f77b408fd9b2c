"""POSTs that may be sent again: the first answer is stored in the transaction of its effects, and given again for the same request."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from pydantic import TypeAdapter
from sqlalchemy import Connection
from starlette.datastructures import UploadFile

from services.kit.database import rows, run
from services.kit.errors import Conflict, Invalid

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
KEPT_HOURS = 24
MOST_CHARACTERS = 200


class Replayed(Exception):  # noqa: N818 - not an error: ends the request with the answer given before
    def __init__(self, status: int, body: str) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@dataclass(frozen=True)
class Once:
    """One request that is to have its effect once. `digest` is of its caller and content: another's is another request."""

    workspace_id: UUID
    key: str
    route: str
    digest: str
    status: int

    def claim(self, connection: Connection) -> None:
        """Take the key, or wait for who has it. Raises Replayed if its answer is there, Conflict if it was for another request."""
        forget_old(connection, self.workspace_id)
        claimed = run(
            connection,
            """INSERT INTO idempotency (workspace_id, key, route, request_digest, status, response)
               VALUES (:w, :k, :r, :d, :s, 'null') ON CONFLICT DO NOTHING""",
            w=self.workspace_id, k=self.key, r=self.route, d=self.digest, s=self.status,
        )  # fmt: skip
        if claimed:
            return
        [stored] = rows(
            connection,
            """SELECT request_digest, status, response::text AS response FROM idempotency
               WHERE workspace_id = :w AND key = :k AND route = :r""",
            w=self.workspace_id, k=self.key, r=self.route,
        )  # fmt: skip
        if stored.request_digest != self.digest:
            raise Conflict(f"this {HEADER} was used for another request: use a new one for each")
        raise Replayed(stored.status, stored.response)

    def keep(self, connection: Connection, answer: Any) -> None:
        run(
            connection,
            """UPDATE idempotency SET response = CAST(:a AS jsonb) WHERE workspace_id = :w AND key = :k AND route = :r""",
            a=TypeAdapter(Any).dump_json(answer).decode(), w=self.workspace_id, k=self.key, r=self.route,
        )  # fmt: skip


def forget_old(connection: Connection, workspace_id: UUID) -> None:
    run(
        connection,
        """DELETE FROM idempotency WHERE workspace_id = :w AND created_at < clock_timestamp() - make_interval(hours => :h)""",
        w=workspace_id, h=KEPT_HOURS,
    )  # fmt: skip


async def once_of(request: Request, actor: str, workspace_id: UUID) -> Once | None:
    """What the request's headers ask; None where it has no key or is no POST."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return None
    if not 0 < len(key) <= MOST_CHARACTERS:
        raise Invalid(f"an {HEADER} has 1 to {MOST_CHARACTERS} characters")
    digest = hashlib.sha256(f"{actor}\n{request.url.query}\n".encode())
    digest.update(await content_of(request))
    return Once(workspace_id, key, f"POST {request.url.path}", digest.hexdigest(), request.scope["route"].status_code or 200)


async def content_of(request: Request) -> bytes:
    """The body; of a form with files, which are not read twice, its fields and the files' names and sizes."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return await request.body()
    fields = (await request.form()).multi_items()
    return repr([(name, (f.filename, f.size) if isinstance(f, UploadFile) else f) for name, f in fields]).encode()


async def replay(_: Request, error: Exception) -> Response:
    """The stored answer. (The app registers this for Replayed alone.)"""
    assert isinstance(error, Replayed)  # noqa: S101
    body = b"" if error.status == 204 else error.body.encode()
    return Response(body, error.status, {REPLAYED_HEADER: "true"}, "application/json")
