"""The launcher run as users run it, with real engines on ports of its own; services have tests of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest
from kafka.admin import KafkaAdminClient, NewTopic

from deploy.local import environment as env
from deploy.local.engines import ports as tcp
from deploy.local.settings import PROJECT, Ports, setting_of
from deploy.local.supervision import MARK

ENGINES = ("kafka", "postgres", "greenmail", "gateway")
pytestmark = pytest.mark.engines


@dataclass(frozen=True)
class Launcher:
    """`python -m deploy.local` with a folder and ports that nobody else uses."""

    home: Path
    ports: dict[str, int]

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        settings = {setting_of(name): str(port) for name, port in self.ports.items()}
        return subprocess.Popen(
            (sys.executable, "-m", "deploy.local", *arguments),
            cwd=PROJECT, env={**os.environ, **settings, "SMARTLEADS_HOME": str(self.home)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and all that was said."""
        process = self.begin(*arguments)
        out, err = process.communicate(timeout=150)
        return process.returncode, out + err

    def states(self) -> dict[str, dict[str, Any]]:
        code, said = self.run("status", "--json")
        assert code == 0
        return {row["name"]: row for row in json.loads(said)}

    def processes(self) -> list[psutil.Process]:
        """All that run with this stack's mark."""
        found = []
        for process in psutil.process_iter():
            try:
                found += [process] * (process.environ().get(MARK) == str(self.home) and process.status() != psutil.STATUS_ZOMBIE)
            except (psutil.Error, OSError):
                continue
        return found


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    names = list(Ports.model_fields)
    made = Launcher(tmp_path_factory.mktemp("stack") / "home", dict(zip(names, tcp.free_ports(len(names)), strict=True)))
    yield made
    made.run("down", "--wipe")
    assert made.processes() == []


@pytest.fixture
def up(launcher: Launcher) -> Launcher:
    code, said = launcher.run("up", *ENGINES)
    assert code == 0, said
    return launcher


@pytest.fixture
def down(launcher: Launcher) -> Launcher:
    code, said = launcher.run("down")
    assert code == 0, said
    return launcher


def eventually(met: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not met() and time.monotonic() < until:
        time.sleep(0.1)
    return met()


def query(launcher: Launcher, sql: str) -> list[Any]:
    password = env.load(launcher.home)[env.POSTGRES_PASSWORD]
    address = f"postgresql://smartleads:{password}@127.0.0.1:{launcher.ports['postgres']}/postgres"
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchall() if cursor.description else []
    connection.close()
    return found


def kafka_admin(launcher: Launcher) -> KafkaAdminClient:
    return KafkaAdminClient(bootstrap_servers=f"127.0.0.1:{launcher.ports['kafka']}")


def test_what_is_up_is_shown_and_up_again_says_so(up: Launcher) -> None:
    states = up.states()
    running = {name for name, row in states.items() if row["state"] == "running"}
    assert running == set(ENGINES)
    assert states["kafka"]["port"] == up.ports["kafka"]
    assert all(states[name]["rss_mb"] > 10 for name in ENGINES)
    assert up.run("up", *ENGINES) == (0, "Already up.\n")


def test_up_starts_what_is_missing_and_leaves_the_rest(up: Launcher) -> None:
    before = up.states()
    stop = (
        f"from pathlib import Path; from deploy.local.supervision import Supervisor; Supervisor(Path({str(up.home)!r})).stop(['gateway'])"
    )
    subprocess.run((sys.executable, "-c", stop), cwd=PROJECT, check=True)
    assert up.states()["gateway"]["state"] == "stopped"
    code, said = up.run("up", *ENGINES)
    after = up.states()
    assert (code, "gateway" in said, "Kafka" in said) == (0, True, False)
    assert after["gateway"]["state"] == "running"
    assert after["kafka"]["pid"] == before["kafka"]["pid"]


def test_an_engine_that_is_killed_is_started_again(up: Launcher) -> None:
    pid = up.states()["greenmail"]["pid"]
    psutil.Process(pid).kill()
    assert eventually(lambda: up.states()["greenmail"]["pid"] not in {pid, None})


def test_data_and_secrets_outlive_down_and_up(up: Launcher) -> None:
    query(up, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 7 AS n")
    admin = kafka_admin(up)
    admin.create_topics([NewTopic("kept", num_partitions=1, replication_factor=1)])
    admin.close()
    secrets = env.load(up.home)["SMARTLEADS_MASTER_KEY"]
    assert up.run("down")[0] == 0
    assert up.processes() == []
    assert up.run("up", *ENGINES)[0] == 0
    assert query(up, "SELECT n FROM kept") == [(7,)]
    admin = kafka_admin(up)
    assert "kept" in admin.list_topics()
    admin.close()
    assert env.load(up.home)["SMARTLEADS_MASTER_KEY"] == secrets


def test_a_wrong_password_does_not_reach_the_database(up: Launcher) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(f"postgresql://smartleads:wrong@127.0.0.1:{up.ports['postgres']}/postgres")


def test_the_doctor_says_what_is_wrong_and_what_to_do(up: Launcher) -> None:
    code, said = up.run("doctor", "--json")
    findings = {finding["about"]: finding for finding in json.loads(said)}
    assert code == 1
    assert findings["kafka"]["well"]
    assert findings["postgres"]["well"]
    assert findings["kpi"]["said"] == "does not run (stopped: Not started)"
    assert "logs kpi" in findings["kpi"]["todo"]


def test_logs_are_kept_by_part(up: Launcher) -> None:
    code, said = up.run("logs", "postgres")
    assert (code, "ready to accept connections" in said) == (0, True)
    code, said = up.run("logs", "nobody")
    assert (code, "There is no log of nobody. There are: " in said) == (1, True)


def test_a_service_that_cannot_start_takes_nothing_else_down(up: Launcher) -> None:
    with socket.create_server((tcp.HOST, up.ports["ingest"])):
        code, said = up.run("up", "ingest")
    assert code == 1
    assert "ingest" in said.splitlines()[-1]
    assert {name for name, row in up.states().items() if row["state"] == "running"} == set(ENGINES)


def test_a_taken_port_is_said_before_anything_is_started(down: Launcher) -> None:
    with socket.create_server((tcp.HOST, down.ports["kafka"])):
        code, said = down.run("up", *ENGINES)
    assert code == 1
    assert said.splitlines()[-1] == (
        f"Port {down.ports['kafka']}, which Kafka needs, is taken by {psutil.Process().name()} (pid {os.getpid()}). "
        "End what holds it, or set SMARTLEADS_PORT_KAFKA=<a free port>."
    )
    assert down.processes() == []


def test_an_engine_that_dies_while_starting_shows_its_log_and_nothing_is_left(down: Launcher) -> None:
    meta = down.home / "kafka" / "data" / "meta.properties"
    meta.parent.mkdir(parents=True, exist_ok=True)
    whole = meta.read_text() if meta.exists() else None
    meta.write_text("version=1\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=2\n")
    try:
        code, said = down.run("up", *ENGINES)
    finally:
        meta.unlink() if whole is None else meta.write_text(whole)
    assert code == 1
    assert said.splitlines()[-1].startswith("Kafka ended while starting. See the last lines of its log")
    assert "node" in " ".join(said.splitlines()[-14:-1])
    assert down.processes() == []


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_start_that_is_interrupted_leaves_nothing_running(down: Launcher, stop: signal.Signals) -> None:
    process = down.begin("up", *ENGINES)
    assert eventually(lambda: len(down.processes()) >= 3)
    process.send_signal(stop)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert down.processes() == []


@pytest.mark.chaos
def test_what_a_killed_supervisor_left_behind_is_ended_by_the_next_up(up: Launcher) -> None:
    old = {process.pid for process in up.processes()}
    psutil.Process(int((up.home / "supervisord.pid").read_text())).kill()
    assert eventually(lambda: len(up.processes()) < len(old))
    code, said = up.run("up", *ENGINES)
    assert code == 0, said
    assert "left behind by an earlier run" in said
    assert old.isdisjoint(process.pid for process in up.processes())
