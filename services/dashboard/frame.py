"""What every page stands in: its template, who looks, where they are; and what they see when something cannot be shown."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.dashboard.apis import Apis
from services.kit.errors import Forbidden, NotFound, Rejected, Unauthenticated, Unavailable

Json = dict[str, Any]
NOT_STORED = {"Cache-Control": "no-store"}
"""Pages show people's data: nothing of them stays in a shared computer's cache."""

environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def local_time(value: str | None, zone: str, form: str = "%a %d %b %Y, %H:%M") -> str:
    """A time of the APIs (ISO, UTC) as people in `zone` read it; empty for none."""
    return datetime.fromisoformat(value).astimezone(ZoneInfo(zone)).strftime(form) if value else ""


def day(value: str) -> str:
    """A day of the APIs (ISO) as people read it."""
    return date.fromisoformat(value).strftime("%a %d %b")


def signed(number: int) -> str:
    """A change as people write it, with its sign."""
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "±0"  # noqa: RUF001 - a minus sign is what is meant


def bits(number: float) -> str:
    """A weight of evidence, to a tenth and with its sign."""
    return f"{round(number, 1) or 0.0:+.1f}".replace("+0.0", "0.0").replace("-", "−")  # noqa: RUF001 - as above


environment.filters.update(local_time=local_time, signed=signed, day=day, bits=bits)


async def visit(request: Request) -> "Visit":
    state = request.app.state
    if not hasattr(state, "transport"):
        state.transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=100))
    gateway = str(state.context.settings.gateway_url).rstrip("/")
    return Visit(request, Apis(state.transport, gateway, request.headers.get("cookie", "")))


class PageRoute(APIRoute):
    """A route that answers people: where the APIs refuse or are away, with a page that says so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_people(request: Request) -> Response:
            try:
                return await answer(request)
            except (Rejected, Unavailable) as error:
                return not_shown(request, error)
            except RequestValidationError as error:
                wrong = ", ".join(sorted({str(each["loc"][-1]) for each in error.errors()}))
                return not_shown(request, NotFound(f"this address is not one of our pages' (what is wrong in it: {wrong})"))

        return answer_people


class Visit:
    """One look at one page."""

    def __init__(self, request: Request, apis: Apis) -> None:
        self.request, self.apis = request, apis
        self.me: Json = {}
        self.workspace: Json | None = None
        self.waiting: int | None = None
        """Questions whether two persons are one; None where no page of the Provider is shown, or they cannot be counted."""

    async def enter(self, workspace_id: UUID | None = None) -> Json:
        """Who looks. Raises Unauthenticated without a session, NotFound for a workspace in which they have no role."""
        self.me = await self.apis.get("/api/accounts/me")
        if workspace_id:
            self.workspace = await self._workspace(str(workspace_id))
        return self.me

    async def enter_as_operator(self) -> Json:
        """For the Provider's pages. Raises Forbidden to others."""
        await self.enter()
        if self.me["role"] != "operator":
            raise Forbidden("this page is for the Provider's operators")
        found = await self.apis.see("/api/dedupe/review/count")
        self.waiting = found and found["questions"]
        return self.me

    async def _workspace(self, workspace_id: str) -> Json:
        for workspace in self.me["workspaces"]:
            if workspace["workspace_id"] == workspace_id:
                return dict(workspace)
        # Operators may see more than the first 500 that `me` names.
        if self.me["role"] != "operator":
            raise NotFound("there is no such workspace, or it is not yours to see")
        return dict(await self.apis.get(f"/api/accounts/workspaces/{workspace_id}"))

    @property
    def wants_rows(self) -> bool:
        """Whether htmx asks for what follows in a list; a boosted link wants the page."""
        return "hx-request" in self.request.headers and "hx-boosted" not in self.request.headers

    def page(self, template: str, here: str, **shown: Any) -> HTMLResponse:
        """The page in its frame; `here` is its name in the navigation."""
        frame = {
            "me": self.me,
            "workspace": self.workspace,
            "zone": self.workspace["time_zone"] if self.workspace else "UTC",
            "here": here,
            "waiting": self.waiting,
            "troubles": self.apis.troubles,
        }
        return rendered(template, {**frame, **shown})


Visited = Annotated[Visit, Depends(visit)]


def rendered(template: str, shown: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    return HTMLResponse(environment.get_template(template).render(shown), status, NOT_STORED)


def not_shown(request: Request, error: Rejected | Unavailable) -> Response:
    """A page that says in words why the wanted one cannot be shown; to the sign-in where there is no session."""
    match error:
        case Unauthenticated():
            return to_sign_in(request)
        case Unavailable():
            return rendered("problem.html", {"title": "Just a moment", "words": f"{error.reason}. Reload the page to try again."}, 503)
        case Rejected():
            return rendered("problem.html", {"title": "This cannot be shown", "words": sentence(error.reason)}, error.status)


def to_sign_in(request: Request) -> Response:
    """And back to the wanted page afterwards; after a form, whose POST cannot be come back to, to the start."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = f"/login?next={quote(wanted)}" if request.method == "GET" else "/login"
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")
