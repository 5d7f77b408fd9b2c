"""Calls the APIs through the gateway, as a program does: with an API key, idempotency keys, and pages followed to their end."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from services.kit.errors import Rejected, Unavailable

Json = dict[str, Any]


class Client:
    """Raises Rejected with the API's own words, or Unavailable when nothing answers."""

    def __init__(self, gateway_url: str, key: str, seconds: float = 60) -> None:
        self._http = httpx.Client(base_url=gateway_url, headers={"Authorization": f"Bearer {key}"}, timeout=seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", path, params={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, body: Json | None = None, *, key: str | None = None) -> Any:
        return self._call("POST", path, json=body or {}, headers={"Idempotency-Key": key or str(uuid4())})

    def upload(self, path: str, file: Path, **fields: str) -> Any:
        with file.open("rb") as content:
            return self._call("POST", path, files={"file": (file.name, content)}, data=fields)

    def download(self, path: str, file: Path) -> None:
        """However large, piece by piece."""
        with self._streamed(path) as response, file.open("wb") as out:
            for piece in response.iter_bytes():
                out.write(piece)

    def events(self, path: str) -> Iterator[tuple[str, Json]]:
        """What a stream of server-sent events says, each by its name, until it ends."""
        with self._streamed(path, Accept="text/event-stream") as response:
            yield from events_in(response.iter_lines())

    @contextmanager
    def _streamed(self, path: str, **headers: str) -> Iterator[httpx.Response]:
        """An answer that is read as it comes."""
        try:
            with self._http.stream("GET", path, headers=headers) as response:
                if response.is_error:
                    response.read()
                    raise Rejected(f"GET {path}: {response.status_code} {said(response)}")
                yield response
        except httpx.TransportError as error:
            raise Unavailable(f"{path} broke off ({error!r})") from error

    def every(self, path: str, **query: Any) -> Iterator[Json]:
        """All items of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, limit=500, cursor=cursor, **query)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def _call(self, method: str, path: str, **request: Any) -> Any:
        try:
            response = self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise Unavailable(f"{self._http.base_url} does not answer ({error!r}): is the system up? `smartleads status`") from error
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise Unavailable(f"{method} {path}: {said(response)}")
        if response.is_error:
            raise Rejected(f"{method} {path}: {response.status_code} {said(response)}")
        return response.json() if response.content else None


def events_in(lines: Iterable[str]) -> Iterator[tuple[str, Json]]:
    """Each event's data is JSON on one line, as ours are; comments keep the connection alive and say nothing."""
    name = "message"
    for line in lines:
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            yield name, json.loads(value)
        elif not line:
            name = "message"


def said(response: httpx.Response) -> str:
    """The detail of a problem+json answer, else the start of whatever came."""
    if response.headers.get("content-type", "").startswith("application/problem+json"):
        problem = response.json()
        return str(problem.get("detail") or problem.get("title"))
    return response.text[:200]
