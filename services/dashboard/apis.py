"""The APIs as the pages see them: called through the gateway with the visitor's own session, so a page shows what they may see."""

from dataclasses import dataclass
from typing import Any

import httpx

from services.kit.errors import Forbidden, NotFound, Rejected, Unauthenticated, Unavailable

REFUSALS: dict[int, type[Rejected]] = {401: Unauthenticated, 403: Forbidden, 404: NotFound}


@dataclass(frozen=True)
class Apis:
    http: httpx.AsyncClient
    cookie: str
    origin: str

    async def get(self, path: str, **query: Any) -> Any:
        given = {name: value for name, value in query.items() if value not in {None, ""}}
        return (await self.call("GET", path, params=given)).json()

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        response = await self.call("POST", path, json=body or {})
        return response.json() if response.content else None

    async def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Raises Unauthenticated (sign in again), another Rejected with the API's own words, or Unavailable."""
        headers = {"Cookie": self.cookie, "Origin": self.origin, "Accept": "application/json"}
        try:
            response = await self.http.request(method, path, headers=headers, **request)
        except httpx.TransportError as error:
            raise Unavailable("the gateway does not answer") from error
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unavailable(words_of(response))
        if response.is_error:
            raise REFUSALS.get(response.status_code, Rejected)(words_of(response))
        return response


def words_of(response: httpx.Response) -> str:
    if response.headers.get("content-type", "").startswith("application/problem+json"):
        problem = response.json()
        return str(problem.get("detail") or problem.get("title"))
    return f"the answer was {response.status_code}"

