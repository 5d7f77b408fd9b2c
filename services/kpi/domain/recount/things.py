"""How many things of each kind stand in which state, from the last that was said of each."""

from collections import Counter, defaultdict

from services.kpi.domain.recount.facts import World

SAID = {
    "WorkspaceCreated": ("workspace", "workspace_id", "created"),
    "SourceRegistered": ("source", "source_id", "registered"),
    "ImportStarted": ("import", "import_id", "running"),
    "ImportFinished": ("import", "import_id", "finished"),
    "ImportFailed": ("import", "import_id", "failed"),
    "ImportUndone": ("import", "import_id", "undone"),
    "PersonFormed": ("person", "person_id", "known"),
    "PersonMergedAway": ("person", "person_id", "merged"),
    "PersonSplitOff": ("person", "person_id", "known"),
    "PersonWithdrawn": ("person", "person_id", "withdrawn"),
    "CompanyFormed": ("company", "company_id", "known"),
    "CompanyMergedAway": ("company", "company_id", "merged"),
    "CompanyWithdrawn": ("company", "company_id", "withdrawn"),
    "SegmentDefined": ("segment", "segment_id", "defined"),
    "SegmentRetired": ("segment", "segment_id", "retired"),
    "ListMade": ("list", "list_id", "made"),
    "Suppressed": ("suppression", "suppression_id", "standing"),
    "SuppressionLifted": ("suppression", "suppression_id", "lifted"),
    "SenderRegistered": ("sender", "sender_id", "ready"),
    "SenderPaused": ("sender", "sender_id", "paused"),
    "SenderResumed": ("sender", "sender_id", "ready"),
    "CampaignCreated": ("campaign", "campaign_id", "created"),
    "CampaignLaunched": ("campaign", "campaign_id", "running"),
    "CampaignPaused": ("campaign", "campaign_id", "paused"),
    "CampaignResumed": ("campaign", "campaign_id", "running"),
    "CampaignStopped": ("campaign", "campaign_id", "stopped"),
    "OutreachAsked": ("outreach", "outreach_id", "asked"),
    "OutreachWithdrawn": ("outreach", "outreach_id", "withdrawn"),
    "TaskOpened": ("outreach", "outreach_id", "task_open"),
    "OutreachAccepted": ("outreach", "outreach_id", "accepted"),
    "OutreachDeferred": ("outreach", "outreach_id", "deferred"),
    "OutreachRefused": ("outreach", "outreach_id", "refused"),
    "OutreachInDoubt": ("outreach", "outreach_id", "in_doubt"),
}
"""Event → kind of thing, where its id stands, and the state that it is in from then on."""


def tallies_of(world: World) -> Counter[tuple[str, str, str]]:
    """By workspace, kind and state."""
    said: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for raw in world.raws:
        if raw.type == "OutreachSettled":
            went_out = raw.body["went_out"]
            said[raw.workspace_id, "outreach", raw.body["outreach_id"]][raw.topic] = "accepted" if went_out else "not_sent"
        elif raw.type in SAID:
            kind, subject, state = SAID[raw.type]
            said[raw.workspace_id, kind, raw.body[subject]][raw.topic] = state
    found: Counter[tuple[str, str, str]] = Counter()
    for (workspace_id, kind, _), states in said.items():
        found[workspace_id, kind, outreach_state(states) if kind == "outreach" else next(iter(states.values()))] += 1
    return found


def outreach_state(states: dict[str, str]) -> str:
    """What the sender says of it; but withdrawn, if the sender has not got beyond trying."""
    became, asked = states.get("sender.outcomes"), states.get("campaign.outreach")
    if asked == "withdrawn" and (became is None or became in {"task_open", "deferred"}):
        return "withdrawn"
    return str(became or asked)
