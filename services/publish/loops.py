"""What goes on beside the stream: reviews of all known persons after a change of segments, and suppressions carried out.

Each step is one transaction; the place is kept in it, so a crash loses nothing and repeats nothing.
"""

from functools import partial

from sqlalchemy import Connection

from schemas.body import PROVIDER
from services.kit.database import rows
from services.kit.events import Work
from services.kit.loops import Loop
from services.kit.service import Context
from services.publish.matching import look_again
from services.publish.store import corrections, golden, segments, suppressions
from services.publish.suppressing import carry_out

CHUNK = 2000


def loops(context: Context) -> list[Loop]:
    return [
        Loop("reviews", partial(review_step, context)),
        Loop("suppressions", partial(suppression_step, context)),
        Loop("looks", partial(look_step, context)),
    ]


def busy(context: Context) -> int:
    """Reviews, suppressions and corrections that are still to be carried out."""
    with context.worker.transaction() as connection:
        [row] = rows(
            connection,
            """SELECT (SELECT count(*) FROM reviews) + (SELECT count(*) FROM suppressions WHERE NOT settled)
                      + (SELECT count(*) FROM looks) AS n""",
        )
    return int(row.n)


def review_step(context: Context, chunk: int = CHUNK) -> int:
    """Look at the next chunk of known persons for a workspace whose segments have changed. Returns how much was done."""
    with context.worker.transaction() as connection:
        golden.one_at_a_time(connection)
        review = segments.next_review(connection)
        if review is None:
            return 0
        work = work_of(context, connection, f"review:{review.workspace_id}")
        keys = golden.persons_after(connection, (PROVIDER, review.workspace_id), review.place, chunk)
        work.append(look_again(work, context.secrets.digest, keys, only=review.workspace_id))
        if len(keys) < chunk:
            segments.end_review(connection, review.workspace_id)
        else:
            segments.move_review(connection, review.workspace_id, keys[-1])
        return max(1, len(keys))


def suppression_step(context: Context, chunk: int = CHUNK) -> int:
    """Carry out suppressions that are new or lifted: in the client's other workspaces, and on the contacts that they mean."""
    with context.worker.transaction() as connection:
        golden.one_at_a_time(connection)
        standing = suppressions.unsettled(connection, chunk)
        if standing:
            work = work_of(context, connection, "suppressions")
            work.append(carry_out(work, standing, chunk))
        return len(standing)


def look_step(context: Context, chunk: int = CHUNK) -> int:
    """Let contacts show what their workspace has corrected, or what the Provider knows where it took that back."""
    with context.worker.transaction() as connection:
        golden.one_at_a_time(connection)
        looks = corrections.take_looks(connection, chunk)
        if looks:
            [workspace_id] = {look.workspace_id for look in looks}
            work = work_of(context, connection, f"corrections:{workspace_id}")
            work.append(look_again(work, context.secrets.digest, [look.person for look in looks], only=workspace_id))
        return len(looks)


def work_of(context: Context, connection: Connection, correlation_id: str) -> Work:
    return Work(connection, context.codec, context.clock(), "service:publish", correlation_id)
