"""`python -m bench [NAME …] [--runs N]`: benchmarks one after the other, each in a process of its own, on the same engines.

Each prints its JSON; all together are written to `.cache/bench/`, in a file named after the time. One that fails does not keep the
others from running; the exit status then is 1.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.report import tell
from tests.engines import NAMED, running_engines

NAMES = ("transport", "store", "ingest", "matching", "febrl", "dedupe", "recognising", "way", "kpi", "sender")
RESULTS = Path(__file__).parents[1] / ".cache" / "bench"


def measure(name: str, runs: int | None, environment: Mapping[str, str]) -> dict[str, Any] | None:
    """What one benchmark reports, or None when it fails; it has said why on stderr."""
    command = [sys.executable, "-m", f"bench.{name}", *([str(runs)] if runs else [])]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    # Before its report stands what was logged while its database was made.
    logged, brace, rest = done.stdout.partition("{\n")
    sys.stderr.write(logged)
    if done.returncode:
        sys.stderr.write(f"the benchmark {name} failed\n")
        return None
    result: dict[str, Any] = json.loads(brace + rest)
    tell(result)
    return result


def keep(results: Sequence[Mapping[str, Any]], folder: Path, now: datetime) -> Path:
    """The file that has them all."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{now:%Y-%m-%d-%H%M%S}.json"
    file.write_text(json.dumps(results, indent=2) + "\n")
    return file


def main(names: Sequence[str], runs: int | None) -> int:
    with tempfile.TemporaryDirectory() as folder, running_engines(Path(folder)) as found:
        environment = {**os.environ, **{NAMED[engine]: address for engine, address in found.items()}}
        measured = [measure(name, runs, environment) for name in names]
    results = [result for result in measured if result]
    sys.stderr.write(f"written to {keep(results, RESULTS, datetime.now().astimezone())}\n")
    return 0 if len(results) == len(names) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmarks, each reported as JSON.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run; all without: {', '.join(NAMES)}")
    parser.add_argument("--runs", type=int, help="of each; without it, each has its own default")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}. There are {', '.join(NAMES)}")
    sys.exit(main(asked.names or NAMES, asked.runs))
