"""Which Chromium the browser tests and screenshots use: the machine's own, as Playwright's download is not in any registry."""

import os
import shutil
from pathlib import Path

from deploy.local.errors import StackError

SETTING = "SMARTLEADS_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def chromium() -> str:
    """The path of Chromium or Chrome; a StackError says how to get one."""
    if chosen := os.environ.get(SETTING):
        if found := shutil.which(chosen):
            return found
        raise StackError(f"{SETTING} names {chosen}, which is not a program.", "Correct it, or unset it.")
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    for path in _ELSEWHERE:
        if Path(path).is_file():
            return path
    raise StackError("There is no Chromium on this machine.", f"Install it (`apt-get install chromium`), or set {SETTING} to its path.")
