"""`python -m deploy.local engines`: engines in the foreground until SIGTERM, for tests and development."""

import secrets
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from deploy.local.engines import greenmail, kafka, ports, postgres
from deploy.local.files import write_private
from deploy.local.program import Program, Running

Say = Callable[[str], None]


Ready = Callable[[], bool]


class Engines:
    """Some engines on free ports, with what a client needs to reach them in `addresses`."""

    def __init__(self, data: Path, names: frozenset[str]) -> None:
        """Start those of `kafka`, `postgres`, `greenmail` that are named; stop all again if one fails (StackError)."""
        self._data = data.resolve()
        self._data.mkdir(parents=True, exist_ok=True)
        self._running: list[Running] = []
        self.addresses: dict[str, str] = {}
        makers = {"kafka": self._kafka, "postgres": self._postgres, "greenmail": self._greenmail}
        try:
            self._start({name: make() for name, make in makers.items() if name in names})
        except BaseException:
            self.stop()
            raise

    def _start(self, engines: Mapping[str, tuple[Program, Ready]]) -> None:
        for name, (program, _) in engines.items():
            self._running.append(Running(program, self._data / f"{name}.log"))
        for running, (_, ready) in zip(self._running, engines.values(), strict=True):
            running.wait_until(ready)

    def _kafka(self) -> tuple[Program, Ready]:
        port, controller = ports.free_ports(2)
        address = f"{ports.HOST}:{port}"
        self.addresses["SMARTLEADS_TEST_KAFKA"] = address
        return kafka.kafka(self._data / "kafka", port, controller), lambda: kafka.answers(address)

    def _postgres(self) -> tuple[Program, Ready]:
        (port,) = ports.free_ports(1)
        password = kept_password(self._data / "postgres.password")
        address = postgres.url(port, password)
        self.addresses["SMARTLEADS_TEST_DATABASE_URL"] = address
        return postgres.postgres(self._data / "postgres", port, password), lambda: postgres.answers(address)

    def _greenmail(self) -> tuple[Program, Ready]:
        smtp, imap, api = ports.free_ports(3)
        self.addresses["SMARTLEADS_TEST_SMTP"] = f"{ports.HOST}:{smtp}"
        self.addresses["SMARTLEADS_TEST_IMAP"] = f"{ports.HOST}:{imap}"
        self.addresses["SMARTLEADS_TEST_MAIL_API"] = f"http://{ports.HOST}:{api}"
        return greenmail.greenmail(self._data / "greenmail", smtp, imap, api), lambda: greenmail.answers(smtp, imap, api)

    def wait(self, stop: threading.Event, owner: int | None) -> None:
        """Block until `stop` is set or the process `owner` is gone; a StackError when an engine dies meanwhile."""
        while not stop.wait(1.0) and (owner is None or psutil.pid_exists(owner)):
            for each in self._running:
                if error := each.died():
                    raise error

    def stop(self) -> None:
        """Stop all, in the reverse order of starting."""
        while self._running:
            self._running.pop().stop()


def kept_password(file: Path) -> str:
    """The password in the file, made on first use; readable by its owner alone."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()


def run_in_foreground(data: Path, names: frozenset[str], owner: int | None, say: Say) -> None:
    """Run until SIGTERM, Ctrl-C or the end of `owner`; `data`/engines.env holds the addresses while they are up."""
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    engines = Engines(data, names)
    addresses = data / "engines.env"
    try:
        write_private(addresses, "".join(f"{name}={value}\n" for name, value in engines.addresses.items()))
        say(f"Up: {', '.join(sorted(names))}. Addresses are in {addresses}. Ctrl-C stops them.")
        engines.wait(stop, owner)
    finally:
        addresses.unlink(missing_ok=True)
        engines.stop()
