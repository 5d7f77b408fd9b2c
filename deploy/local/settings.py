"""The launcher's own settings: where its state is, and which ports the parts listen on."""

import os
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).parents[2]
_PREFIX = "SMARTLEADS_PORT_"


class Ports(BaseSettings):
    """TCP ports on 127.0.0.1, each from `SMARTLEADS_PORT_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", frozen=True)

    gateway: int = 8080
    ingest: int = 8101
    dedupe: int = 8102
    publish: int = 8103
    campaign: int = 8104
    sender: int = 8105
    kpi: int = 8106
    accounts: int = 8107
    dashboard: int = 8108
    kafka: int = 9092
    kafka_controller: int = 9093
    postgres: int = 5433
    smtp: int = 3025
    imap: int = 3143
    mail_api: int = 3180

    def of(self, name: str) -> int:
        """The port of that name."""
        return int(getattr(self, name))

    def as_environment(self) -> dict[str, str]:
        return {setting_of(name): str(port) for name, port in self.model_dump().items()}


def setting_of(name: str) -> str:
    """The environment variable that chooses the port of that name."""
    return f"{_PREFIX}{name.upper()}"


def home() -> Path:
    """Where secrets, data and logs are: SMARTLEADS_HOME, else `.smartleads` in the project."""
    return Path(os.environ.get("SMARTLEADS_HOME") or PROJECT / ".smartleads").resolve()
