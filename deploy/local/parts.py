"""The one list of what the local stack consists of: engines, then services, then the gateway."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from deploy.local import environment as env
from deploy.local.engines import caddy, greenmail, kafka, postgres
from deploy.local.environment import Environment
from deploy.local.probe import is_well
from deploy.local.program import Program
from deploy.local.settings import PROJECT, Ports
from schemas.topics import SERVICES


class Stage(IntEnum):
    """Parts of one stage start together, once all of the stage before are ready."""

    ENGINES = 1
    SERVICES = 2
    GATEWAY = 3


@dataclass(frozen=True)
class Part:
    """`ports` are names of `Ports`, the first being the one that users meet; `program` is costly and called to start it only."""

    name: str
    title: str
    stage: Stage
    ports: tuple[str, ...]
    ready: Callable[[], bool]
    program: Callable[[], Program]


def all_parts(environment: Environment, ports: Ports) -> list[Part]:
    """What runs here: engines that lie elsewhere (see `environment.ELSEWHERE`) are not among them."""
    return [
        *engines(environment, ports),
        *(service(name, environment[env.url_setting(name)]) for name in SERVICES),
        gateway(environment, ports),
    ]


def engines(environment: Environment, ports: Ports) -> list[Part]:
    home, local = environment.home, env.local_addresses(environment, ports)
    password, bootstrap = environment[env.POSTGRES_PASSWORD], local[env.KAFKA]
    mail = (ports.smtp, ports.imap, ports.mail_api)
    known = [
        ((env.KAFKA,), Part(
            "kafka", "Kafka", Stage.ENGINES, ("kafka", "kafka_controller"),
            ready=lambda: kafka.answers(bootstrap),
            program=lambda: kafka.kafka(home / "kafka", ports.kafka, ports.kafka_controller),
        )),
        ((env.DATABASE_URL,), Part(
            "postgres", "PostgreSQL", Stage.ENGINES, ("postgres",),
            ready=lambda: postgres.answers(postgres.url(ports.postgres, password)),
            program=lambda: postgres.postgres(home / "postgres", ports.postgres, password),
        )),
        ((env.SMTP_HOST, env.SMTP_PORT), Part(
            "greenmail", "GreenMail", Stage.ENGINES, ("smtp", "imap", "mail_api"),
            ready=lambda: greenmail.answers(*mail),
            program=lambda: greenmail.greenmail(home / "greenmail", *mail),
        )),
    ]  # fmt: skip
    return [part for settings, part in known if all(environment[name] == local[name] for name in settings)]


def service(name: str, url: str) -> Part:
    return Part(
        name, name, Stage.SERVICES, (name,),
        # Ready is when all its own parts say that they can do their work.
        ready=lambda: is_well(f"{url}/health/ready", timeout=5),
        # Worker and API in one process locally; elsewhere they run apart.
        program=lambda: Program(
            title=name,
            argv=(sys.executable, "-m", f"services.{name}"),
            folder=PROJECT,
            hint=f"See the last lines of its log: `logs {name}` shows all of it.",
        ),
    )  # fmt: skip


def gateway(environment: Environment, ports: Ports) -> Part:
    return Part(
        "gateway", "gateway", Stage.GATEWAY, ("gateway",),
        ready=lambda: caddy.answers(environment[env.GATEWAY]),
        program=lambda: caddy.caddy(environment.home / "caddy", ports.gateway),
    )  # fmt: skip
