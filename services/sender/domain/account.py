"""A sender's accounts: who writes, by which server, under which limits."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from uuid import UUID, uuid5

from services.sender.domain.errors import Refused

SENDER_IDS = UUID("0b9f7a31-2f43-4f0e-8f0e-0d8f5b1d6c11")


class Security(StrEnum):
    """How a connection to a mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class Server:
    """A mail server and the log-in to it. Without a user name none is made."""

    host: str
    port: int
    security: Security
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True)
class Account:
    sender_id: UUID
    workspace_id: UUID
    user_id: UUID
    name: str
    email: str | None = None
    smtp: Server | None = None
    imap: Server | None = None
    sent_folder: str | None = None
    """Where the server keeps what was sent: searched for what is in doubt."""
    tracking: bool = True
    failures: int = 0
    """In a row, of connections to the server for sending."""

    @property
    def domain(self) -> str:
        return (self.email or "").rpartition("@")[2]


@dataclass(frozen=True)
class Standing:
    """What the events of a sender fold to."""

    paused: bool = False


def sender_id_of(workspace_id: UUID, user_id: UUID) -> UUID:
    """A user is one sender in a workspace, however often registered."""
    return uuid5(SENDER_IDS, f"{workspace_id}/{user_id}")


LOCAL_ONLY = (
    "is not on this machine, and this installation sends nothing anywhere else. "
    "To send real mail, set SMARTLEADS_SENDER_LOCAL_ONLY=false and start the sender anew"
)


def may_connect(server: Server, addresses: list[str], *, local_only: bool) -> None:
    """Raises Refused where connecting could harm: off this machine by accident, into a private network, or in the clear."""
    found = [plain(address) for address in addresses]
    if all(address.is_loopback for address in found):
        return
    if local_only:
        raise Refused(f"{server.host} {LOCAL_ONLY}")
    if not all(address.is_global for address in found):
        raise Refused(f"{server.host} is in a private network: mail servers are reached by their public addresses only")
    if server.security is Security.NONE:
        raise Refused(f"{server.host} would get the log-in and the mails in the clear: choose starttls or tls")


def plain(address: str) -> IPv4Address | IPv6Address:
    """Without the zone of an IPv6 address, and an IPv4 address in IPv6's clothes as what it is."""
    found = ip_address(address.partition("%")[0])
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
