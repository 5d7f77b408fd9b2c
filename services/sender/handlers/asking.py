"""What campaign asks for: e-mails are planned, acts for people become tasks, and what is withdrawn is stopped if it still can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from schemas.campaign import OutreachAsked, OutreachWithdrawn
from schemas.details import Channel
from schemas.envelope import Envelope
from schemas.marks import Digest, email_key
from schemas.sender import OutreachRefused, TaskOpened
from services.kit.clock import Clock
from services.kit.codec import Heard
from services.kit.events import Told, Work
from services.sender.domain.account import Account
from services.sender.domain.compose import Composer, Letter
from services.sender.domain.errors import Refused
from services.sender.domain.facts import Facts
from services.sender.domain.message import links_in, message_id_of
from services.sender.domain.send import Send, Stage, after, ask_again, suppress, withdraw
from services.sender.domain.suppression import keys_of
from services.sender.domain.task import open_for
from services.sender.handlers.telling import take, tell
from services.sender.store import directory, outreach, senders, suppressions
from services.sender.store.outreach import Planned


@dataclass
class Plan:
    """What a batch makes of the outreaches it is about."""

    now: datetime
    """Real time."""
    halted: set[UUID]
    known: Mapping[UUID, Send]
    """As stored."""
    sends: dict[UUID, Send] = field(default_factory=dict)
    """As they will be; the ones that change."""
    planned: dict[UUID, Planned] = field(default_factory=dict)
    """Those asked for, or asked for again, in this batch."""
    refused: dict[UUID, str] = field(default_factory=dict)
    because: dict[UUID, Envelope] = field(default_factory=dict)

    def send(self, outreach_id: UUID) -> Send | None:
        return self.sends.get(outreach_id, self.known.get(outreach_id))

    def ask(self, planned: Planned, obstacle: str | None, because: Envelope) -> None:
        """Plan it, unless it is on its way or may have gone out."""
        key, before = planned.facts.outreach_id, self.send(planned.facts.outreach_id)
        at = None if open_for(planned.facts) else self.now
        if before is None:
            wanted = Send(stage=Stage.PLANNED if at else Stage.OPEN, next_at=at)
        elif events := ask_again(before, at):
            wanted = after(before, events)
        else:
            return
        if wanted.stage is not Stage.HANDING_OVER:
            wanted = self.held(wanted, planned.facts.campaign_id)
            self.planned[key], self.because[key] = planned, because
            self.refused.pop(key, None)
            if obstacle:
                wanted = Send(Stage.REJECTED, wanted.token)
                self.refused[key] = obstacle
        self.sends[key] = wanted

    def held(self, send: Send, campaign_id: UUID) -> Send:
        return Send(send.stage, send.token) if campaign_id in self.halted else send

    def withdraw(self, body: OutreachWithdrawn) -> None:
        before = self.send(body.outreach_id)
        if before is not None and (events := withdraw(before, body.reason)):
            self.sends[body.outreach_id] = after(before, events)


def when_outreach_is_asked_plan_it(heard: Sequence[Heard], work: Work, *, composer: Composer, digest: Digest, real: Clock) -> list[Told]:
    """Plan e-mails, open tasks, refuse at once what cannot go out, and stop what is withdrawn."""
    asked = [h.body for h in heard if isinstance(h.body, OutreachAsked)]
    bodies = [h.body for h in heard if isinstance(h.body, OutreachAsked | OutreachWithdrawn)]
    standings = outreach.lock(work.connection, {body.outreach_id for body in bodies})
    accounts = senders.accounts(work.connection, {body.sender_id for body in asked})
    halted = directory.halted_among(work.connection, {body.campaign_id for body in asked})
    plan = Plan(real(), halted, {key: standing.send for key, standing in standings.items()})
    for each in heard:
        if isinstance(each.body, OutreachWithdrawn):
            plan.withdraw(each.body)
        elif isinstance(each.body, OutreachAsked):
            account = accounts.get(each.body.sender_id)
            planned = planned_of(each, account, digest)
            plan.ask(planned, obstacle(planned, account, composer, work.now), each.envelope)
    return store(plan, standings, work)


def planned_of(heard: Heard, account: Account | None, digest: Digest) -> Planned:
    body = heard.body
    assert isinstance(body, OutreachAsked)  # noqa: S101 - the caller sorted them
    facts = Facts(
        heard.envelope.workspace_id,
        body.outreach_id,
        body.recipient_id,
        body.campaign_id,
        body.contact_id,
        body.step_id,
        body.channel,
        body.act,
    )
    to = body.message.to
    return Planned(
        facts=facts,
        sender_id=body.sender_id,
        due_on=body.due_on,
        message_id=message_id_of(body.recipient_id, body.step_id, (account and account.domain) or "invalid"),
        text=body.message.text,
        keys=tuple(keys_of(body.contact_id, body.channel, to, body.suppression_digests, digest)),
        links=links_in(body.message.text) if body.channel is Channel.EMAIL else (),
        address=email_key(to) if to and body.channel is Channel.EMAIL else to,
        to_name=body.message.to_name,
        subject=body.message.subject,
    )


def obstacle(planned: Planned, account: Account | None, composer: Composer, now: datetime) -> str | None:
    """Why this can never go out as it is, or None."""
    if account is None:
        return "its sender is not registered"
    if open_for(planned.facts):
        return None
    if account.smtp is None or account.email is None:
        return "its sender has no e-mail account"
    if planned.address is None:
        return "the contact has no e-mail address"
    try:
        composer.compose(letter_of(planned, planned.address), account, now)
    except Refused as refused:
        return refused.reason
    return None


def letter_of(planned: Planned, address: str) -> Letter:
    facts = planned.facts
    return Letter(
        facts.workspace_id,
        facts.outreach_id,
        planned.message_id,
        address,
        planned.to_name,
        planned.subject or "",
        planned.text,
        planned.links,
    )


def store(plan: Plan, standings: Mapping[UUID, outreach.Standing], work: Work) -> list[Told]:
    new = {key: send for key, send in plan.sends.items() if key in plan.planned}
    if new:
        outreach.plan(work.connection, plan.planned, new)
    changes = [outreach.Change(standings[key], send) for key, send in plan.sends.items() if key not in new]
    if changes:
        outreach.save(work.connection, changes)
    reasons = suppressions.reasons(work.connection, new) if new else {}
    told = [told_of(plan, key) for key, send in new.items() if key in plan.refused or (send.stage is Stage.OPEN and key not in reasons)]
    return told + refuse(reasons, plan, work)


def told_of(plan: Plan, key: UUID) -> Told:
    planned, because = plan.planned[key], plan.because[key]
    named = planned.facts.named()
    if key in plan.refused:
        return tell(planned.facts, OutreachRefused(**named, reason=plan.refused[key]), because)
    return tell(planned.facts, TaskOpened(**named, sender_id=planned.sender_id), because)


def refuse(reasons: Mapping[UUID, str], plan: Plan, work: Work) -> list[Told]:
    """Whom a suppression is about that was here before they were asked for."""
    standings = outreach.lock(work.connection, reasons) if reasons else {}
    steps = [(standing, suppress(standing.send, reasons[key])) for key, standing in standings.items()]
    return take(work, steps, plan.because)
