"""The `supervisor` package as our process manager: its configuration, its daemon, and calls to it over a Unix socket."""

import hashlib
import http.client
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from deploy.local.errors import StackError
from deploy.local.program import Program, last_lines
from deploy.local.settings import PROJECT

# Every process of a stack inherits this with the stack's folder, so that what a killed supervisor left behind is known as ours.
MARK = "SMARTLEADS_STACK"
_DOWN = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Process:
    """What the supervisor knows of one program. `state` is its word: RUNNING, STARTING, BACKOFF, STOPPED, EXITED, FATAL …"""

    name: str
    state: str
    pid: int
    uptime: int
    """Seconds since it was started, 0 when it is not running."""
    why: str

    @property
    def alive(self) -> bool:
        return self.state in {"RUNNING", "STARTING"}

    @property
    def failed(self) -> bool:
        return self.state in {"BACKOFF", "FATAL", "EXITED", "UNKNOWN"}


class Supervisor:
    """The supervisor of the stack in one folder, whether its daemon runs or not."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._socket = socket_of(home)

    @property
    def logs(self) -> Path:
        return self._home / "logs"

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def is_up(self) -> bool:
        try:
            return str(self._call("supervisor.getState")["statename"]) == "RUNNING"
        except _DOWN:
            return False

    def begin(self, programs: Mapping[str, tuple[Program, int]], environment: Mapping[str, str]) -> None:
        """Start the daemon with these programs, none running yet. `programs`: name → (program, stage)."""
        self.logs.mkdir(parents=True, exist_ok=True)
        config = self._home / "supervisord.conf"
        config.write_text(configuration(self._home, programs))
        log = self.log_of("supervisord")
        with log.open("ab") as output:
            daemon = subprocess.Popen(
                (sys.executable, "-m", "supervisor.supervisord", "--nodaemon", f"--configuration={config}"),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=output, cwd=PROJECT, start_new_session=True,
                env={**os.environ, **environment, MARK: str(self._home)},
            )  # fmt: skip
        deadline = time.monotonic() + 15
        while not self.is_up():
            if daemon.poll() is not None or time.monotonic() > deadline:
                daemon.kill()
                raise StackError("The process supervisor did not start.", f"See {log}.", last_lines(log))
            time.sleep(0.05)

    def processes(self) -> dict[str, Process]:
        """All programs by name; empty when the daemon is down."""
        try:
            found = self._call("supervisor.getAllProcessInfo")
        except _DOWN:
            return {}
        return {each["name"]: _process(each) for each in found}

    def start(self, name: str) -> None:
        """Let it run; a no-op when it does."""
        try:
            self._call("supervisor.startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise StackError(f"{name} cannot be started: {fault.faultString}.", f"See {self.log_of('supervisord')}.") from fault

    def stop(self, names: list[str], within: float = 30.0) -> None:
        """Stop them side by side and wait until they are gone."""
        for name in names:
            try:
                self._call("supervisor.stopProcess", name, False)
            except xmlrpc.client.Fault as fault:
                if "NOT_RUNNING" not in fault.faultString:
                    raise
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and any(each.pid for each in self.processes().values() if each.name in names):
            time.sleep(0.1)

    def end(self) -> None:
        """Stop what still runs, and the daemon."""
        pid = self.pid()
        self._call("supervisor.shutdown")
        deadline = time.monotonic() + 60
        while pid and _exists(pid) and time.monotonic() < deadline:
            time.sleep(0.05)

    def pid(self) -> int:
        """The daemon's process id, 0 when it is down."""
        try:
            return int(self._call("supervisor.getPID"))
        except _DOWN:
            return 0

    def _call(self, method: str, *arguments: Any) -> Any:
        # A connection for each call: one kept open would not survive the daemon's restart.
        with xmlrpc.client.ServerProxy("http://127.0.0.1", SupervisorTransport(None, None, f"unix://{self._socket}")) as rpc:
            return getattr(rpc, method)(*arguments)


def _exists(pid: int) -> bool:
    try:
        # It may be our own child, and then stays a zombie until it is asked for.
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True


def _process(info: Mapping[str, Any]) -> Process:
    alive = info["statename"] in {"RUNNING", "STARTING"}
    uptime = int(info["now"] - info["start"]) if alive else 0
    return Process(info["name"], info["statename"], int(info["pid"]), uptime, info["spawnerr"] or info["description"])


def socket_of(home: Path) -> Path:
    """Where the supervisor of the stack in this folder is spoken to."""
    near = home / "supervisor.sock"
    # The system's limit for such names is 104 to 108 bytes, and the daemon makes the socket under a longer name first.
    if len(str(near)) < 90:
        return near
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"smartleads-{digest}.sock"


def configuration(home: Path, programs: Mapping[str, tuple[Program, int]]) -> str:
    """The supervisor's file for these programs (name → program, stage); none starts by itself."""
    logs = home / "logs"
    user = "user=root\n" if os.geteuid() == 0 else ""
    head = f"""\
[unix_http_server]
file={_ini(socket_of(home))}
chmod=0700

[supervisord]
{user}logfile={_ini(logs / "supervisord.log")}
logfile_maxbytes=5MB
logfile_backups=1
pidfile={_ini(home / "supervisord.pid")}
childlogdir={_ini(logs)}
minfds=1024

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return head + "".join(_section(name, program, stage, logs) for name, (program, stage) in programs.items())


def _section(name: str, program: Program, stage: int, logs: Path) -> str:
    lines: dict[str, str | int] = {
        "command": _ini(shlex.join(program.argv)),
        "directory": _ini(program.folder),
        "priority": stage * 10,
        # The launcher starts in order; after that, what dies is started again, waiting longer each time.
        "autostart": "false",
        "autorestart": "true",
        "startsecs": 5,
        "startretries": 20,
        "stopsignal": signal.Signals(program.stop_signal).name.removeprefix("SIG"),
        "stopwaitsecs": 20,
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": _ini(logs / f"{name}.log"),
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": 3,
    }
    if program.user:
        lines["user"] = program.user
    if program.env:
        lines["environment"] = _ini(",".join(f'{key}="{value}"' for key, value in program.env.items()))
    return f"\n[program:{name}]\n" + "".join(f"{key}={value}\n" for key, value in lines.items())


def _ini(value: object) -> str:
    """In supervisor's files `%` begins an expansion."""
    return str(value).replace("%", "%%")
