"""Mails per second by the whole send protocol: claimed, handed over (committed before DATA), taken by an SMTP server here, stored and told.

`python -m bench.sender [runs]`. The server, in a process of its own, answers at once and keeps nothing, so this is the sender's own
cost. Beside it: how long building one mail takes, and the same with the standard library's EmailMessage.
"""

import subprocess
import sys
import time
from datetime import UTC, datetime
from email.message import EmailMessage

from bench.place import place
from bench.report import report, tell
from services.kit.settings import Settings
from services.sender.domain.message import Message, build
from tests.sender_bed import Bed, sender_settings

MAILS, ACCOUNTS, SESSIONS_EACH = 4_000, 8, 8
PACKAGES = ("aiosmtplib", "psycopg2-binary", "sqlalchemy", "msgspec", "pydantic")
TEXT = "Hello Bob,\n\nwe saw that you are looking for façade panels.\nMay I show you ours next week?\n\nAnn\n" * 4
SERVER = """
import sys
from tests.sender_smtp import Sink, serving
with serving(Sink(keeps=False)) as sink:
    print(sink.port, flush=True)
    sys.stdin.read()
"""


def send(settings: Settings, port: int) -> float:
    """Mails per second, of accounts that send at once."""
    quick = sender_settings(
        settings, sender_sessions=ACCOUNTS * SESSIONS_EACH, sender_sessions_each=SESSIONS_EACH, sender_answer_seconds=30,
        sender_hand_over_seconds=90, sender_claim_seconds=60,
    )  # fmt: skip
    beds = [Bed(quick) for _ in range(ACCOUNTS)]
    for number, bed in enumerate(beds):
        bed.know_workspace()
        bed.register(port)
        bed.ask_for(f"bob{number}-{n}@recipient.example" for n in range(MAILS // ACCOUNTS))
    sending, started = beds[0].sending(), time.perf_counter()
    beds[0].send_all(sending)
    seconds = time.perf_counter() - started
    sending.close()
    own = {key for bed in beds for key, stage in bed.stages().items() if stage == "accepted"}
    assert len(own) % MAILS == 0, "not all were taken"
    for bed in beds:
        bed.database.close()
    return MAILS / seconds


def building() -> tuple[float, float]:
    """Microseconds for one mail: ours, and the standard library's."""
    now, times = datetime.now(UTC), 500
    ours = Message(
        "<0123456789abcdef0123456789abcdef@x.example>", "ann@x.example", "bob@y.example", "Façade panels", TEXT, now, "Ann", "Bob"
    )
    started = time.perf_counter()
    for _ in range(times):
        build(ours)
    between = time.perf_counter()
    for _ in range(times):
        theirs = EmailMessage()
        theirs["From"], theirs["To"], theirs["Subject"] = "Ann <ann@x.example>", "Bob <bob@y.example>", "Façade panels"
        theirs["Message-ID"], theirs["Date"] = "<0123456789abcdef0123456789abcdef@x.example>", now
        theirs.set_content(TEXT)
        theirs.as_bytes()
    return (between - started) / times * 1e6, (time.perf_counter() - between) / times * 1e6


def main(runs: int) -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = int(server.stdout.readline())
    try:
        with place() as settings:
            rates = [send(settings, port) for _ in range(runs)]
    finally:
        server.communicate()
    ours, theirs = building()
    figures = {"sessions": ACCOUNTS * SESSIONS_EACH, "building_us": round(ours, 1), "building_by_email_message_us": round(theirs, 1)}
    tell(report("sender", "mails through the whole send protocol to a local SMTP server", "mails/s", {"sent": rates}, packages=PACKAGES,
                figures=figures))  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
