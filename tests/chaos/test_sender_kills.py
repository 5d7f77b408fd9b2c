"""Sending workers are killed at random, over and over: nothing is lost, nothing goes out twice, and the doubts are counted."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from services.kit.settings import Settings
from services.sender.settings import SenderSettings
from tests.sender_bed import Bed, sender_settings
from tests.sender_smtp import Sink, serving

pytestmark = [pytest.mark.engines, pytest.mark.chaos, pytest.mark.timeout(1800)]

FULL = bool(os.environ.get("SMARTLEADS_FULL"))
SENDS, KILLS, WORKERS = (10_000, 200, 4) if FULL else (300, 6, 1)
SESSIONS_EACH = 4
ACCOUNTS = 5 if FULL else 2
ANSWER_SECONDS, LEASE_SECONDS = (10.0, 25.0) if FULL else (5.0, 11.0)
SEED = int(os.environ.get("SMARTLEADS_SEED", "20261122"))


def environment(settings: SenderSettings) -> dict[str, str]:
    """What a process needs to have these very settings."""
    values = settings.model_dump(mode="python", exclude_none=True)
    plain = {name: value.get_secret_value() if isinstance(value, SecretStr) else str(value) for name, value in values.items()}
    return os.environ | {f"SMARTLEADS_{name.upper()}": value for name, value in plain.items()}


class Workers:
    """Processes that send; each that is killed has a successor at once."""

    def __init__(self, settings: SenderSettings, count: int) -> None:
        self._environment = environment(settings)
        self.running = [self._start() for _ in range(count)]

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-m", "tests.chaos.sender_worker"], env=self._environment)

    def kill_one(self, chance: random.Random) -> None:
        victim = chance.randrange(len(self.running))
        assert self.running[victim].poll() is None, "a worker ended by itself"
        self.running[victim].kill()
        self.running[victim].wait()
        self.running[victim] = self._start()

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


@contextmanager
def workers(settings: SenderSettings, count: int) -> Iterator[Workers]:
    made = Workers(settings, count)
    try:
        yield made
    finally:
        made.end()


def open_sends(bed: Bed) -> int:
    return sum(stage in {"planned", "claimed", "handing_over", "deferred"} for stage in bed.stages().values())


def kill_while_sending(crew: Workers, sink: Sink, sent_by: Bed, chance: random.Random) -> int:
    """Kills at moments spread over the mails' way: after some number of further mails was offered, at a random instant."""
    kills = 0
    while kills < KILLS and open_sends(sent_by):
        goal = sink.offered + chance.randint(1, max(2, SENDS // (KILLS + 1)))
        until = time.monotonic() + 30
        while sink.offered < goal and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.02))
        crew.kill_one(chance)
        kills += 1
    return kills


def wait_until_settled(bed: Bed, seconds: float) -> None:
    until = time.monotonic() + seconds
    while open_sends(bed):
        assert time.monotonic() < until, Counter(bed.stages().values())
        time.sleep(0.2)


def test_killed_at_random_nothing_is_lost_and_nothing_goes_out_twice(settings: Settings) -> None:
    quick = sender_settings(
        settings,
        sender_sessions=ACCOUNTS * SESSIONS_EACH,
        sender_sessions_each=SESSIONS_EACH,
        sender_claims_each=20,
        sender_answer_seconds=ANSWER_SECONDS,
        sender_hand_over_seconds=LEASE_SECONDS,
        sender_claim_seconds=3.0,
        sender_retry_seconds=0.2,
    )
    beds = [Bed(quick) for _ in range(ACCOUNTS)]
    chance = random.Random(SEED)  # noqa: S311 - a seed makes a failure come again
    with serving(Sink(think_seconds=0.01)) as sink:
        for number, bed in enumerate(beds):
            bed.know_workspace()
            bed.register(sink.port)
            bed.ask_for(f"bob{number}-{n}@recipient.example" for n in range(SENDS // ACCOUNTS))
        with workers(quick, WORKERS) as crew:
            kills = kill_while_sending(crew, sink, beds[0], chance)
            wait_until_settled(beds[0], 600 if FULL else 60)
    judge(beds[0], sink, kills)


def judge(bed: Bed, sink: Sink, kills: int) -> None:
    """Every mail is accounted for, by what the server has and by what is told."""
    stages, arrived = Counter(bed.stages().values()), Counter(sink.message_ids())
    told = Counter(bed.told_types())
    print(f"seed {SEED}: {kills} kills, {dict(stages)}, {len(arrived)} mails arrived")  # noqa: T201 - the figures are what this is for
    assert kills >= (150 if FULL else 5)
    assert max(arrived.values()) == 1
    assert set(stages) <= {"accepted", "in_doubt"}
    assert stages["accepted"] + stages["in_doubt"] == SENDS
    assert stages["accepted"] <= len(arrived) <= SENDS
    assert stages["in_doubt"] <= kills * SESSIONS_EACH * ACCOUNTS
    assert told["OutreachAccepted"] == stages["accepted"]
    assert told["OutreachInDoubt"] - told["OutreachSettled"] == stages["in_doubt"]
