"""The APIs as the pages see them: called through the gateway with the visitor's own session, so a page shows what they may see."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from services.dashboard.words import PARTS
from services.kit.errors import Forbidden, NotFound, Rejected, Unauthenticated, Unavailable

REFUSALS: dict[int, type[Rejected]] = {401: Unauthenticated, 403: Forbidden, 404: NotFound}
NO_ANSWER = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
SECONDS = 30


@dataclass
class Apis:
    """One visitor's calls. The connections are shared by all visitors; cookies are not, so each has a client of its own."""

    transport: httpx.AsyncBaseTransport
    gateway: str
    cookie: str
    troubles: list[str] = field(default_factory=list)
    """What `see` could not get, in words: the page shows them above the rest."""

    def __post_init__(self) -> None:
        headers = {"Cookie": self.cookie, "Origin": self.gateway, "Accept": "application/json"}
        self._http = httpx.AsyncClient(transport=self.transport, base_url=self.gateway, headers=headers, timeout=SECONDS, trust_env=False)

    async def get(self, path: str, **query: Any) -> Any:
        """Query values that are None or empty are left out."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return (await self.call("GET", path, params=given)).json()

    async def see(self, path: str, **query: Any) -> Any | None:
        """As `get`; but where that part of the system is away, None and a line in `troubles`."""
        try:
            return await self.get(path, **query)
        except Unavailable as error:
            self._note(error)
            return None

    async def keep(self, path: str, body: dict[str, Any]) -> None:
        """Put what may be lost where that part of the system is away; then a line in `troubles`."""
        try:
            await self.call("PUT", path, json=body)
        except Unavailable as error:
            self._note(error)

    async def post(self, path: str, body: dict[str, Any] | None = None, **query: Any) -> Any:
        return (await self.call("POST", path, json=body or {}, params=query)).json()

    async def attempt(self, method: str, path: str, **request: Any) -> tuple[httpx.Response | None, str | None]:
        """The answer, or why it was refused, for the page to say beside what was asked. Raises Unauthenticated, Unavailable."""
        try:
            return await self.call(method, path, **request), None
        except Unauthenticated:
            raise
        except Rejected as refusal:
            return None, refusal.reason

    def _note(self, error: Unavailable) -> None:
        if error.reason not in self.troubles:
            self.troubles.append(error.reason)

    async def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Raises Unauthenticated (sign in again), another Rejected with the API's own words, or Unavailable."""
        try:
            response = await self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise Unavailable("The system does not answer just now") from error
        if response.status_code in NO_ANSWER:
            raise Unavailable(f"{part_of(path)} cannot be shown: that part of the system does not answer just now")
        if response.is_server_error:
            raise Unavailable(f"{part_of(path)} cannot be shown just now: {words_of(response)}")
        if response.is_error:
            raise REFUSALS.get(response.status_code, Rejected)(words_of(response))
        return response


def part_of(path: str) -> str:
    """What people call the part of the system that answers /api/<service>/…."""
    return PARTS.get(path.split("/")[2], "This page")


def words_of(response: httpx.Response) -> str:
    """The detail of a problem+json answer; else its status."""
    if response.headers.get("content-type", "").startswith("application/problem+json"):
        problem = response.json()
        return str(problem.get("detail") or problem.get("title"))
    return f"the answer was {response.status_code}"
