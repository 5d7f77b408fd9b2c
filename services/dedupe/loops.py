"""What goes on beside the stream: learning, judging anew what waits for it, choosing all persons' fields anew after a change of the
survivorship rules, and looking for workspaces' own persons among the Provider's.

Each step is one transaction with its place in it, so a crash loses nothing and repeats nothing; it holds one scope for a slice only,
between which records go on arriving.
"""

from functools import partial

from services.dedupe import index, kept, learning, models, recognised, recognising, ruling, store
from services.dedupe.learning import Learner
from services.dedupe.models import JUDGES
from services.kit.database import rows
from services.kit.events import Work
from services.kit.loops import Loop
from services.kit.service import Context

SLICE = 1000


def loops(context: Context) -> list[Loop]:
    learner = Learner(context.worker, context.codec, context.clock, JUDGES, context.settings)
    return [
        Loop("learner", learner.step, close=learner.close),
        Loop("rechoosing", partial(rechoose_step, context)),
        Loop("recognising", partial(recognise_step, context)),
    ]


def busy(context: Context) -> int:
    with context.worker.transaction() as connection:
        [row] = rows(connection, "SELECT count(*) AS n FROM rechoosing WHERE NOT finished")
        due = learning.is_due(connection, models.latest_version(connection))
        return int(row.n) + index.waiting(connection) + recognised.waiting(connection) + due


def rechoose_step(context: Context, most: int = SLICE) -> int:
    """Choose the next slice of persons anew. Returns how much was done."""
    with context.worker.transaction() as connection:
        going = kept.next_rechoosing(connection)
        if going is None:
            return 0
        following = kept.persons_after(connection, going.place, 1)
        if not following:
            kept.end_rechoosing(connection)
            return 1
        # Whoever holds the scope may be at it by the old rules: whom they form are seen once they have ended.
        [(scope, _)] = following
        store.lock_scopes(connection, [scope])
        keys = [key for key in kept.persons_after(connection, going.place, most) if key[0] == scope]
        if not keys:
            return 1
        work = Work(connection, context.codec, context.clock(), "service:dedupe", f"survivorship:{going.version}")
        told = ruling.rechoose(work, keys)
        work.append(told)
        kept.move_rechoosing(connection, keys[-1], len(keys), len(told))
        return len(keys)


def recognise_step(context: Context, most: int = SLICE) -> int:
    """Look for the next slice of own persons among the Provider's. Returns how much was done."""
    with context.worker.transaction() as connection:
        work = Work(connection, context.codec, context.clock(), "service:dedupe", "recognising")
        many, told = recognising.recognise(work, JUDGES, most)
        work.append(told)
        return many
