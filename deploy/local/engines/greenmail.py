"""GreenMail, a mail world of our own: SMTP takes every mail, IMAP shows it, nothing leaves the machine.

Any password logs in, and a mailbox exists from its first log-in or mail on. Mail is kept in memory only.
"""

from pathlib import Path

from deploy.local.engines import jars, ports
from deploy.local.probe import is_well
from deploy.local.program import Program


def greenmail(folder: Path, smtp_port: int, imap_port: int, api_port: int) -> Program:
    """The mail server; its own small HTTP API (users, messages, reset) listens on `api_port`."""
    listen = {"smtp": smtp_port, "imap": imap_port, "api": api_port}
    addresses = [
        f"-Dgreenmail.{name}.{part}={value}" for name, port in listen.items() for part, value in (("hostname", ports.HOST), ("port", port))
    ]
    return Program(
        title="GreenMail",
        argv=(
            jars.JAVA, "-Xmx128m", "-XX:+UseSerialGC", *addresses,
            # On a busy machine its default of one second is not enough to open a port.
            "-Dgreenmail.auth.disabled", "-Dgreenmail.startup.timeout=30000",
            "-cp", jars.classpath(jars.GREENMAIL), "com.icegreen.greenmail.standalone.GreenMailStandaloneRunner",
        ),
        folder=folder,
        hint="See the last lines of its log, then start it again.",
        prepare=lambda: folder.mkdir(parents=True, exist_ok=True),
    )  # fmt: skip


def answers(smtp_port: int, imap_port: int, api_port: int) -> bool:
    """True when SMTP, IMAP and the API serve."""
    return all(ports.is_open(port) for port in (smtp_port, imap_port)) and is_well(f"http://{ports.HOST}:{api_port}/api/service/readiness")
