"""An app on a real server in this process, and a client that goes the gateway's way: check first, then the call with the token."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import httpx
import uvicorn
from fastapi import FastAPI


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app's address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


class Gateway:
    """Calls like Caddy with the project's Caddyfile: asks `accounts` who calls, and puts the token in the place of the credentials."""

    def __init__(self, accounts_url: str) -> None:
        self._http = httpx.Client(base_url=accounts_url)
        self.cookies: dict[str, str] = {}
        self.key: str | None = None

    def check(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """The answer to the gateway's own question."""
        asked = {"X-Forwarded-Method": method, "X-Forwarded-Uri": path} | self._credentials() | dict(headers or {})
        return self._http.get("/internal/check", headers=asked)

    def call(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        checked = self.check(method, path + (f"?{urlencode(params)}" if params else ""), headers)
        if not checked.is_success:
            return checked
        passed = self._credentials() | dict(headers or {})
        passed.pop("Authorization", None)
        if "authorization" in checked.headers:
            passed["Authorization"] = checked.headers["authorization"]
        answer = self._http.request(method, path, json=json, params=params, headers=passed)
        self.cookies.update(answer.cookies)
        self._http.cookies.clear()
        return answer

    def _credentials(self) -> dict[str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        return headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})

    def close(self) -> None:
        self._http.close()
