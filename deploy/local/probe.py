"""Asking the parts over HTTP on this machine."""

from functools import cache

import httpx


@cache
def _client() -> httpx.Client:
    # One for all: making one costs more than the question. A proxy of the user's has nothing to do with 127.0.0.1.
    return httpx.Client(trust_env=False, verify=False)  # noqa: S501  plain HTTP only: no certificates to load


def get(url: str, timeout: float = 3.0) -> httpx.Response:
    """Raises httpx.HTTPError when nothing answers within `timeout` seconds."""
    return _client().get(url, timeout=timeout)


def is_well(url: str, timeout: float = 3.0) -> bool:
    """True when the answer is a success."""
    try:
        return get(url, timeout).is_success
    except httpx.HTTPError:
        return False
