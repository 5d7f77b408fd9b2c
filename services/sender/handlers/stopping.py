"""Who must not be contacted is not: what is open is stopped at once, and what is claimed finds out before it is handed over."""

from collections.abc import Collection, Iterable, Sequence

from schemas.marks import Digest
from schemas.publish import Suppressed, SuppressionLifted
from schemas.sender import OptedOut
from services.kit.codec import Heard
from services.kit.events import Told, Work
from services.sender.domain.send import suppress
from services.sender.domain.suppression import opt_out_keys
from services.sender.handlers.telling import news, take, tell
from services.sender.store import outreach, suppressions
from services.sender.store.outreach import Standing
from services.sender.store.suppressions import Suppression, heard_here


def when_somebody_is_suppressed_stop_what_is_open(heard: Sequence[Heard], work: Work) -> list[Told]:
    """Keeps the suppressions; what they are about and has not gone out is refused."""
    kept = dict[object, Suppression]()
    lifted = []
    for each in heard:
        body, workspace_id = each.body, each.envelope.workspace_id
        if isinstance(body, Suppressed):
            kept[body.suppression_id] = Suppression(
                workspace_id, body.suppression_id, body.digest, body.reason, body.scope, body.campaign_id, body.channel
            )
        elif isinstance(body, SuppressionLifted):
            kept.pop(body.suppression_id, None)
            lifted.append(body.suppression_id)
    suppressions.lift(work.connection, lifted)
    suppressions.keep(work.connection, kept.values())
    return stop_suppressed(work, {suppression.key for suppression in kept.values()})


def stop_suppressed(work: Work, keys: Collection[str]) -> list[Told]:
    """Refuse what is open and about any of these keys, as far as a suppression is for it."""
    if not keys:
        return []
    standings = outreach.lock_open_with_keys(work.connection, keys)
    reasons = suppressions.reasons(work.connection, standings)
    return take(work, [(standings[key], suppress(standings[key].send, reason)) for key, reason in reasons.items()])


def opt_out(work: Work, outs: Iterable[tuple[Standing, str]], digest: Digest) -> list[Told]:
    """These recipients want no more of this channel, as they said by `page`, `one_click`, `reply`, `sender` or `complaint`."""
    told, kept = [], []
    for standing, by in outs:
        facts = standing.facts
        keys = opt_out_keys(facts.contact_id, facts.channel, standing.address, digest)
        mark = digest("email", standing.address) if standing.address and "@" in standing.address else None
        told.append(tell(facts, OptedOut(**facts.named(), at=work.now, by=by, digest=mark)))
        kept += [heard_here(facts.workspace_id, key, facts.channel, f"opted out ({by})") for key in keys]
    suppressions.keep(work.connection, {s.suppression_id: s for s in kept}.values())
    stopped = stop_suppressed(work, {suppression.key for suppression in kept})
    return [*news(work, told), *stopped]
