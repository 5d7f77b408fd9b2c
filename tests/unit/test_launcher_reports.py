"""Status, doctor and logs: what the launcher says about what runs."""

import configparser
import os
import shlex
import threading
import time
from pathlib import Path
from typing import Any

from deploy.local import logs
from deploy.local.doctor import judge
from deploy.local.parts import Part, Stage
from deploy.local.program import Program
from deploy.local.settings import Ports
from deploy.local.status import memory_mb, rows
from deploy.local.supervision import Process, Supervisor, configuration, socket_of


def report(**parts: Any) -> dict[str, Any]:
    return {"service": "kpi", "ready": all(part["ready"] for part in parts.values()), "now": "2026-01-05T09:00:00+00:00", **parts}


def test_a_service_at_rest_is_well() -> None:
    finding = judge(
        "kpi", report(database={"ready": True, "outbox": 0}, stream={"ready": True, "partitions": [{"lag": 2}, {"lag": 3}], "parked": 0})
    )
    assert (finding.well, finding.said) == (True, "ready, 5 events behind, 0 to be published")


def test_a_service_that_is_not_ready_says_why() -> None:
    finding = judge("kpi", report(database={"ready": False, "why": "the database did not answer"}))
    assert (finding.well, finding.said) == (False, "is not ready (database: the database did not answer)")


def test_parked_events_are_worth_a_word() -> None:
    finding = judge("kpi", report(stream={"ready": True, "partitions": [], "parked": 4}))
    assert (finding.well, finding.said) == (False, "4 events are parked")


def test_a_service_far_behind_is_worth_a_word() -> None:
    finding = judge("kpi", report(stream={"ready": True, "partitions": [{"lag": 90_000}], "parked": 0}))
    assert not finding.well


class KnownProcesses(Supervisor):
    def processes(self) -> dict[str, Process]:
        return {"kpi": Process("kpi", "RUNNING", os.getpid(), 61, ""), "sender": Process("sender", "BACKOFF", 0, 0, "Exited too quickly")}


def part(name: str) -> Part:
    return Part(name, name, Stage.SERVICES, (name,), ready=lambda: True, program=lambda: program("echo", "%s"))


def program(*argv: str) -> Program:
    return Program(title="x", argv=argv, folder=Path("folder with 100% space"), hint="", env={"NAME": "50%"})


def test_status_tells_running_restarting_and_stopped_apart(tmp_path: Path) -> None:
    found = rows(KnownProcesses(tmp_path), [part("kpi"), part("sender"), part("ingest")], Ports())
    assert [(row.name, row.state, row.pid, row.port, row.uptime_s) for row in found] == [
        ("kpi", "running", os.getpid(), 8106, 61),
        ("sender", "restarting", None, 8105, None),
        ("ingest", "stopped", None, 8101, None),
    ]
    assert (found[0].rss_mb or 0) > 5


def test_memory_of_a_process_that_has_gone_is_unknown() -> None:
    assert memory_mb(2**22 + 1) is None


def test_the_supervisors_file_holds_commands_and_signs_unchanged(tmp_path: Path) -> None:
    argv = ("/bin/some program", "--pattern=%s", "it's")
    written = configparser.ConfigParser()
    written.read_string(configuration(tmp_path, {"kafka": (program(*argv), 1)}))
    section = written["program:kafka"]
    assert tuple(shlex.split(section["command"])) == argv
    assert section["directory"] == "folder with 100% space"
    assert section["environment"] == 'NAME="50%"'
    assert section["stopsignal"] == "TERM"


def test_a_deep_folder_still_has_a_socket_whose_name_is_short_enough(tmp_path: Path) -> None:
    assert len(str(socket_of(tmp_path / ("deep" * 30)))) < 104
    assert socket_of(Path("/srv/leads")) == Path("/srv/leads/supervisor.sock")


def test_logs_show_the_last_lines_of_each_part(tmp_path: Path) -> None:
    (tmp_path / "kafka.log").write_text("one\ntwo\nthree\n")
    shown: list[tuple[str, str]] = []
    logs.show(logs.files(tmp_path), 2, lambda name, line: shown.append((name, line)))
    assert shown == [("kafka", "two"), ("kafka", "three")]


class Enough(Exception):  # noqa: N818  it ends the following, as Ctrl-C does
    pass


def test_following_shows_what_is_written_and_begins_anew_after_rotation(tmp_path: Path) -> None:
    file = tmp_path / "kafka.log"
    file.write_text("before\n")
    shown: list[str] = []

    def write() -> None:
        for text, mode in (("half a ", "a"), ("line\n", "a"), ("new\n", "w")):
            time.sleep(0.1)
            with file.open(mode) as out:
                out.write(text)

    def take(_: str, line: str) -> None:
        shown.append(line)
        if line == "new":
            raise Enough

    writer = threading.Thread(target=write)
    writer.start()
    try:
        logs.follow(logs.files(tmp_path), take, every=0.02)
    except Enough:
        writer.join()
    assert shown == ["half a line", "new"]
