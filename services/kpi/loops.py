"""What kpi does by itself: scores decay as days go by, and that is told."""

from collections.abc import Sequence
from uuid import uuid4

from services.kit.events import Work
from services.kit.loops import Loop
from services.kit.service import Context
from services.kpi.handlers import rescore_what_has_decayed
from services.kpi.store.operations import due_to_score
from services.kpi.store.rows import PostgresRows


def loops(context: Context) -> Sequence[Loop]:
    return (Loop("rescore", lambda: rescore(context), idle=1.0),)


def rescore(context: Context) -> int:
    """Score anew the contacts whose scores may have decayed by now; returns how many were looked at."""
    with context.worker.transaction() as connection:
        now = context.clock()
        looked_at, told = rescore_what_has_decayed(PostgresRows(connection), now)
        Work(connection, context.codec, now, f"service:{context.name}", f"rescore-{uuid4()}").append(told)
    return looked_at


def busy(context: Context) -> int:
    with context.worker.transaction() as connection:
        return due_to_score(connection, context.clock())
