"""Questions about one recipient, answered from the list of what happened to it."""

from collections.abc import Iterator

from services.kpi.domain.recount.facts import Fact, Facts, any_of, last_of

SETTLES = ("StepTaken", "TaskMissed", "StepBlocked", "StepFailed", "StepInDoubt")
"""After one of these the step is no longer ahead."""
ACTS = {
    "email": "sent",
    "invite": "request_sent",
    "message": "message_sent",
    "withdraw": "withdrawn",
    "follow": "followed",
}
PLAIN = {
    "StepScheduled": "scheduled",
    "StepBlocked": "blocked",
    "StepFailed": "failed",
    "StepInDoubt": "in_doubt",
    "TaskMissed": "missed",
    "RecipientConnected": "connected",
    "InviteWithdrawn": "withdrawn",
    "RecipientReplied": "replied",
    "MeetingAccepted": "rsvp",
    "RecipientBounced": "bounced",
}
COMES_BACK = {
    ("MessageOpened", "sent"),
    ("LinkClicked", "sent"),
    ("LinkClicked", "opened"),
    ("RecipientConnected", "request_sent"),
    ("InviteWithdrawn", "request_sent"),
}
"""What comes back from a step moves the recipient on only from these states of that step."""
ECHOES = {kind for kind, _ in COMES_BACK}


def enrolment(facts: Facts) -> Facts:
    """What happened since it was last added to the campaign."""
    starts = [place for place, fact in enumerate(facts) if fact.type == "RecipientEnrolled"]
    return facts[starts[-1] :] if starts else facts


def has_left(facts: Facts) -> bool:
    return any_of(enrolment(facts), "RecipientExited")


def steps(facts: Facts) -> list[str]:
    """The steps that anything was said of, in order."""
    return list(dict.fromkeys(fact.body["step_id"] for fact in facts if "act" in fact.body))


def of_step(facts: Facts, step: str) -> Facts:
    return [fact for fact in facts if fact.step == step and "act" in fact.body]


def channel(facts: Facts, step: str) -> str:
    return str(of_step(facts, step)[0].body["channel"])


def planned_days(facts: Facts) -> dict[str, str]:
    """Of each step that is planned and not yet taken: its day."""
    now = enrolment(facts)
    latest = {step: last_of(of_step(now, step), "StepScheduled", *SETTLES) for step in steps(now)}
    planned = {step: f.body["due_on"] for step, f in latest.items() if f and f.type == "StepScheduled"}
    return {} if has_left(facts) else planned


def due_tasks(facts: Facts) -> list[str]:
    """LinkedIn tasks whose day has come and which are not done."""
    now = enrolment(facts)
    tasks = [step for step in steps(now) if channel(facts, step) == "linkedin"]
    latest = {s: last_of(of_step(now, s), "StepFellDue", "StepScheduled", "InviteWithdrawn", *SETTLES) for s in tasks}
    return [] if has_left(facts) else [step for step, f in latest.items() if f and f.type == "StepFellDue"]


def missed_tasks(facts: Facts) -> list[str]:
    now = enrolment(facts)
    latest = {step: last_of(of_step(now, step), "TaskMissed", "StepTaken", "StepScheduled") for step in steps(now)}
    return [step for step, fact in latest.items() if fact and fact.type == "TaskMissed"]


def rests(facts: Facts) -> bool:
    """Paused, or out of office."""
    now = enrolment(facts)
    paused = last_of(now, "RecipientPaused", "RecipientResumed")
    postponed = last_of(now, "RecipientPostponed", "RecipientResumed", "StepFellDue", "StepTaken")
    return bool((paused and paused.type == "RecipientPaused") or (postponed and postponed.type == "RecipientPostponed"))


def standing(facts: Facts) -> str:
    if has_left(facts):
        return "exited"
    if missed_tasks(facts):
        return "off_track"
    connected = any_of(facts, "RecipientConnected")
    planned = [s for s in planned_days(facts) if connected or not is_linkedin_message(of_step(facts, s)[0])]
    return "on_track" if planned and not rests(facts) else "waiting"


def is_linkedin_message(fact: Fact) -> bool:
    return bool(fact.body["channel"] == "linkedin" and fact.body["act"] == "message")


def touches(facts: Facts) -> set[str]:
    return {f.body["step_id"] for f in facts if f.type == "StepTaken" and f.body["act"] != "withdraw"}


def was_messaged(facts: Facts) -> bool:
    return any(f.type == "StepTaken" and f.body["act"] in {"email", "message"} for f in facts)


def state_of(fact: Fact) -> str | None:
    """The state of its step that a fact says was reached."""
    match fact.type:
        case "StepTaken":
            return ACTS[fact.body["act"]]
        case "RecipientOptedOut":
            return "unsubscribed" if fact.body["channel"] == "email" else "opted_out"
        case "MessageOpened":
            return "opened_by_machine" if fact.body.get("by_machine") else "opened"
        case "LinkClicked":
            return "clicked_by_machine" if fact.body.get("by_machine") else "clicked"
        case kind:
            return PLAIN.get(kind)


def places(facts: Facts) -> list[tuple[str, str] | None]:
    """Where the recipient stood after each fact: step and state, one place at a time."""
    found: list[tuple[str, str] | None] = []
    for number, fact in enumerate(facts):
        found.append(place_after(facts[:number], fact, found[-1] if found else None))
    return found


def place_after(earlier: Facts, fact: Fact, here: tuple[str, str] | None) -> tuple[str, str] | None:
    if fact.type == "RecipientEnrolled":
        return None
    if fact.type == "RecipientExited":
        left_at = fact.step or (here[0] if here else None)
        return (left_at, "exit") if left_at in steps(earlier) and left_at else None
    state = state_of(fact)
    if state is None or fact.step is None or has_left(earlier) or fact.body.get("by_machine"):
        return here
    if fact.type in ECHOES and (not here or here[0] != fact.step or (fact.type, here[1]) not in COMES_BACK):
        return here
    late = fact.type == "StepTaken" and fact.step in missed_tasks(earlier) and here and here[0] != fact.step
    return here if late else (fact.step, state)


def reached(facts: Facts) -> Iterator[tuple[str, str]]:
    """Every step and state ever reached."""
    for fact, place in zip(facts, places(facts), strict=True):
        if fact.type == "RecipientExited" and place:
            yield place
        elif (state := state_of(fact)) and fact.step:
            yield fact.step, state


def names(facts: Facts) -> set[str]:
    """All that the recipient counts for in its campaign, as `step|kpi`; but for what is due and withdrawn."""
    if not facts:
        return set()
    found = {"|recipients", f"|{standing(facts)}"}
    found |= {"|engaged"} if touches(facts) else set()
    found |= {"|replied"} if any_of(facts, "RecipientReplied") else set()
    found |= {"|rsvp"} if any_of(facts, "MeetingAccepted") else set()
    days = planned_days(facts)
    found |= {"|scheduled"} if days else set()
    found |= {f"|scheduled@{day}" for day in days.values()}
    here = places(facts)[-1]
    stood = [(step, state, "ever") for step, state in reached(facts)] + ([(*here, "now")] if here else [])
    for step, state, when in stood:
        name = f"|{channel(facts, step)}.{state}.{when}"
        found |= {name, step + name}
    return found


def action_required(facts: Facts, asked: dict[str, Facts]) -> bool:
    """A LinkedIn task is due, and what was asked for was not withdrawn; `asked` by step."""
    wanted = [step for step in due_tasks(facts) if not withdrawn(asked.get(step, ()))]
    return bool(wanted)


def withdrawn(asked: Facts) -> bool:
    return bool(asked) and asked[-1].type == "OutreachWithdrawn"
