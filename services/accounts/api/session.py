"""The session's cookie: unreadable for scripts, and not sent along by other sites' forms."""

from fastapi import Request, Response

from services.accounts.api.common import settings_of

COOKIE = "smartleads_session"


def set_cookie(request: Request, response: Response, secret: str) -> None:
    settings = settings_of(request)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(settings.session_hours * 3600),
        httponly=True,
        samesite="lax",
        secure=settings.cookies_over_tls_only,
    )


def clear_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=settings_of(request).cookies_over_tls_only)
