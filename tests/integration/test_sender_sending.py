"""The send protocol on a real PostgreSQL and over real SMTP, to servers that keep the rules and to some that don't."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import pytest

from schemas.campaign import CampaignPaused, CampaignResumed, OutreachAsked, OutreachMessage
from schemas.details import Channel
from schemas.publish import Suppressed, SuppressedBy, SuppressionScope
from services.kit.database import rows
from services.kit.settings import Settings
from services.sender.domain.account import Security, Server
from services.sender.domain.answers import Taken
from services.sender.domain.send import WENT_OUT
from services.sender.handlers import knowing, people, stopping
from services.sender.handlers.protocol import GoAhead, Result
from tests.sender_bed import Bed, real_now, sender_settings, types_of, withdrawn
from tests.sender_smtp import Sink, serving

pytestmark = pytest.mark.engines


@pytest.fixture
def bed(settings: Settings) -> Iterator[Bed]:
    made = Bed(sender_settings(settings))
    made.know_workspace()
    yield made
    made.database.close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with serving(Sink()) as served:
        yield served


def send_all(bed: Bed) -> None:
    sending = bed.sending()
    bed.send_all(sending)
    sending.close()


def test_what_is_asked_goes_out_once_and_is_told(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    asked = bed.ask_for(f"bob{n}@recipient.example" for n in range(40))
    send_all(bed)
    assert set(bed.stages().values()) == {"accepted"}
    assert len(sink.taken) == len(set(sink.message_ids())) == 40
    accepted = [body for kind, body in bed.told() if kind == "OutreachAccepted"]
    assert {UUID(body["outreach_id"]) for body in accepted} == {each.outreach_id for each in asked}
    assert {body["message_id"] for body in accepted} == set(sink.message_ids())


def test_each_answer_of_a_server_has_its_stage(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    expected = {
        "rcpt450": "deferred",
        "rcpt550": "rejected",
        "predata451": "deferred",
        "predata554": "rejected",
        "data451": "deferred",
        "data554": "rejected",
        "cut-before-data": "deferred",
        "drop-taken": "in_doubt",
        "drop-untaken": "in_doubt",
        "late": "in_doubt",
        "nonsense": "in_doubt",
        "bob": "accepted",
    }
    asked = bed.ask_for(f"{name}@recipient.example" for name in expected)
    send_all(bed)
    stages = bed.stages()
    assert {each.message.to: stages[each.outreach_id] for each in asked} == {
        f"{name}@recipient.example": stage for name, stage in expected.items()
    }
    assert sorted(set(bed.told_types())) == ["OutreachAccepted", "OutreachDeferred", "OutreachInDoubt", "OutreachRefused"]


def test_who_was_accepted_gets_no_second_mail_because_another_was_refused(bed: Bed, sink: Sink) -> None:
    """Mautic #7226: one 554 made the rest of the batch go out again for ever."""
    bed.register(sink.port)
    bed.ask_for(
        [*(f"a{n}@recipient.example" for n in range(10)), "data554@recipient.example", *(f"b{n}@recipient.example" for n in range(10))]
    )
    send_all(bed)
    send_all(bed)
    assert len(sink.taken) == len(set(sink.message_ids())) == 20


def test_in_doubt_is_never_sent_again_by_itself(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    bed.ask_for(["drop-taken@recipient.example", "drop-untaken@recipient.example"])
    for _ in range(3):
        send_all(bed)
    assert sink.offered == 2
    assert set(bed.stages().values()) == {"in_doubt"}


def test_deferred_is_tried_again_when_its_time_has_come_and_given_up_in_the_end(settings: Settings, sink: Sink) -> None:
    bed = Bed(sender_settings(settings, sender_retry_seconds=0.0))
    bed.know_workspace()
    bed.register(sink.port)
    bed.ask_for(["rcpt450@recipient.example"])
    send_all(bed)
    assert sink.offered == bed.settings.patience.attempts
    assert bed.told_types() == ["OutreachDeferred"] * (sink.offered - 1) + ["OutreachRefused"]
    assert "given up" in bed.told()[-1][1]["reason"]


def test_a_connection_that_the_server_ends_is_opened_again(bed: Bed) -> None:
    with serving(Sink(most_mails=5)) as sink:
        bed.register(sink.port)
        bed.ask_for(f"bob{n}@recipient.example" for n in range(30))
        send_all(bed)
        assert len(set(sink.message_ids())) == len(sink.taken) >= 20
        assert set(bed.stages().values()) <= {"accepted", "deferred", "planned"}


@pytest.mark.parametrize(
    ("sink_with", "why"),
    [
        ({"greeting": "421 come back later"}, "421 come back later"),
        ({"mail_answer": "451 not today"}, "451 not today"),
    ],
)
def test_a_server_in_trouble_is_left_alone_and_no_mail_is_to_blame(bed: Bed, sink_with: dict[str, str], why: str) -> None:
    with serving(Sink(**sink_with)) as sink:  # type: ignore[arg-type]
        bed.register(sink.port)
        bed.ask_for(f"bob{n}@recipient.example" for n in range(30))
        send_all(bed)
        tried = sink.connections
        send_all(bed)
        assert sink.connections == tried <= bed.settings.sender_sessions_each
        assert sink.taken == []
        assert set(bed.stages().values()) <= {"planned", "deferred"}
        assert why in str(trouble_of(bed))


def test_a_failed_handshake_sends_nothing_in_the_clear(bed: Bed) -> None:
    with serving(Sink(starttls=True)) as sink:
        bed.register(smtp=Server("127.0.0.1", sink.port, Security.STARTTLS))
        bed.ask_for(["bob@recipient.example"])
        send_all(bed)
        assert (sink.offered, sink.taken) == (0, [])
        assert set(bed.stages().values()) == {"deferred"} or set(bed.stages().values()) == {"planned"}
        assert trouble_of(bed)


@pytest.mark.parametrize(
    ("sink_with", "server_with"),
    [({"auth_answer": "535 wrong password"}, {"username": "ann", "password": "guess"}), ({"mail_answer": "550 not yours"}, {})],
)
def test_what_will_not_pass_by_itself_pauses_the_sender(bed: Bed, sink_with: dict[str, str], server_with: dict[str, str]) -> None:
    with serving(Sink(**sink_with)) as sink:  # type: ignore[arg-type]
        bed.register(smtp=Server("127.0.0.1", sink.port, Security.NONE, **server_with))
        bed.ask_for(["bob@recipient.example"])
        send_all(bed)
        connections = sink.connections
        send_all(bed)
        assert sink.connections == connections
        assert bed.told_types() == ["SenderPaused"]
        assert set(bed.stages().values()) == {"planned"}
        assert bed.books().waiting() == 0


def test_no_server_off_this_machine_is_called(bed: Bed) -> None:
    bed.register(smtp=Server("192.0.2.1", 25, Security.STARTTLS))
    bed.ask_for(["bob@recipient.example"])
    send_all(bed)
    [(kind, body)] = bed.told()
    assert kind == "SenderPaused"
    assert "SMARTLEADS_SENDER_LOCAL_ONLY" in body["reason"]


def test_withdrawn_before_it_is_handed_over_it_stays_here(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    wanted, unwanted = bed.ask_for(["bob@recipient.example", "eve@recipient.example"])
    bed.ask(withdrawn(unwanted))
    send_all(bed)
    assert bed.stages() == {wanted.outreach_id: "accepted", unwanted.outreach_id: "withdrawn"}
    assert len(sink.taken) == 1


def test_withdrawn_while_claimed_it_gets_no_go_ahead(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    [asked] = bed.ask_for(["bob@recipient.example"])
    books = bed.books()
    [claim], _ = books.claim([])
    bed.ask(withdrawn(asked))
    assert books.store([GoAhead(asked.outreach_id, claim.token)]) == [False]
    assert bed.stages() == {asked.outreach_id: "withdrawn"}


def test_asked_for_again_after_a_withdrawal_it_goes_out_once(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    [asked] = bed.ask_for(["bob@recipient.example"])
    bed.ask(withdrawn(asked), asked)
    send_all(bed)
    bed.ask(withdrawn(asked), asked)
    send_all(bed)
    assert len(sink.taken) == 1
    assert bed.stages() == {asked.outreach_id: "accepted"}


def test_what_can_never_go_out_is_refused_at_once(bed: Bed) -> None:
    bed.register(2525)
    broken = [
        bed.asked("no address"),
        bed.asked(message=OutreachMessage(to=None, subject="s", text="t")),
        bed.asked(message=OutreachMessage(to="bob@recipient.example", subject="Hi\r\nBcc: eve@evil.example", text="t")),
        bed.asked(sender_id=uuid4()),
    ]
    told = bed.ask(*broken)
    assert types_of(told) == ["OutreachRefused"] * 4
    assert set(bed.stages().values()) == {"rejected"}


def test_a_lease_that_is_over_frees_a_claim_and_its_old_holder_is_refused(settings: Settings, sink: Sink) -> None:
    bed = Bed(sender_settings(settings, sender_claim_seconds=0.0))
    bed.know_workspace()
    bed.register(sink.port)
    [asked] = bed.ask_for(["bob@recipient.example"])
    [old], _ = bed.books().claim([])
    [new], _ = bed.books().claim([])
    assert new.token > old.token
    assert bed.books().store([GoAhead(asked.outreach_id, old.token)]) == [False]
    assert bed.books().store([GoAhead(asked.outreach_id, new.token)]) == [True]
    bed.books().store([Result(asked.outreach_id, old.token, Taken())])
    assert bed.stages() == {asked.outreach_id: "handing_over"}


def test_a_go_ahead_asked_for_again_after_a_lost_commit_is_the_same(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    [asked] = bed.ask_for(["bob@recipient.example"])
    [claim], _ = bed.books().claim([])
    for _ in range(2):
        assert bed.books().store([GoAhead(asked.outreach_id, claim.token)]) == [True]
    for _ in range(2):
        bed.books().store([Result(asked.outreach_id, claim.token, Taken())])
    assert bed.told_types() == ["OutreachAccepted"]


def test_overdue_hand_overs_fall_into_doubt_and_a_late_answer_settles_them(settings: Settings, sink: Sink) -> None:
    bed = Bed(sender_settings(settings, sender_answer_seconds=0.0, sender_hand_over_seconds=0.01))
    bed.know_workspace()
    bed.register(sink.port)
    [asked] = bed.ask_for(["bob@recipient.example"])
    books = bed.books()
    [claim], _ = books.claim([])
    books.store([GoAhead(asked.outreach_id, claim.token)])
    time.sleep(0.02)
    assert books.claim([]) == ([], {})
    assert bed.stages() == {asked.outreach_id: "in_doubt"}
    books.store([Result(asked.outreach_id, claim.token, Taken())])
    assert bed.stages() == {asked.outreach_id: "accepted"}
    assert bed.told_types() == ["OutreachInDoubt", "OutreachSettled"]


def test_two_workers_never_claim_the_same_mail(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    bed.ask_for(f"bob{n}@recipient.example" for n in range(300))
    workers = [threading.Thread(target=send_all, args=(bed,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(sink.taken) == len(set(sink.message_ids())) == 300


def test_a_paused_campaign_holds_its_mails_until_it_goes_on(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    bed.handle(knowing.when_a_campaign_halts_hold_its_mails, CampaignPaused(campaign_id=bed.campaign_id), real=real_now)
    bed.ask_for(["bob@recipient.example"])
    send_all(bed)
    assert (sink.taken, bed.books().waiting()) == ([], 0)
    bed.handle(knowing.when_a_campaign_halts_hold_its_mails, CampaignResumed(campaign_id=bed.campaign_id), real=real_now)
    send_all(bed)
    assert len(sink.taken) == 1


def test_a_campaign_paused_after_the_claim_stops_the_hand_over(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    [asked] = bed.ask_for(["bob@recipient.example"])
    [claim], _ = bed.books().claim([])
    bed.handle(knowing.when_a_campaign_halts_hold_its_mails, CampaignPaused(campaign_id=bed.campaign_id), real=real_now)
    assert bed.books().store([GoAhead(asked.outreach_id, claim.token)]) == [False]
    bed.handle(knowing.when_a_campaign_halts_hold_its_mails, CampaignResumed(campaign_id=bed.campaign_id), real=real_now)
    send_all(bed)
    assert len(sink.taken) == 1


def test_a_slow_server_holds_up_its_own_mails_alone(settings: Settings, sink: Sink) -> None:
    slow, fast = Bed(sender_settings(settings, sender_answer_seconds=8.0, sender_hand_over_seconds=17.0)), Bed(sender_settings(settings))
    for each, name in ((slow, "late"), (fast, "bob")):
        each.know_workspace()
        each.register(sink.port)
        each.ask_for(f"{name}{n}@recipient.example" for n in range(4))
    sending = slow.sending()
    sending.step()
    arrived = [raw for raw in sink.taken if b"<bob" in raw]
    bed_stages = fast.stages()
    slow.send_all(sending)
    sending.close()
    assert len(arrived) == 4
    assert sorted(bed_stages.values()).count("accepted") == 4
    assert set(fast.stages().values()) == {"accepted"}


def trouble_of(bed: Bed) -> str | None:
    with bed.database.transaction() as connection:
        [row] = rows(connection, "SELECT trouble FROM senders")
    return str(row.trouble) if row.trouble else None


def test_no_mail_is_handed_over_after_the_opt_out_that_forbids_it(bed: Bed) -> None:
    """R14: opt-outs come in around the claims. Whoever had no go-ahead when the opt-out was committed never gets one."""
    with serving(Sink(think_seconds=0.005)) as sink:
        bed.register(sink.port)
        asked = bed.ask_for(f"bob{n}@recipient.example" for n in range(120))
        sender = threading.Thread(target=send_all, args=(bed,))
        sender.start()
        stopped = [each for each in reversed(asked) if opted_out_in_time(bed, each)]
        sender.join()
        arrived = b"".join(sink.taken)
        assert 0 < len(stopped) < len(asked)
        assert [each for each in stopped if f"<{each.message.to}>".encode() in arrived] == []
        assert set(bed.stages().values()) == {"accepted", "rejected"}


def opted_out_in_time(bed: Bed, asked: OutreachAsked) -> bool:
    """Opt out, and look right after the commit whether the mail may have gone by then."""
    bed.do(lambda work: people.unsubscribe(asked.outreach_id, "page", work, bed.secrets.digest))
    return bed.stages()[asked.outreach_id] not in WENT_OUT


def test_a_loop_that_stops_gives_back_what_it_had_claimed(settings: Settings) -> None:
    bed = Bed(sender_settings(settings, sender_claim_seconds=600.0))
    bed.know_workspace()
    with serving(Sink(think_seconds=0.2)) as sink:
        bed.register(sink.port)
        bed.ask_for(f"bob{n}@recipient.example" for n in range(60))
        sending = bed.sending()
        sending.step()
        sending.close()
        stages = Counter(bed.stages().values())
        assert set(stages) == {"accepted", "planned"}
        assert stages["accepted"] == len(sink.taken)
        send_all(bed)
        assert set(bed.stages().values()) == {"accepted"}
        assert len(set(sink.message_ids())) == len(sink.taken) == 60


def test_what_is_heard_twice_changes_nothing(bed: Bed, sink: Sink) -> None:
    bed.register(sink.port)
    mail, stopped = bed.asked(), bed.asked("eve@recipient.example")
    suppressed = Suppressed(
        suppression_id=uuid4(), by=SuppressedBy.EMAIL, digest=bed.secrets.digest("email", "eve@recipient.example"), reason="a customer"
    )
    batches: list[Callable[[], object]] = [
        lambda: bed.ask(mail, stopped),
        lambda: bed.handle(stopping.when_somebody_is_suppressed_stop_what_is_open, suppressed),
        lambda: bed.handle(knowing.when_a_campaign_halts_hold_its_mails, CampaignPaused(campaign_id=bed.campaign_id), real=real_now),
        lambda: bed.handle(knowing.when_a_campaign_halts_hold_its_mails, CampaignResumed(campaign_id=bed.campaign_id), real=real_now),
        lambda: bed.ask(withdrawn(mail)),
    ]
    for batch in batches:
        batch()
        told, stages = bed.told(), bed.stages()
        batch()
        assert (bed.told(), bed.stages()) == (told, stages)
    assert bed.told_types() == ["OutreachRefused"]
    assert bed.stages() == {mail.outreach_id: "withdrawn", stopped.outreach_id: "rejected"}


@pytest.mark.parametrize(
    ("by", "value", "channel", "hit"),
    [
        (SuppressedBy.EMAIL, "bob@recipient.example", None, True),
        (SuppressedBy.DOMAIN, "recipient.example", None, True),
        (SuppressedBy.EMAIL, "bob@recipient.example", Channel.LINKEDIN, False),
        (SuppressedBy.EMAIL, "ann@recipient.example", None, False),
    ],
)
def test_a_suppression_stops_whom_it_is_about_whenever_it_comes(
    bed: Bed, by: SuppressedBy, value: str, channel: Channel | None, hit: bool
) -> None:
    bed.register(2525)
    before, after = bed.asked(), bed.asked()
    bed.ask(before)
    body = Suppressed(suppression_id=uuid4(), by=by, digest=bed.secrets.digest(by, value), channel=channel, reason="a customer")
    bed.handle(stopping.when_somebody_is_suppressed_stop_what_is_open, body)
    bed.ask(after)
    assert set(bed.stages().values()) == {"rejected" if hit else "planned"}


def test_a_client_s_suppression_holds_in_all_its_workspaces_and_a_campaign_s_in_it_alone(bed: Bed, settings: Settings) -> None:
    other = Bed(sender_settings(settings))
    for each in (bed, other):
        each.know_workspace()
        each.register(2525)
    digest = bed.secrets.digest("email", "bob@recipient.example")
    by_client = Suppressed(suppression_id=uuid4(), scope=SuppressionScope.CLIENT, by=SuppressedBy.EMAIL, digest=digest, reason="r")
    of_campaign = {"scope": SuppressionScope.CAMPAIGN, "campaign_id": bed.campaign_id, "reason": "r"}
    by_campaign = Suppressed(
        suppression_id=uuid4(), by=SuppressedBy.EMAIL, digest=bed.secrets.digest("email", "eve@recipient.example"), **of_campaign
    )
    bed.handle(stopping.when_somebody_is_suppressed_stop_what_is_open, by_client, by_campaign)
    inside, outside = bed.asked("eve@recipient.example"), bed.asked("eve@recipient.example", campaign_id=uuid4())
    elsewhere, everywhere = other.asked("eve@recipient.example"), other.asked("bob@recipient.example")
    bed.ask(inside, outside)
    other.ask(elsewhere, everywhere)
    stages = bed.stages()
    assert [stages[each.outreach_id] for each in (inside, outside, elsewhere, everywhere)] == ["rejected", "planned", "planned", "rejected"]
