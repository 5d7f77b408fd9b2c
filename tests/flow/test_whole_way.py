"""The whole way: four files become contacts, a campaign, mails, answers and KPIs, on the real parts, started as a user starts them."""

import csv
import json
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from kafka import KafkaConsumer

from cli.client import Client
from cli.demo.mail import MailWorld
from schemas.envelope import Envelope
from services.kit import kafka
from services.kit.codec import read_envelope
from tests.system import System

pytestmark = [pytest.mark.flow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def events(demo_system: System) -> dict[str, list[Envelope]]:
    """All events of all topics, by topic."""
    settings = demo_system.settings
    from schemas.topics import TOPICS

    consumer = KafkaConsumer(
        *(settings.topic_name(topic.name) for topic in TOPICS),
        **kafka.connection(settings),
        auto_offset_reset="earliest",
        consumer_timeout_ms=5000,
    )
    found: dict[str, list[Envelope]] = defaultdict(list)
    try:
        for record in consumer:
            envelope = read_envelope(record.value)
            assert isinstance(envelope, Envelope)
            found[record.topic].append(envelope)
    finally:
        consumer.close()
    return found


def test_the_demo_checks_its_own_figures(demo_system: System) -> None:
    assert demo_system.demo["figures_off"] == 0
    assert "compared: all the same" in " ".join(demo_system.said.split())
    people_did = demo_system.demo["people_did"]
    assert all(
        people_did[what] > 0 for what in ("replies", "is out of office", "bounces", "unsubscribes", "books a meeting", "request sent")
    )


def test_every_event_of_a_stream_is_there_once_and_in_order(events: dict[str, list[Envelope]]) -> None:
    for topic, envelopes in events.items():
        last: dict[tuple[str, str], int] = {}
        for envelope in envelopes:
            if envelope.version:
                address = (str(envelope.workspace_id), envelope.stream)
                assert envelope.version > last.get(address, 0), f"{topic}: {envelope.stream} {envelope.version}"
                last[address] = envelope.version


def test_a_correlation_id_follows_a_record_through_the_services(events: dict[str, list[Envelope]]) -> None:
    """From a row of a file to the golden person, and from there to whoever changed because of it."""
    imports = {envelope.correlation_id for envelope in events["ingest.records"]}
    people = [envelope for envelope in events["dedupe.people"] if envelope.correlation_id in imports]
    # The others are of records that were looked at again, for no record of their own.
    assert {e.correlation_id.partition("-")[0] for e in events["dedupe.people"] if e.correlation_id not in imports} <= {"again"}
    assert len(people) > len(events["dedupe.people"]) / 2
    by_id = {e.event_id: e for envelopes in events.values() for e in envelopes}
    scheduled = next(e for e in events["campaign.recipients"] if e.type == "StepTaken")
    assert scheduled.causation_id is not None
    assert by_id[scheduled.causation_id].type == "OutreachAccepted"
    assert by_id[scheduled.causation_id].correlation_id == scheduled.correlation_id


def test_nothing_that_identifies_a_person_stands_in_a_topic(demo_system: System, events: dict[str, list[Envelope]]) -> None:
    with Client(demo_system.gateway_url, demo_system.key) as api:
        path = f"/api/publish/workspaces/{demo_system.workspace_id}/contacts"
        details = [contact["details"] for contact in api.every(path, state="approved")]
    addresses = {each["work_email"] for each in details} | {each["private_email"] for each in details}
    wanted = [address.encode() for address in addresses if address]
    assert len(wanted) > 100
    everything = b"\n".join(bytes(e.body) for envelopes in events.values() for e in envelopes).lower()
    assert [address for address in wanted if address.lower() in everything] == []


def test_each_mail_was_sent_exactly_once(demo_system: System, events: dict[str, list[Envelope]]) -> None:
    accepted = [json.loads(bytes(e.body)) for e in events["sender.outcomes"] if e.type == "OutreachAccepted"]
    message_ids = Counter(body["message_id"] for body in accepted if body["channel"] == "email")
    assert message_ids
    assert set(message_ids.values()) == {1}
    values = demo_system.values
    mail = MailWorld("127.0.0.1", int(values["SMARTLEADS_SMTP_PORT"]), "127.0.0.1", int(values["SMARTLEADS_IMAP_PORT"]))
    with Client(demo_system.gateway_url, demo_system.key) as api:
        path = f"/api/publish/workspaces/{demo_system.workspace_id}/contacts"
        found = [contact["details"] for contact in api.every(path, state="approved") if contact["email"]]
    # Two contacts may have one mailbox, which is looked into once.
    mailboxes = {(details["work_email"] or details["private_email"]).lower() for details in found}
    with ThreadPoolExecutor(8) as threads:
        inboxes = threads.map(mail.inbox, sorted(mailboxes))
        arrived = Counter(str(message["Message-ID"]) for inbox in inboxes for message in inbox)
    arrived = Counter({message_id: times for message_id, times in arrived.items() if message_id in message_ids})
    assert arrived == message_ids


def test_no_event_is_parked_and_all_services_are_ready(demo_system: System) -> None:
    for name in ("ingest", "dedupe", "publish", "campaign", "sender", "kpi", "accounts"):
        report = httpx.get(f"{demo_system.settings.url_of(name)}/health/ready").json()
        assert report["ready"], report
        assert report.get("stream", {}).get("parked", 0) == 0, report


def test_importing_the_same_files_again_changes_nothing(demo_system: System) -> None:
    from cli.demo.command import SAMPLE
    from cli.demo.feeding import tables_in

    done = demo_system.cli("import-files", "--json", *map(str, tables_in(SAMPLE)))
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    assert [one["accepted"] for one in again] == [0, 0, 0, 0]
    assert sum(one["unchanged"] for one in again) > 4000


def test_rejected_rows_are_written_with_their_lines_and_reasons(demo_system: System, tmp_path: Path) -> None:
    odd, report = tmp_path / "odd.csv", tmp_path / "why.csv"
    good = [f"{n},Ann {name},ann.{name.lower()}@kranich.de" for n, name in enumerate(("Lee", "Ray", "Moss", "Stone"))]
    odd.write_text("\n".join(["id,name,e-mail", good[0], "8,Bob", *good[1:], "9,Cy Orr,cy@kranich.de,CEO,Ulm", ""]))
    imported = demo_system.cli("import-files", str(odd), "--json")
    [done] = json.loads(imported.stdout)
    assert (done["accepted"], done["rejected"]) == (4, 2), imported.stderr
    assert "imports rejected" in imported.stderr
    written = demo_system.cli("imports", "rejected", done["import_id"], "--out", str(report), "--json")
    assert json.loads(written.stdout) == [{"import_id": done["import_id"], "rejected": 2, "written": str(report)}]
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["reason"]) for row in rows] == [
        ("3", "the row has 2 cells where the header has 3"),
        ("7", "the row has 5 cells where the header has 3"),
    ]
    unknown = demo_system.cli("imports", "rejected", str(uuid4()))
    assert (unknown.returncode, "there is no import" in unknown.stderr) == (1, True)


def test_web_pages_are_not_read_unless_the_provider_switches_that_on(demo_system: System) -> None:
    refused = demo_system.cli("imports", "pages", "acme.test")
    assert refused.returncode == 1
    assert "SMARTLEADS_INGEST_WEB" in refused.stderr


def test_the_doctor_finds_nothing_wrong(demo_system: System) -> None:
    done = demo_system.cli("doctor")
    assert done.returncode == 0, done.stdout
