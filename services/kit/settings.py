"""The settings that all services share, from the environment with one prefix; each service adds its own in its settings.py."""

import base64
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url


class Settings(BaseSettings):
    """`SMARTLEADS_NAME=value`; secrets may also stand in files of these names in the folder `SMARTLEADS_SECRETS_DIR` or /run/secrets."""

    model_config = SettingsConfigDict(env_prefix="SMARTLEADS_", extra="ignore", frozen=True)

    home: Path = Path(".smartleads")
    """Where the local stack keeps its state."""

    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_topic_prefix: str = ""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ca_file: Path | None = None
    topic_partitions: int = 4
    """One count for every topic, so that a contact's events are in the same partition everywhere. It cannot be changed later."""
    topic_replication: int = 1

    database_url: SecretStr = SecretStr("postgresql://smartleads@127.0.0.1:5433/smartleads")
    """Of the owner, who migrates. Services connect as their own roles to the same host and database."""
    database_role_prefix: str = "smartleads"
    database_role_password: SecretStr = SecretStr("")
    database_pool: int = 6
    """Connections that one process keeps for each of its roles."""

    master_key: SecretStr = SecretStr("")
    """base64 of 32 bytes; wraps the keys in the vault and the secrets at rest."""
    token_private_key: SecretStr = SecretStr("")
    """base64 of a raw Ed25519 private key; only accounts needs it."""
    token_public_key: str = ""

    clock_file: Path | None = None
    log_level: str = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"

    listen_host: str = "127.0.0.1"
    http_rate: float = 100.0
    """Calls a second that one user or API key may make of one service's process, after `http_burst` at once."""
    http_burst: int = 300
    gateway_url: str = "http://127.0.0.1:8080"
    ingest_url: str = "http://127.0.0.1:8101"
    dedupe_url: str = "http://127.0.0.1:8102"
    publish_url: str = "http://127.0.0.1:8103"
    campaign_url: str = "http://127.0.0.1:8104"
    sender_url: str = "http://127.0.0.1:8105"
    kpi_url: str = "http://127.0.0.1:8106"
    accounts_url: str = "http://127.0.0.1:8107"
    dashboard_url: str = "http://127.0.0.1:8108"

    def url_of(self, service: str) -> str:
        return str(getattr(self, f"{service}_url"))

    @cached_property
    def owner_url(self) -> URL:
        return make_url(self.database_url.get_secret_value()).set(drivername="postgresql+psycopg2")

    def role_name(self, service: str, role: str) -> str:
        return f"{self.database_role_prefix}_{service}_{role}"

    def role_url(self, service: str, role: str) -> URL:
        return self.owner_url.set(username=self.role_name(service, role), password=self.database_role_password.get_secret_value())

    @cached_property
    def master_key_bytes(self) -> bytes:
        key = base64.b64decode(self.master_key.get_secret_value())
        if len(key) != 32:
            raise ValueError("SMARTLEADS_MASTER_KEY must be base64 of 32 bytes: `openssl rand -base64 32` makes one")
        return key

    def topic_name(self, name: str) -> str:
        return self.kafka_topic_prefix + name
