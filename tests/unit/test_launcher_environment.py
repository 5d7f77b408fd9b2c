import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local import environment as env
from deploy.local.parts import all_parts
from deploy.local.settings import Ports
from deploy.local.up import ports_of
from schemas.topics import SERVICES


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    first = env.make(tmp_path, Ports(), outside={})
    first.save()
    assert env.make(tmp_path, Ports(), outside={}).values == first.values
    assert env.load(tmp_path) == dict(first.values)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    env.make(tmp_path, Ports(), outside={}).save()
    assert stat.S_IMODE(env.file_of(tmp_path).stat().st_mode) == 0o600


def test_keys_fit_each_other_and_have_the_lengths_that_services_expect(tmp_path: Path) -> None:
    made = env.make(tmp_path, Ports(), outside={})
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(made["SMARTLEADS_TOKEN_PRIVATE_KEY"]))
    assert base64.b64decode(made["SMARTLEADS_TOKEN_PUBLIC_KEY"]) == private.public_key().public_bytes_raw()
    assert len(base64.b64decode(made["SMARTLEADS_MASTER_KEY"])) == 32


def test_half_a_key_pair_is_replaced_as_a_whole(tmp_path: Path) -> None:
    env.file_of(tmp_path).write_text("SMARTLEADS_TOKEN_PRIVATE_KEY=b2xk\n")
    assert env.make(tmp_path, Ports(), outside={})["SMARTLEADS_TOKEN_PRIVATE_KEY"] != "b2xk"


def test_addresses_follow_the_ports(tmp_path: Path) -> None:
    made = env.make(tmp_path, Ports(kafka=19092, kpi=18106), outside={})
    assert made["SMARTLEADS_KAFKA_BOOTSTRAP"] == "127.0.0.1:19092"
    assert made["SMARTLEADS_KPI_URL"] == "http://127.0.0.1:18106"
    assert {f"SMARTLEADS_{service.upper()}_URL" for service in SERVICES} <= set(made.values)


def test_what_lies_elsewhere_is_used_and_not_started(tmp_path: Path) -> None:
    outside = {env.KAFKA: "kafka.example:9092", env.SMTP_HOST: "mail.example"}
    made = env.make(tmp_path, Ports(), outside)
    names = [part.name for part in all_parts(made, Ports())]
    assert made[env.KAFKA] == "kafka.example:9092"
    assert names == ["postgres", *SERVICES, "gateway"]


def test_sourcing_the_stacks_own_file_changes_nothing(tmp_path: Path) -> None:
    made = env.make(tmp_path, Ports(), outside={})
    made.save()
    again = env.make(tmp_path, Ports(), outside=made.values)
    assert [part.name for part in all_parts(again, Ports())] == ["kafka", "postgres", "greenmail", *SERVICES, "gateway"]


def test_a_running_stack_keeps_the_ports_it_was_started_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env.make(tmp_path, Ports(kafka=19092), outside={}).save()
    monkeypatch.delenv("SMARTLEADS_PORT_KAFKA", raising=False)
    assert ports_of(tmp_path, running=True).kafka == 19092
    assert ports_of(tmp_path, running=False).kafka == 9092
