"""The sender's own settings."""

from datetime import timedelta
from functools import cached_property
from typing import Self

from pydantic import model_validator

from services.kit.secrets import derive
from services.kit.settings import Settings
from services.sender.domain.links import Links
from services.sender.domain.send import Patience


class SenderSettings(Settings):
    """`SMARTLEADS_SENDER_…`. Seconds are real time."""

    sender_local_only: bool = True
    """Connect to mail servers on this machine alone. False sends real mail to real people."""

    sender_sessions: int = 16
    """SMTP connections of one process at once, and the most for which an answer can be lost at once."""
    sender_sessions_each: int = 4
    """For one account."""
    sender_claims_each: int = 50
    """Mails that one process claims of one account at a time."""
    sender_connect_seconds: float = 15
    sender_answer_seconds: float = 120
    """For any one answer of a mail server."""
    sender_claim_seconds: float = 120
    sender_hand_over_seconds: float = 300
    """A lease: what is still being handed over when it ends is in doubt."""
    sender_retry_seconds: float = 60
    """Until the first retry; the next ones wait three times as long each, up to four hours."""

    sender_mailbox_seconds: float = 1
    """Between two looks into a mailbox."""
    sender_mailbox_readers: int = 4
    """Mailboxes that are read at once."""
    sender_mail_bytes: int = 1024 * 1024
    """Of an incoming mail, what is fetched and kept at most."""

    @model_validator(mode="after")
    def leases_outlive_answers(self) -> Self:
        # A server answers twice while a mail is handed over: to DATA, and to the mail.
        if self.sender_hand_over_seconds <= 2 * self.sender_answer_seconds:
            raise ValueError("SMARTLEADS_SENDER_HAND_OVER_SECONDS must be more than twice SMARTLEADS_SENDER_ANSWER_SECONDS")
        return self

    @cached_property
    def patience(self) -> Patience:
        return Patience(
            claim=timedelta(seconds=self.sender_claim_seconds),
            hand_over=timedelta(seconds=self.sender_hand_over_seconds),
            first=timedelta(seconds=self.sender_retry_seconds),
        )

    @cached_property
    def links(self) -> Links:
        return Links(derive(self.master_key_bytes, b"links in mails"))
