"""Questions about one contact of a workspace, answered from what was said of it and of its recipients."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.kpi.domain.recount import recipient
from services.kpi.domain.recount.facts import Facts, any_of, last_of

DECIDES = ("ContactPublished", "ContactApproved", "ContactExcluded", "ContactMergedAway", "ContactWithdrawn")
STATE = {
    "ContactPublished": "published",
    "ContactApproved": "approved",
    "ContactExcluded": "excluded",
    "ContactMergedAway": "merged",
    "ContactWithdrawn": "withdrawn",
}


@dataclass(frozen=True)
class Part:
    """What a recipient brings to its contact: what happened to it, what was asked of it by step, and its campaign."""

    facts: Facts
    asked: dict[str, Facts]
    campaign: Facts


def state(facts: Facts) -> str:
    """Where publishing has brought it. Proposed anew, only what was merged away or withdrawn begins again; an excluded one never does."""
    facts = [f for f in facts if not f.body.get("stays")]
    decided = last_of(facts, *DECIDES)
    if decided is None:
        return "proposed" if any_of(facts, "ContactProposed") else "unknown"
    after = facts[len(facts) - 1 - list(reversed(facts)).index(decided) :]
    if decided.type in {"ContactMergedAway", "ContactWithdrawn"} and any_of(after, "ContactProposed"):
        return "proposed"
    return STATE[decided.type]


def merged_into(facts: Facts) -> str | None:
    merged = last_of(facts, "ContactMergedAway")
    return str(merged.body["into"]) if merged and state(facts) == "merged" else None


def counted(facts: Facts) -> bool:
    """In All: published or approved, or the workspace's own import; not excluded."""
    own = any(f.type == "ContactProposed" and f.body.get("origin") == "import" for f in facts)
    return state(facts) in {"published", "approved"} or (own and state(facts) == "proposed")


def reach(facts: Facts) -> Mapping[str, bool]:
    told = last_of(facts, "ContactProposed", "ContactRevised")
    return told.body.get("reach", {}) if told else {}


def runs(campaign: Facts) -> bool:
    said = last_of(campaign, "CampaignCreated", "CampaignLaunched", "CampaignPaused", "CampaignResumed", "CampaignStopped")
    return said is not None and said.type in {"CampaignLaunched", "CampaignResumed"}


def names(facts: Facts, parts: Iterable[Part]) -> set[str]:
    """The Leads KPIs that the contact is counted in."""
    if not counted(facts):
        return set()
    parts = list(parts)
    ways = reach(facts)
    standings = [recipient.standing(p.facts) for p in parts if p.facts and runs(p.campaign)]
    running = {standing for standing in standings if standing != "exited"}
    found = {"all", "active" if running else "inactive"}
    found |= {next(s for s in ("off_track", "on_track", "waiting") if s in running)} if running else set()
    found |= {"verified_only"} if ways.get("verified") else set()
    found |= {"social_only"} if ways.get("social") and not ways.get("email") else set()
    found |= {"engaged"} if any(recipient.was_messaged(p.facts) for p in parts) else set()
    found |= {"action_required"} if any(recipient.action_required(p.facts, p.asked) for p in parts) else set()
    return found
