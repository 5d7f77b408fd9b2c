"""Where a recipient is on its way through the sequence, folded from what campaign tells of it. Every KPI of it reads from here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from schemas.campaign import (
    Act,
    InviteWithdrawn,
    LinkClicked,
    MeetingAccepted,
    MessageOpened,
    RecipientBounced,
    RecipientConnected,
    RecipientEnrolled,
    RecipientExited,
    RecipientOptedOut,
    RecipientPaused,
    RecipientPostponed,
    RecipientReplied,
    RecipientResumed,
    StepBlocked,
    StepFact,
    StepFailed,
    StepFellDue,
    StepInDoubt,
    StepScheduled,
    StepTaken,
    TaskMissed,
)
from schemas.details import Channel

RecipientEvent = (
    RecipientEnrolled
    | StepScheduled
    | StepFellDue
    | StepTaken
    | StepBlocked
    | StepFailed
    | StepInDoubt
    | TaskMissed
    | RecipientConnected
    | InviteWithdrawn
    | MessageOpened
    | LinkClicked
    | RecipientReplied
    | MeetingAccepted
    | RecipientBounced
    | RecipientOptedOut
    | RecipientPostponed
    | RecipientPaused
    | RecipientResumed
    | RecipientExited
)

TAKEN = {
    Act.EMAIL: "sent",
    Act.INVITE: "request_sent",
    Act.MESSAGE: "message_sent",
    Act.WITHDRAW: "withdrawn",
    Act.FOLLOW: "followed",
}
"""What a step is called once it went out."""
ECHOES = {
    "opened": {"sent"},
    "clicked": {"sent", "opened"},
    "connected": {"request_sent"},
    "withdrawn": {"request_sent"},
}
"""What comes back from a step moves a recipient on only while it still stands at one of these states of that very step."""


@dataclass(frozen=True)
class Step:
    channel: Channel
    act: Act
    ever: tuple[str, ...] = ()
    """The states that the recipient ever reached here, in order."""


@dataclass(frozen=True)
class Plan:
    at: datetime | None = None
    steps: Mapping[str, Step] = field(default_factory=dict)
    here: tuple[str, str] | None = None
    """Step and state: the one place where the recipient is now, so that `now` adds up over steps and states."""
    pending: Mapping[str, date] = field(default_factory=dict)
    """Planned and not yet taken: step → its day."""
    due: tuple[str, ...] = ()
    """LinkedIn tasks whose day has come and which are not done."""
    missed: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    """Steps that went out, withdrawals apart."""
    messaged: bool = False
    """An e-mail or a LinkedIn message was among them."""
    connected: bool = False
    replied: bool = False
    rsvp: bool = False
    postponed: bool = False
    paused: bool = False
    exited: str | None = None


UNTOLD = Plan()


def evolve(plan: Plan, event: RecipientEvent, at: datetime) -> Plan:  # noqa: C901, PLR0911, PLR0912 - one case for each event
    plan = replace(plan, at=max(at, plan.at) if plan.at else at)
    match event:
        case RecipientEnrolled():
            return replace(plan, exited=None, here=None, pending={}, due=(), missed=(), postponed=False, paused=False)
        case StepScheduled():
            return scheduled(plan, event)
        case StepFellDue():
            due = with_(plan.due, event.step_id) if event.channel == Channel.LINKEDIN else plan.due
            return replace(known(plan, event), due=due, postponed=False)
        case StepTaken():
            return taken(plan, event)
        case TaskMissed():
            plan = reached(settled(plan, event), event, "missed")
            return replace(plan, missed=with_(plan.missed, event.step_id))
        case StepBlocked():
            return reached(settled(plan, event), event, "blocked")
        case StepFailed():
            return reached(settled(plan, event), event, "failed")
        case StepInDoubt():
            return reached(settled(plan, event), event, "in_doubt")
        case RecipientConnected():
            return reached(replace(plan, connected=True), event, "connected")
        case InviteWithdrawn():
            return reached(replace(plan, due=without(plan.due, event.step_id)), event, "withdrawn")
        case MessageOpened():
            return reached(plan, event, "opened_by_machine" if event.by_machine else "opened")
        case LinkClicked():
            return reached(plan, event, "clicked_by_machine" if event.by_machine else "clicked")
        case RecipientReplied():
            return reached(replace(plan, replied=True), event, "replied")
        case MeetingAccepted():
            return reached(replace(plan, rsvp=True), event, "rsvp")
        case RecipientBounced():
            return reached(plan, event, "bounced")
        case RecipientOptedOut():
            return reached(plan, event, "unsubscribed" if event.channel == Channel.EMAIL else "opted_out")
        case RecipientPostponed():
            return replace(plan, postponed=True)
        case RecipientPaused():
            return replace(plan, paused=True)
        case RecipientResumed():
            return replace(plan, paused=False, postponed=False)
        case RecipientExited():
            return exited(plan, event)


def scheduled(plan: Plan, event: StepScheduled) -> Plan:
    plan = reached(plan, event, "scheduled")
    return replace(
        plan,
        pending={**plan.pending, event.step_id: event.due_on},
        due=without(plan.due, event.step_id),
        missed=without(plan.missed, event.step_id),
    )


def taken(plan: Plan, event: StepTaken) -> Plan:
    late = event.step_id in plan.missed and plan.here is not None and plan.here[0] != event.step_id
    plan = reached(settled(plan, event), event, TAKEN[event.act], moves=not late)
    touch = event.act != Act.WITHDRAW
    return replace(
        plan,
        missed=without(plan.missed, event.step_id),
        touches=with_(plan.touches, event.step_id) if touch else plan.touches,
        messaged=plan.messaged or event.act in {Act.EMAIL, Act.MESSAGE},
        postponed=False,
    )


def settled(plan: Plan, event: StepFact) -> Plan:
    """The step is no longer ahead."""
    pending = {step: day for step, day in plan.pending.items() if step != event.step_id}
    return replace(plan, pending=pending, due=without(plan.due, event.step_id))


def exited(plan: Plan, event: RecipientExited) -> Plan:
    plan = replace(plan, exited=event.reason.value, pending={}, due=())
    step_id = event.step_id or (plan.here[0] if plan.here else None)
    step = plan.steps.get(step_id) if step_id else None
    if step_id is None or step is None:
        return replace(plan, here=None)
    steps = {**plan.steps, step_id: replace(step, ever=with_(step.ever, "exit"))}
    return replace(plan, steps=steps, here=(step_id, "exit"))


def reached(plan: Plan, event: StepFact, state: str, *, moves: bool = True) -> Plan:
    """The recipient reached `state` of the step. It stands there now, unless it has left, or this is an echo from further back."""
    plan = known(plan, event)
    step = plan.steps[event.step_id]
    if state not in step.ever:
        plan = replace(plan, steps={**plan.steps, event.step_id: replace(step, ever=(*step.ever, state))})
    if plan.exited or not moves or state.endswith("_by_machine") or not follows(plan.here, event, state):
        return plan
    return replace(plan, here=(event.step_id, state))


def known(plan: Plan, event: StepFact) -> Plan:
    """The plan with this step among its steps."""
    if event.step_id in plan.steps:
        return plan
    return replace(plan, steps={**plan.steps, event.step_id: Step(event.channel, event.act)})


def follows(here: tuple[str, str] | None, event: StepFact, state: str) -> bool:
    if state not in ECHOES or isinstance(event, StepTaken):
        return True
    return here is not None and here[0] == event.step_id and here[1] in ECHOES[state]


def with_(steps: tuple[str, ...], step: str) -> tuple[str, ...]:
    return steps if step in steps else (*steps, step)


def without(steps: tuple[str, ...], step: str) -> tuple[str, ...]:
    return tuple(s for s in steps if s != step) if step in steps else steps
