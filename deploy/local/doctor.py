"""What is wrong with the local stack and what to do about it, in words."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg2
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local import environment as env
from deploy.local import probe
from deploy.local.assets import missing_assets
from deploy.local.engines import caddy, jars, kafka
from deploy.local.engines import ports as tcp
from deploy.local.errors import StackError
from deploy.local.parts import Part, Stage
from deploy.local.settings import setting_of
from deploy.local.supervision import Process
from deploy.local.up import MEMORY_NEEDED, Stack
from schemas.topics import TOPICS

DISK_NEEDED = 2 * 1024**3
LAG_WORTH_SAYING = 10_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `todo` is empty when it is well."""

    about: str
    well: bool
    said: str
    todo: str = ""


def examine(stack: Stack) -> Iterator[Finding]:
    """Look at everything from the ground up; a fault early in the list often explains those behind it."""
    yield _python()
    yield _jars()
    yield _assets()
    yield _disk(stack.home)
    processes = stack.supervisor.processes()
    if not processes:
        yield _memory()
        yield from _ports(stack, stack.parts)
        yield Finding("stack", well=False, said="nothing runs", todo="Start it with `up`.")
        return
    for part in stack.parts:
        yield _process(part, processes.get(part.name), stack)
    yield _kafka(stack)
    yield _database(stack)
    alive = {name for name, process in processes.items() if process.alive}
    for part in stack.parts:
        if part.stage is Stage.SERVICES and part.name in alive:
            yield _service(part, stack)
    if "gateway" in alive:
        yield _gateway(stack)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "python", well=sys.version_info >= (3, 11), said=f"Python {version}", todo="Install Python 3.11 or newer, then `make setup`."
    )


def _jars() -> Finding:
    try:
        jars.fetch_all()
    except StackError as error:
        return Finding("jars", well=False, said=error.what, todo=error.todo)
    return Finding("jars", well=True, said="Kafka's and GreenMail's are in the cache")


def _assets() -> Finding:
    missing = missing_assets()
    said = f"{', '.join(missing)} missing" if missing else "the pages' JavaScript is in place"
    return Finding("assets", well=not missing, said=said, todo="Run `make setup`.")


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home if home.exists() else home.parent).free
    said = f"{free / 1024**3:.1f} GB free"
    return Finding("disk", well=free > DISK_NEEDED, said=said, todo="Free some: Kafka and PostgreSQL stop when it is full.")


def _memory() -> Finding:
    free = psutil.virtual_memory().available
    todo = f"The stack needs {MEMORY_NEEDED / 1024**3:.0f} GB: close other programs."
    return Finding("memory", well=free > MEMORY_NEEDED, said=f"{free / 1024**3:.1f} GB free", todo=todo)


def _ports(stack: Stack, parts: list[Part]) -> Iterator[Finding]:
    for part in parts:
        for name in part.ports:
            port = stack.ports.of(name)
            if not tcp.can_listen(port):
                said = f"port {port}, which {part.title} needs, is taken by {tcp.holder_in_words(port)}"
                yield Finding("ports", well=False, said=said, todo=f"End it, or set {setting_of(name)} to a free port.")


def _process(part: Part, process: Process | None, stack: Stack) -> Finding:
    if process and process.alive:
        return Finding(part.name, well=True, said=f"runs (pid {process.pid})")
    said = f"does not run ({process.state.lower()}: {process.why})" if process else "does not run"
    return Finding(part.name, well=False, said=said, todo=f"See `logs {part.name}` ({stack.supervisor.log_of(part.name)}), then `up`.")


def _kafka(stack: Stack) -> Finding:
    bootstrap = stack.environment[env.KAFKA]
    if not kafka.answers(bootstrap):
        return Finding("kafka", well=False, said=f"no answer at {bootstrap}", todo="See `logs kafka`.")
    try:
        client = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=3_000)
        known = set(client.list_topics())
        client.close()
    except KafkaError as error:
        return Finding("topics", well=False, said=f"cannot be listed: {error}", todo="See `logs kafka`.")
    missing = sorted(topic.name for topic in TOPICS if topic.name not in known)
    said = f"missing: {', '.join(missing)}" if missing else f"all {len(TOPICS)} stand"
    return Finding("topics", well=not missing, said=said, todo="`up` makes them when it starts a service; see `logs migrate`.")


def _database(stack: Stack) -> Finding:
    try:
        with psycopg2.connect(stack.environment[env.DATABASE_URL], connect_timeout=3) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
            [used] = cursor.fetchone() or [0]
            cursor.execute("SELECT current_setting('max_connections')::int")
            [most] = cursor.fetchone() or [0]
    except psycopg2.OperationalError as error:
        return Finding("database", well=False, said=str(error).strip().splitlines()[0], todo="See `logs postgres`.")
    todo = "Lower SMARTLEADS_DATABASE_POOL, or end what else is connected."
    return Finding("database", well=used < most * 0.9, said=f"answers, {used} of {most} connections in use", todo=todo)


def _service(part: Part, stack: Stack) -> Finding:
    url = stack.environment[env.url_setting(part.name)]
    try:
        report = probe.get(f"{url}/health/ready", timeout=5).json()
    except (httpx.HTTPError, ValueError) as error:
        return Finding(part.name, well=False, said=f"no answer at {url}: {error}", todo=f"See `logs {part.name}`.")
    return judge(part.name, report)


def judge(name: str, report: dict[str, Any]) -> Finding:
    """What a service says about itself (kit's health report) as a finding."""
    parts = {key: value for key, value in report.items() if isinstance(value, dict)}
    if not report.get("ready"):
        reasons = "; ".join(f"{key}: {value.get('why')}" for key, value in parts.items() if not value.get("ready"))
        return Finding(name, well=False, said=f"is not ready ({reasons})", todo=f"See `logs {name}`.")
    stream, outbox = parts.get("stream", {}), parts.get("database", {}).get("outbox", 0)
    lag = sum(int(each.get("lag") or 0) for each in stream.get("partitions", []))
    if parked := stream.get("parked", 0):
        todo = "`smartleads deadletters` shows why, and re-drives them when the reason is gone."
        return Finding(name, well=False, said=f"{parked} events are parked", todo=todo)
    said = f"ready, {lag} events behind, {outbox} to be published"
    todo = f"It may catch up by itself; if the figure grows, see `logs {name}`."
    return Finding(name, well=lag < LAG_WORTH_SAYING, said=said, todo=todo)


def _gateway(stack: Stack) -> Finding:
    url = stack.environment[env.GATEWAY]
    return Finding("gateway", well=caddy.answers(url), said=f"at {url}", todo="See `logs gateway`.")
