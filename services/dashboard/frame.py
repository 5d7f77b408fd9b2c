"""What every page stands in: its template, who looks, where they are; and what they see when something cannot be shown."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.dashboard.apis import Apis
from services.kit.errors import NotFound, Rejected, Unauthenticated, Unavailable

HERE = Path(__file__).parent
Json = dict[str, Any]

environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def local_time(value: str | None, zone: str, form: str = "%a %d %b %Y, %H:%M") -> str:
    """A time of the APIs (ISO, UTC) as people in `zone` read it; empty for none."""
    return datetime.fromisoformat(value).astimezone(ZoneInfo(zone)).strftime(form) if value else ""


def signed(number: int) -> str:
    """A change as people write it: +3, −2, ±0."""
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "±0"  # noqa: RUF001 - a minus sign is what is meant


environment.filters.update(local_time=local_time, signed=signed)


async def visit(request: Request) -> AsyncIterator["Visit"]:
    settings = request.app.state.context.settings
    gateway = str(settings.gateway_url).rstrip("/")
    async with httpx.AsyncClient(base_url=gateway, timeout=30) as http:
        yield Visit(request, Apis(http, request.headers.get("cookie", ""), gateway))


class PageRoute(APIRoute):
    """A route that answers people: where the APIs refuse or are away, with a page that says so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_people(request: Request) -> Response:
            try:
                return await answer(request)
            except (Rejected, Unavailable) as error:
                return not_shown(request, error)

        return answer_people


class Visit:
    """One look at one page."""

    def __init__(self, request: Request, apis: Apis) -> None:
        self.request, self.apis = request, apis

    async def page(self, template: str, here: str, workspace_id: UUID | None = None, **shown: Any) -> HTMLResponse:
        """The page in its frame; for htmx, which asks for a part, the template alone."""
        me = await self.apis.get("/api/accounts/me")
        workspace = workspace_of(me, workspace_id) if workspace_id else None
        zone = workspace["time_zone"] if workspace else "UTC"
        return rendered(template, {"me": me, "workspace": workspace, "zone": zone, "here": here, **shown})


Visited = Annotated[Visit, Depends(visit)]


def workspace_of(me: Mapping[str, Any], workspace_id: UUID) -> Json:
    for workspace in me["workspaces"]:
        if workspace["workspace_id"] == str(workspace_id):
            return dict(workspace)
    raise NotFound("there is no such workspace, or it is not yours to see")


def rendered(template: str, shown: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    return HTMLResponse(environment.get_template(template).render(shown), status)


def not_shown(request: Request, error: Rejected | Unavailable) -> Response:
    """A page that says in words why the wanted one cannot be shown; to the sign-in where there is no session."""
    match error:
        case Unauthenticated():
            wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(wanted)}", 303)
        case Rejected():
            return rendered("problem.html", {"title": "This cannot be shown", "words": error.reason}, error.status)
        case Unavailable():
            words = f"{error.reason}. It is tried again when you reload the page."
            return rendered("problem.html", {"title": "Just a moment", "words": words}, 503)
