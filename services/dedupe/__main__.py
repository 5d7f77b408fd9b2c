"""`python -m services.dedupe [worker|api]`."""

import sys
from collections.abc import Sequence

from services.dedupe import agents, api, index
from services.dedupe.learning import Learner
from services.dedupe.models import JUDGES
from services.kit.loops import Loop
from services.kit.service import Context, Service, main


def loops(context: Context) -> Sequence[Loop]:
    learner = Learner(context.worker, context.codec, context.clock, JUDGES, context.settings)
    return (Loop("learner", learner.step, close=learner.close),)


def busy(context: Context) -> int:
    with context.worker.transaction() as connection:
        return index.waiting(connection)


SERVICE = Service("dedupe", hears=lambda _: agents.hears(JUDGES), routers=api.routers, loops=loops, busy=busy)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
