"""Apache Kafka as one KRaft broker, which is its own controller."""

import base64
import subprocess
import uuid
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import RetriableError

from deploy.local.engines import jars, ports
from deploy.local.errors import StackError
from deploy.local.program import Program

_MEMORY = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC")
_LOG4J = """\
<Configuration status="WARN"><Appenders><Console name="console">
<PatternLayout pattern="%d %p %m (%c{1})%n"/></Console></Appenders>
<Loggers><Logger name="kafka.server.KafkaConfig" level="WARN"/><Logger name="org.apache.kafka.common.config" level="WARN"/>
<Root level="INFO"><AppenderRef ref="console"/></Root></Loggers></Configuration>
"""


def kafka(folder: Path, port: int, controller_port: int) -> Program:
    """The broker with its data in `folder`, which is formatted on first use (3 s)."""
    settings, log4j = folder / "server.properties", folder / "log4j2.xml"
    java = (jars.JAVA, *_MEMORY, f"-Dlog4j2.configurationFile={log4j}", "-cp", jars.classpath(jars.KAFKA))

    def prepare() -> None:
        data = folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        settings.write_text(_properties(data, port, controller_port))
        log4j.write_text(_LOG4J)
        if not (data / "meta.properties").exists():
            _format(java, settings)

    return Program(
        title="Kafka",
        argv=(*java, "kafka.Kafka", str(settings)),
        folder=folder,
        hint="See the last lines of its log; free disk or memory if they are full, or run `down --wipe` if its data is damaged.",
        prepare=prepare,
    )


def answers(bootstrap: str) -> bool:
    """True when the broker serves requests (its port opens a little earlier)."""
    if not ports.is_open(int(bootstrap.rpartition(":")[2])):
        return False
    try:
        client = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=2_000, request_timeout_ms=3_000)
    except RetriableError:
        return False
    try:
        return any(not broker["is_fenced"] for broker in client.describe_cluster()["brokers"])
    except RetriableError:
        return False
    finally:
        client.close()


def _properties(data: Path, port: int, controller_port: int) -> str:
    lines = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{ports.HOST}:{controller_port}",
        "listeners": f"PLAINTEXT://{ports.HOST}:{port},CONTROLLER://{ports.HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{ports.HOST}:{port}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data,
        # Topics come from the catalogue; one made by a typing error would swallow events.
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 2,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        # One worker for each service locally: waiting for more to join only delays it.
        "group.initial.rebalance.delay.ms": 0,
        "log.retention.ms": -1,
        "num.network.threads": 2,
        "num.io.threads": 4,
        # The cleaner's buffer of 128 MB is most of what a small broker would use.
        "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def _format(java: tuple[str, ...], settings: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    # An id that begins with a dash would be read as an option.
    done = subprocess.run(
        (*java, "kafka.tools.StorageTool", "format", f"--cluster-id=A{cluster[1:]}", f"--config={settings}"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        lines = tuple((done.stdout + done.stderr).splitlines()[-12:])
        raise StackError("Kafka could not format its data folder.", f"Check that {settings.parent} can be written.", lines)
