"""Workers as processes of their own, started with a test's settings and ended by their own pid."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from services.kit.settings import Settings

ROOT = Path(__file__).parents[2]


def environment(settings: Settings) -> dict[str, str]:
    """What these settings are in the environment."""
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    plain = {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in values.items()}
    return {f"SMARTLEADS_{name.upper()}": str(value) for name, value in plain.items() if value is not None}


@contextmanager
def service(settings: Settings, log: Path, part: str | None = None, batch: int = 20, **options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The test service's worker, or another part of it; killed at the end if it still lives. Its log is appended to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.service", *([part] if part else [])],
            cwd=ROOT,
            env={**os.environ, **environment(settings), "BATCH": str(batch), **options},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(timeout=30)
