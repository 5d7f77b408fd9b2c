"""The sender's parts, put together from its settings."""

from typing import TYPE_CHECKING

from services.kit.loops import Loop
from services.sender.books import Books, Passwords
from services.sender.carrier import SmtpCarrier
from services.sender.domain.account import Account
from services.sender.domain.compose import Composer
from services.sender.mailbox import ImapMailbox
from services.sender.ports import AccountTrouble, Mailbox
from services.sender.postbox import Postbox
from services.sender.reading import OpenMailbox, Reading
from services.sender.sending import Sending
from services.sender.settings import SenderSettings

if TYPE_CHECKING:
    from services.kit.service import Context


def composer_of(settings: SenderSettings) -> Composer:
    return Composer(settings.links, settings.gateway_url)


def carrier_of(settings: SenderSettings) -> SmtpCarrier:
    return SmtpCarrier(settings.sender_local_only, settings.sender_connect_seconds, settings.sender_answer_seconds)


def mailbox_opener(settings: SenderSettings) -> OpenMailbox:
    def open_mailbox(account: Account) -> Mailbox:
        if account.imap is None:
            raise AccountTrouble("this sender has no mailbox", lasting=True)
        return ImapMailbox(
            account.imap,
            local_only=settings.sender_local_only,
            connect_seconds=settings.sender_connect_seconds,
            answer_seconds=settings.sender_answer_seconds,
            most_bytes=settings.sender_mail_bytes,
        )

    return open_mailbox


def books_of(context: "Context") -> Books:
    settings: SenderSettings = context.settings
    return Books(context.worker, context.codec, context.clock, Passwords(context.secrets), settings.patience, settings.sender_claims_each)


def loops_of(context: "Context") -> tuple[Loop, ...]:
    settings: SenderSettings = context.settings
    sending = Sending(
        books_of(context),
        carrier_of(settings),
        composer_of(settings),
        context.clock,
        settings.sender_sessions,
        settings.sender_sessions_each,
    )
    postbox = Postbox(context.worker, context.codec, context.clock, Passwords(context.secrets), context.secrets.digest)
    reading = Reading(postbox, mailbox_opener(settings), settings.sender_mailbox_readers)
    return (
        Loop("sending", sending.step, idle=0.2, close=sending.close),
        Loop("mailboxes", reading.step, idle=settings.sender_mailbox_seconds, close=reading.close),
    )


def busy(context: "Context") -> int:
    """Mails to be sent now or on their way."""
    return books_of(context).waiting()
