"""What can go wrong before anything is started is said in one sentence that names the cause and the remedy."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from deploy.local import environment as env
from deploy.local.browser import chromium
from deploy.local.engines import jars
from deploy.local.engines import ports as tcp
from deploy.local.errors import StackError
from deploy.local.parts import all_parts
from deploy.local.program import Program, Running
from deploy.local.settings import Ports
from deploy.local.supervision import MARK
from deploy.local.up import check_memory, check_ports, ports_of


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((tcp.HOST, 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_names_its_holder_and_the_setting(taken: int, tmp_path: Path) -> None:
    free = dict(zip(Ports.model_fields, tcp.free_ports(len(Ports.model_fields)), strict=True))
    ports = Ports.model_validate(free | {"imap": taken, "kpi": taken})
    parts = all_parts(env.make(tmp_path, ports, outside={}), ports)
    with pytest.raises(StackError) as raised:
        check_ports(parts, ports)
    assert f"Port {taken}, which GreenMail needs, is taken by" in str(raised.value)
    assert f"port {taken}, which kpi needs" in str(raised.value)
    assert f"(pid {os.getpid()})" in raised.value.what
    assert "SMARTLEADS_PORT_IMAP=<a free port>, SMARTLEADS_PORT_KPI=<a free port>" in raised.value.todo


def test_a_port_of_another_stack_names_that_stack(tmp_path: Path) -> None:
    code = "import socket, sys; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); sys.stdin.read()"
    marked = {**os.environ, MARK: "/elsewhere/.smartleads"}
    with subprocess.Popen((sys.executable, "-c", code), env=marked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        free = dict(zip(Ports.model_fields, tcp.free_ports(len(Ports.model_fields)), strict=True))
        ports = Ports.model_validate(free | {"kpi": int(other.stdout.readline())})
        with pytest.raises(StackError, match=r"Another SmartLeads stack, with its data in /elsewhere/\.smartleads, has 1 of the ports"):
            check_ports(all_parts(env.make(tmp_path, ports, outside={}), ports), ports)
        other.terminate()


def test_a_port_that_is_no_number_names_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTLEADS_PORT_KAFKA", "many")
    with pytest.raises(StackError, match="SMARTLEADS_PORT_KAFKA is not a number"):
        ports_of(tmp_path, running=False)


def test_another_port_for_a_running_stack_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env.make(tmp_path, Ports(kafka=19092), outside={}).save()
    monkeypatch.setenv("SMARTLEADS_PORT_KAFKA", "19093")
    with pytest.raises(StackError, match=r"up with port 19092, and SMARTLEADS_PORT_KAFKA now says 19093\. Run `down` first"):
        ports_of(tmp_path, running=True)


def test_too_little_memory_says_how_much_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1_200 * 1024**2))
    with pytest.raises(StackError, match=r"Only 1\.2 GB of memory is free, and the stack needs 3 GB\. Close"):
        check_memory()


def test_a_browser_that_is_not_there_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTLEADS_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(StackError, match="SMARTLEADS_CHROMIUM names /nowhere/chromium"):
        chromium()


def test_a_jar_that_is_not_the_locked_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half.jar").write_bytes(b"PK")
    monkeypatch.setattr(jars, "_jars", lambda _: [tmp_path / "half.jar"])
    with pytest.raises(StackError, match=r"half\.jar is not the file that was locked"):
        jars.classpath(jars.GREENMAIL)


def program(code: str, folder: Path) -> Program:
    return Program(title="Engine", argv=(sys.executable, "-c", code), folder=folder, hint="Do this.")


def test_a_program_that_dies_while_starting_shows_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "engine.log").write_text("of an earlier run\n")
    running = Running(program("print('no disk'); raise SystemExit(3)", tmp_path), tmp_path / "engine.log")
    with pytest.raises(StackError, match=r"Engine ended with exit code 3\. Do this\.") as raised:
        running.wait_until(lambda: False)
    assert raised.value.log_lines == ("no disk",)


def test_a_program_that_never_serves_is_given_up(tmp_path: Path) -> None:
    running = Running(program("import time; time.sleep(60)", tmp_path), tmp_path / "engine.log")
    with pytest.raises(StackError, match="Engine did not answer within 0 s"):
        running.wait_until(lambda: False, within=0.2)
    running.stop()
    assert not psutil.pid_exists(running.pid)


def test_a_program_that_ignores_the_signal_is_ended_all_the_same(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    log = tmp_path / "engine.log"
    running = Running(program(code, tmp_path), log)
    running.wait_until(lambda: "deaf" in log.read_text())
    running.stop(within=0.2)
    assert not psutil.pid_exists(running.pid)


def test_what_listens_is_found_by_its_port() -> None:
    code = "import socket, sys; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); sys.stdin.read()"
    with subprocess.Popen((sys.executable, "-c", code), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        port = int(other.stdout.readline())
        assert tcp.holder_in_words(port).endswith(f"(pid {other.pid})")
        assert tcp.is_open(port)
        assert not tcp.can_listen(port)
        other.send_signal(signal.SIGTERM)
    assert tcp.can_listen(port)
