"""`python -m deploy.local engines`: engines in the foreground until SIGTERM, for tests and development."""

import os
import secrets
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.engines import ports
from deploy.local.engines.engine import Engine, Running
from deploy.local.engines.greenmail import greenmail
from deploy.local.engines.kafka import kafka
from deploy.local.engines.postgres import postgres, url

Say = Callable[[str], None]


class Engines:
    """Some engines on free ports, with what a client needs to reach them in `addresses`."""

    def __init__(self, data: Path, names: frozenset[str]) -> None:
        """Start those of `kafka`, `postgres`, `greenmail` that are named; stop all again if one fails (StackError)."""
        self._data = data.resolve()
        self._running: list[Running] = []
        self.addresses: dict[str, str] = {}
        try:
            prepared = [prepare() for name, prepare in self._all().items() if name in names]
            self._running = [Running(engine) for engine in prepared]
            for each in self._running:
                each.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def _all(self) -> Mapping[str, Callable[[], Engine]]:
        return {"kafka": self._kafka, "postgres": self._postgres, "greenmail": self._greenmail}

    def _kafka(self) -> Engine:
        port, controller = ports.free_ports(2)
        self.addresses["SMARTLEADS_TEST_KAFKA"] = f"{ports.HOST}:{port}"
        return kafka(self._data / "kafka", port, controller)

    def _postgres(self) -> Engine:
        (port,) = ports.free_ports(1)
        password = kept_password(self._data / "postgres.password")
        self.addresses["SMARTLEADS_TEST_DATABASE_URL"] = url(port, password)
        return postgres(self._data / "postgres", port, password)

    def _greenmail(self) -> Engine:
        smtp, imap, api = ports.free_ports(3)
        self.addresses["SMARTLEADS_TEST_SMTP"] = f"{ports.HOST}:{smtp}"
        self.addresses["SMARTLEADS_TEST_IMAP"] = f"{ports.HOST}:{imap}"
        self.addresses["SMARTLEADS_TEST_MAIL_API"] = f"http://{ports.HOST}:{api}"
        return greenmail(self._data / "greenmail", smtp, imap, api)

    def wait(self, stop: threading.Event) -> None:
        """Block until `stop` is set; a StackError when an engine dies meanwhile."""
        while not stop.wait(1.0):
            for each in self._running:
                if error := each.died():
                    raise error

    def stop(self) -> None:
        """Stop all, in the reverse order of starting."""
        while self._running:
            self._running.pop().stop()


def kept_password(file: Path) -> str:
    """The password in the file, made on first use; readable by its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(24))
    return file.read_text()


def run_in_foreground(data: Path, names: frozenset[str], say: Say) -> None:
    """Run until SIGTERM or Ctrl-C; `data`/engines.env holds the addresses while they are up."""
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    engines = Engines(data, names)
    addresses = data / "engines.env"
    try:
        with os.fdopen(os.open(addresses, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.writelines(f"{name}={value}\n" for name, value in engines.addresses.items())
        say(f"Up: {', '.join(sorted(names))}. Addresses are in {addresses}. Ctrl-C stops them.")
        engines.wait(stop)
    finally:
        addresses.unlink(missing_ok=True)
        engines.stop()
