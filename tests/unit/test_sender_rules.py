"""Small rules of the sender: how long it waits, whom it may connect to, who opened a mail, which links are its own."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.details import Channel
from services.sender.domain.account import Security, Server, may_connect, sender_id_of
from services.sender.domain.errors import Refused
from services.sender.domain.links import Link, Links, Purpose
from services.sender.domain.send import Patience
from services.sender.domain.suppression import marks_of
from services.sender.domain.visits import by_machine
from services.sender.settings import SenderSettings

LINKS = Links(b"k" * 32)


def test_retries_wait_three_times_as_long_each_and_four_hours_at_most() -> None:
    patience = Patience()
    minutes = [patience.pause(attempt) / timedelta(minutes=1) for attempt in range(1, 9)]
    assert minutes == [1, 3, 9, 27, 81, 240, 240, 240]
    total = sum((patience.pause(attempt) for attempt in range(1, patience.attempts)), timedelta())
    assert timedelta(days=2.5) < total < timedelta(days=4)


def test_a_lease_outlives_the_answer_it_waits_for() -> None:
    with pytest.raises(ValidationError, match="HAND_OVER"):
        SenderSettings(sender_answer_seconds=100, sender_hand_over_seconds=100)


@pytest.mark.parametrize(
    ("addresses", "security", "local_only", "why"),
    [
        (["127.0.0.1"], Security.NONE, True, None),
        (["::1"], Security.NONE, True, None),
        (["93.184.216.34"], Security.TLS, True, "SMARTLEADS_SENDER_LOCAL_ONLY"),
        (["127.0.0.1", "93.184.216.34"], Security.TLS, True, "SMARTLEADS_SENDER_LOCAL_ONLY"),
        (["93.184.216.34"], Security.STARTTLS, False, None),
        (["93.184.216.34"], Security.NONE, False, "in the clear"),
        (["10.0.0.5"], Security.TLS, False, "private network"),
        (["169.254.169.254"], Security.TLS, False, "private network"),
        (["93.184.216.34", "192.168.1.1"], Security.TLS, False, "private network"),
        (["fe80::1%eth0"], Security.TLS, False, "private network"),
        (["::ffff:10.0.0.5"], Security.TLS, False, "private network"),
        (["0.0.0.0"], Security.TLS, False, "private network"),
    ],
)
def test_no_connection_is_made_where_it_could_do_harm(addresses: list[str], security: Security, local_only: bool, why: str | None) -> None:
    server = Server("mail.example", 587, security)
    if why is None:
        may_connect(server, addresses, local_only=local_only)
    else:
        with pytest.raises(Refused, match=why):
            may_connect(server, addresses, local_only=local_only)


@pytest.mark.parametrize(
    ("agent", "machine"),
    [
        (None, True),
        ("", True),
        ("Mozilla/5.0", True),
        ("curl/8.5.0", True),
        ("Mozilla/5.0 (compatible; BarracudaCentral)", True),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", False),
    ],
)
def test_who_opens_is_told_by_the_user_agent(agent: str | None, machine: bool) -> None:
    assert by_machine(agent) is machine


links = st.builds(Link, st.sampled_from(Purpose), st.uuids(), st.uuids(), st.integers(0, 255))


@given(links)
def test_a_link_is_read_back_for_its_own_purpose_alone(link: Link) -> None:
    token = LINKS.token(link)
    assert [LINKS.read(token, purpose) for purpose in Purpose] == [link if purpose is link.purpose else None for purpose in Purpose]
    assert Links(b"other" * 6).read(token, link.purpose) is None


@given(links, st.data())
def test_no_changed_link_is_read(link: Link, data: st.DataObject) -> None:
    token = LINKS.token(link)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from([c for c in "ABCxyz019-_" if c != token[place]]))
    found = LINKS.read(token[:place] + other + token[place + 1 :], link.purpose)
    # The last character holds bits that say nothing.
    assert found is None or (found == link and place == len(token) - 1)


@given(st.text(max_size=120))
def test_no_text_is_taken_for_a_link(text: str) -> None:
    assert LINKS.read(text, Purpose.UNSUBSCRIBE) is None


def test_an_outreach_is_known_by_its_contact_and_where_it_goes() -> None:
    contact = uuid4()
    assert marks_of(contact, Channel.EMAIL, "Bob@UK.Recipient.example") == [
        ("contact", str(contact)),
        ("email", "bob@uk.recipient.example"),
        ("domain", "uk.recipient.example"),
        ("domain", "recipient.example"),
    ]
    assert marks_of(contact, Channel.LINKEDIN, "https://www.linkedin.com/in/Bob-1") == [("contact", str(contact)), ("linkedin", "bob-1")]
    assert marks_of(contact, Channel.EMAIL, None) == [("contact", str(contact))]


def test_a_user_is_one_sender_in_a_workspace() -> None:
    workspace, user = UUID(int=1), UUID(int=2)
    assert sender_id_of(workspace, user) == sender_id_of(workspace, user)
    assert sender_id_of(workspace, user) != sender_id_of(user, workspace)
