"""What every benchmark prints: JSON with the machine, the versions, every run and its median. Figures, never a verdict by time."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil


def report(
    name: str,
    what: str,
    unit: str,
    runs: Mapping[str, Sequence[float]],
    *,
    packages: Sequence[str] = (),
    figures: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """`runs` has the measurements of each thing compared, in `unit`; `figures` what follows from them, such as a ratio."""
    return {
        "bench": name,
        "what": what,
        "unit": unit,
        "machine": machine(),
        "versions": {"python": platform.python_version(), **{package: version(package) for package in packages}},
        "runs": {label: [round(value, 3) for value in values] for label, values in runs.items()},
        "median": {label: round(statistics.median(values), 3) for label, values in runs.items()},
        **(figures or {}),
    }


def machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
    }


def processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def tell(result: Mapping[str, Any]) -> None:
    """Print one benchmark's result for people and programs alike."""
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
