"""Engines for a test run: those that the environment names, else Docker's, else the project's own from pip alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

NAMED = {
    "kafka": "SMARTLEADS_TEST_KAFKA",
    "database_url": "SMARTLEADS_TEST_DATABASE_URL",
    "smtp": "SMARTLEADS_TEST_SMTP",
    "imap": "SMARTLEADS_TEST_IMAP",
}
SECONDS_TO_START = 120


@contextmanager
def running_engines(folder: Path) -> Iterator[dict[str, str]]:
    """Addresses of Kafka, PostgreSQL and GreenMail by the names of `Engines`; what was started here is ended here."""
    named = {name: os.environ.get(variable, "") for name, variable in NAMED.items()}
    if all(named.values()):
        yield named
    elif docker_answers():
        with docker_engines() as started:
            yield started
    else:
        with local_engines(folder) as started:
            yield started


def docker_answers() -> bool:
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=10, check=False).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


@contextmanager
def docker_engines() -> Iterator[dict[str, str]]:
    from testcontainers.core.container import DockerContainer
    from testcontainers.kafka import KafkaContainer
    from testcontainers.postgres import PostgresContainer

    with ExitStack() as stack:
        kafka = stack.enter_context(KafkaContainer("confluentinc/cp-kafka:8.1.0").with_kraft())
        postgres = stack.enter_context(PostgresContainer("postgres:18", driver=None))
        mail = stack.enter_context(
            DockerContainer("greenmail/standalone:2.1.7")
            .with_env("GREENMAIL_OPTS", "-Dgreenmail.setup.test.all -Dgreenmail.hostname=0.0.0.0 -Dgreenmail.auth.disabled")
            .with_exposed_ports(3025, 3143)
        )
        host = mail.get_container_host_ip()
        yield {
            "kafka": kafka.get_bootstrap_server(),
            "database_url": postgres.get_connection_url(),
            "smtp": f"{host}:{mail.get_exposed_port(3025)}",
            "imap": f"{host}:{mail.get_exposed_port(3143)}",
        }


@contextmanager
def local_engines(folder: Path) -> Iterator[dict[str, str]]:
    engines, until = ["--kafka", "--postgres", "--greenmail"], ["--while", str(os.getpid())]
    command = [sys.executable, "-m", "deploy.local", "engines", "--data", str(folder), *engines, *until]
    with (folder / "engines.log").open("wb") as output:
        launcher = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield wait_for_addresses(launcher, folder)
        finally:
            launcher.terminate()
            launcher.wait(timeout=60)


def wait_for_addresses(launcher: "subprocess.Popen[bytes]", folder: Path) -> dict[str, str]:
    until, file = time.monotonic() + SECONDS_TO_START, folder / "engines.env"
    while time.monotonic() < until and launcher.poll() is None:
        if file.exists():
            lines = (line.removeprefix("export ").partition("=") for line in file.read_text().splitlines())
            written = {name: value for name, _, value in lines}
            return {name: written[variable] for name, variable in NAMED.items()}
        time.sleep(0.2)
    raise RuntimeError(f"the test engines did not start: {(folder / 'engines.log').read_text()[-2000:]}")
