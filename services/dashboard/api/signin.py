"""Signing in and out, the start page, and the files that pages are made of."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from services.dashboard.frame import PageRoute, Visited, rendered
from services.dashboard.links import inside
from services.kit.errors import NotFound, Rejected

router = APIRouter(route_class=PageRoute)
STATIC = Path(__file__).parent.parent / "static"
A_DAY = {"Cache-Control": "public, max-age=86400"}


@router.get("/login")
def sign_in_page(next: str = "/") -> HTMLResponse:  # noqa: A002 - the query's name
    return rendered("login.html", {"problem": None, "email": None, "next": inside(next)})


@router.post("/login")
async def sign_in(
    visit: Visited,
    email: Annotated[str, Form()],
    password: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the form's name
) -> Response:
    try:
        answer = await visit.apis.call("POST", "/api/accounts/login", json={"email": email, "password": password})
    except Rejected as refusal:
        return rendered("login.html", {"problem": refusal.reason, "email": email, "next": inside(next)}, refusal.status)
    return with_cookies(RedirectResponse(inside(next), 303), answer.headers.get_list("set-cookie"))


@router.post("/logout")
async def sign_out(visit: Visited) -> Response:
    answer = await visit.apis.call("POST", "/api/accounts/logout")
    return with_cookies(RedirectResponse("/login", 303), answer.headers.get_list("set-cookie"))


@router.get("/")
async def start(visit: Visited) -> Response:
    """To where the visitor works: the Provider's page for operators, else the first workspace."""
    me = await visit.enter()
    if me["role"] == "operator":
        return RedirectResponse("/provider", 303)
    if not me["workspaces"]:
        raise NotFound("you have no workspace yet: ask your administrator for a role in one")
    return RedirectResponse(f"/workspaces/{me['workspaces'][0]['workspace_id']}/leads", 303)


@router.get("/static/{path:path}")
def static(path: str) -> Response:
    file = (STATIC / path).resolve()
    if not file.is_relative_to(STATIC.resolve()) or not file.is_file():
        raise NotFound("there is no such file")
    return FileResponse(file, headers=A_DAY)


@router.get("/{path:path}")
def no_page(path: str) -> None:
    raise NotFound(f"there is no page /{path}")


def with_cookies(response: Response, cookies: list[str]) -> Response:
    for cookie in cookies:
        response.headers.append("set-cookie", cookie)
    return response
