"""What every service finds in its environment: addresses from the ports, and secrets made once and kept."""

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local.engines import postgres
from deploy.local.engines.ports import HOST
from deploy.local.files import write_private
from deploy.local.settings import Ports
from schemas.topics import SERVICES

DATABASE = "smartleads"
KAFKA, DATABASE_URL = "SMARTLEADS_KAFKA_BOOTSTRAP", "SMARTLEADS_DATABASE_URL"
SMTP_HOST, SMTP_PORT = "SMARTLEADS_SMTP_HOST", "SMARTLEADS_SMTP_PORT"
IMAP_HOST, IMAP_PORT = "SMARTLEADS_IMAP_HOST", "SMARTLEADS_IMAP_PORT"
GATEWAY, MAIL_API = "SMARTLEADS_GATEWAY_URL", "SMARTLEADS_MAIL_API_URL"
POSTGRES_PASSWORD = "SMARTLEADS_POSTGRES_PASSWORD"  # noqa: S105  a setting's name
_TOKEN_KEYS = ("SMARTLEADS_TOKEN_PRIVATE_KEY", "SMARTLEADS_TOKEN_PUBLIC_KEY")
OPERATOR_EMAIL, OPERATOR_PASSWORD = "SMARTLEADS_OPERATOR_EMAIL", "SMARTLEADS_OPERATOR_PASSWORD"
OPERATOR_KEY = "operator.key"
"""The file with the API key of the terminal."""
# What may lie elsewhere: where the user's environment names one, that one is used and none is started.
ELSEWHERE = (KAFKA, DATABASE_URL, SMTP_HOST, SMTP_PORT, IMAP_HOST, IMAP_PORT)


@dataclass(frozen=True)
class Environment:
    """The names and values of `smartleads.env` in `home`."""

    home: Path
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def save(self) -> None:
        lines = (f"{name}={value}\n" for name, value in self.values.items())
        write_private(file_of(self.home), "".join(("# Made by `up`; secrets stay as they are, all else is written anew.\n", *lines)))


def file_of(home: Path) -> Path:
    return home / "smartleads.env"


def load(home: Path) -> dict[str, str]:
    """What the last `up` wrote; empty before the first."""
    file = file_of(home)
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def make(home: Path, ports: Ports, outside: Mapping[str, str] = os.environ) -> Environment:
    """The environment for these ports, with the secrets that `home` keeps already, else new ones."""
    known = load(home)
    kept = {name: known.get(name) or value for name, value in _new_secrets().items()}
    # The two halves of one key are never mixed from two makings.
    keys = {name: known[name] for name in _TOKEN_KEYS if known.get(name)}
    kept |= keys if len(keys) == len(_TOKEN_KEYS) else _new_token_keys()
    own = _addresses(home, ports, kept[POSTGRES_PASSWORD])
    named = {name: outside[name] for name in ELSEWHERE if outside.get(name)}
    return Environment(home, kept | own | named | ports.as_environment())


def local_addresses(environment: Environment, ports: Ports) -> dict[str, str]:
    """Where the parts answer when the launcher starts them all itself."""
    return _addresses(environment.home, ports, environment[POSTGRES_PASSWORD])


def _addresses(home: Path, ports: Ports, password: str) -> dict[str, str]:
    return {
        "SMARTLEADS_HOME": str(home),
        "SMARTLEADS_CLOCK_FILE": str(home / "clock"),
        KAFKA: f"{HOST}:{ports.kafka}",
        DATABASE_URL: postgres.url(ports.postgres, password, DATABASE),
        SMTP_HOST: HOST,
        SMTP_PORT: str(ports.smtp),
        IMAP_HOST: HOST,
        IMAP_PORT: str(ports.imap),
        MAIL_API: f"http://{HOST}:{ports.mail_api}",
        GATEWAY: f"http://{HOST}:{ports.gateway}",
        **{url_setting(service): f"http://{HOST}:{ports.of(service)}" for service in SERVICES},
    }


def url_setting(service: str) -> str:
    return f"SMARTLEADS_{service.upper()}_URL"


def _new_secrets() -> dict[str, str]:
    return {
        POSTGRES_PASSWORD: secrets.token_urlsafe(24),
        OPERATOR_EMAIL: "operator@smartleads.example",
        OPERATOR_PASSWORD: secrets.token_urlsafe(12),
        "SMARTLEADS_DATABASE_ROLE_PASSWORD": secrets.token_urlsafe(24),
        "SMARTLEADS_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


def _new_token_keys() -> dict[str, str]:
    key = Ed25519PrivateKey.generate()
    halves = (key.private_bytes_raw(), key.public_key().public_bytes_raw())
    return {name: base64.b64encode(half).decode() for name, half in zip(_TOKEN_KEYS, halves, strict=True)}
