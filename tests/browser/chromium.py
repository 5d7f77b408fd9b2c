"""The machine's own Chromium, headless, and a visitor in it who signs in as people do."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from deploy.local.browser import chromium

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 20


@contextmanager
def browser() -> Iterator[Browser]:
    """Raises StackError, which says how to install it, where there is no Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), headless=True, args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


@contextmanager
def visitor(at: Browser, gateway_url: str, email: str, password: str, *, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """A page of somebody who has signed in, with cookies of their own; it shows where the sign-in leads."""
    context = at.new_context(viewport={"width": width, "height": height}, base_url=gateway_url)
    context.set_default_timeout(SECONDS * 1000)
    try:
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login" not in url)
        yield page
    finally:
        context.close()
