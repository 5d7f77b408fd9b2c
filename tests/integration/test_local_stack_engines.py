"""Engines alone, as the tests' own fixture runs them where nothing else answers."""

import os
import signal
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import imapclient
import psutil
import pytest

from deploy.local.settings import PROJECT

pytestmark = pytest.mark.engines


def begin(folder: Path, *options: str) -> tuple["subprocess.Popen[bytes]", dict[str, str]]:
    """GreenMail alone, which starts fastest, and its addresses."""
    process = subprocess.Popen(
        (sys.executable, "-m", "deploy.local", "engines", "--data", str(folder), "--greenmail", *options), cwd=PROJECT
    )
    file, until = folder / "engines.env", time.monotonic() + 60
    while not file.exists() and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.1)
    pairs = (line.partition("=") for line in file.read_text().splitlines())
    return process, {name: value for name, _, value in pairs}


def test_mail_sent_by_smtp_is_found_by_imap_and_sigterm_ends_it_all(tmp_path: Path) -> None:
    process, addresses = begin(tmp_path)
    children = psutil.Process(process.pid).children()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "anna@provider.example", "bo@client.example", "Façade"
    host, _, port = addresses["SMARTLEADS_TEST_SMTP"].partition(":")
    with smtplib.SMTP(host, int(port)) as smtp:
        smtp.login("anna@provider.example", "any")
        smtp.send_message(message)
    host, _, port = addresses["SMARTLEADS_TEST_IMAP"].partition(":")
    with imapclient.IMAPClient(host, int(port), ssl=False) as imap:
        imap.login("bo@client.example", "any")
        assert imap.select_folder("INBOX")[b"EXISTS"] == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not (tmp_path / "engines.env").exists()
    assert len(children) == 1
    assert not children[0].is_running()


def test_engines_end_with_the_process_they_were_started_for(tmp_path: Path) -> None:
    with subprocess.Popen(("sleep", "600")) as owner:
        process, _ = begin(tmp_path, "--while", str(owner.pid))
        children = psutil.Process(process.pid).children()
        assert process.poll() is None
        os.kill(owner.pid, signal.SIGKILL)
    assert process.wait(30) == 0
    assert not children[0].is_running()
