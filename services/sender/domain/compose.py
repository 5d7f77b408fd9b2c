"""From an outreach to the mail that goes out: who it is from, and the signed links that it carries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.sender.domain.account import Account
from services.sender.domain.links import Link, Links, Purpose
from services.sender.domain.message import Message, Tracking, build


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be written, and to whom."""

    workspace_id: UUID
    outreach_id: UUID
    message_id: str
    address: str
    to_name: str | None
    subject: str
    text: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class Composer:
    """`base_url` is where the links of mails lead: the gateway, as the world reaches it."""

    links: Links
    base_url: str

    def compose(self, letter: Letter, account: Account, date: datetime) -> bytes:
        """The mail as bytes. Raises Refused for what cannot be written safely."""
        return build(
            Message(
                message_id=letter.message_id,
                from_address=account.email or "",
                from_name=account.name,
                to_address=letter.address,
                to_name=letter.to_name,
                subject=letter.subject,
                text=letter.text,
                date=date,
                unsubscribe=self.url("u", self.link(letter, Purpose.UNSUBSCRIBE)),
                tracking=self.tracking(letter) if account.tracking else None,
            )
        )

    def tracking(self, letter: Letter) -> Tracking:
        clicks = tuple(self.url("t", self.link(letter, Purpose.CLICK, number)) for number in range(len(letter.links)))
        return Tracking(self.url("t", self.link(letter, Purpose.OPEN)), clicks)

    def link(self, letter: Letter, purpose: Purpose, number: int = 0) -> str:
        return self.links.token(Link(purpose, letter.workspace_id, letter.outreach_id, number))

    def url(self, room: str, token: str) -> str:
        return f"{self.base_url.rstrip('/')}/{room}/{token}"
