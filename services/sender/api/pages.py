"""The few words that recipients see who follow a link in a mail."""

import base64
from html import escape

from fastapi.responses import HTMLResponse, Response

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A GIF of one transparent pixel."""
STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem}"


def page(title: str, text: str, form: str = "", status: int = 200) -> Response:
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1><p>{escape(text)}</p>{form}</body></html>",
        status,
        HEADERS,
    )


def ask_to_confirm(sender: str) -> Response:
    form = '<form method="post"><button type="submit">Unsubscribe</button></form>'
    return page("Unsubscribe", f"Do you want no more e-mails from {sender}?", form)


def unsubscribed() -> Response:
    return page("Unsubscribed", "You will get no more of these e-mails. This took effect at once.")


def unknown() -> Response:
    return page(
        "This link is not known",
        "It may have been cut off: try copying all of it from the e-mail, or answer the e-mail with the word “unsubscribe”.",
        status=404,
    )


def picture() -> Response:
    return Response(PICTURE, headers=HEADERS, media_type="image/gif")


def on_to(target: str) -> Response:
    return Response(status_code=302, headers={**HEADERS, "Location": target})
