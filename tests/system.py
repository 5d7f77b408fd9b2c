"""The whole system, as a user starts it: in a home of its own on free ports, with the demo run once for all tests that look at it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import environment
from deploy.local.engines.ports import free_ports
from deploy.local.settings import Ports, setting_of
from services.kit.settings import Settings

SECONDS_FOR_THE_DEMO = 900


@dataclass(frozen=True)
class System:
    """A running system and what its demo made."""

    home: Path
    values: Mapping[str, str]
    """The settings of its parts, as `smartleads.env` has them."""
    demo: Mapping[str, Any]
    said: str
    """What the demo printed."""

    @property
    def gateway_url(self) -> str:
        return self.values["SMARTLEADS_GATEWAY_URL"]

    @property
    def workspace_id(self) -> str:
        return str(self.demo["workspace_id"])

    @property
    def campaign_id(self) -> str:
        """The one that is still on its way."""
        return str(self.demo["campaign_ids"][-1])

    @property
    def manager_email(self) -> str:
        return str(self.demo["manager"]["email"])

    @property
    def password(self) -> str:
        return str(self.demo["manager"]["password"])

    @property
    def operator_email(self) -> str:
        return self.values[environment.OPERATOR_EMAIL]

    @property
    def operator_password(self) -> str:
        return self.values[environment.OPERATOR_PASSWORD]

    @property
    def key(self) -> str:
        return (self.home / environment.OPERATOR_KEY).read_text().strip()

    @property
    def settings(self) -> Settings:
        """As a process of this system reads them."""
        return Settings(**{name.removeprefix("SMARTLEADS_").lower(): value for name, value in self.values.items()})  # type: ignore[arg-type]

    def cli(self, *command: str, seconds: float = 300) -> "subprocess.CompletedProcess[str]":
        return run(self.home, {}, *command, seconds=seconds)


def run(home: Path, more: Mapping[str, str], *command: str, seconds: float) -> "subprocess.CompletedProcess[str]":
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SMARTLEADS_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *command],
        env={**outside, **more, "SMARTLEADS_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@contextmanager
def demo_run(home: Path) -> Iterator[System]:
    """The demo on engines and ports of its own; all of it is ended afterwards."""
    names = list(Ports.model_fields)
    ports = {setting_of(name): str(port) for name, port in zip(names, free_ports(len(names)), strict=True)}
    try:
        done = run(home, ports, "demo", seconds=SECONDS_FOR_THE_DEMO)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said[-6000:] + last_words(home)
        yield System(home, environment.load(home), json.loads((home / "demo.json").read_text()), said)
    finally:
        run(home, {}, "down", "--wipe", seconds=120)


def last_words(home: Path) -> str:
    """The errors in the logs, for whoever reads why a test failed."""
    lines = [
        f"{log.name}: {line}"
        for log in sorted((home / "logs").glob("*.log"))
        for line in log.read_text(errors="replace").splitlines()
        if '"level": "error"' in line or "Traceback" in line
    ]
    return "\n".join(["", *lines[-20:]])
