"""`python -m services.kpi [worker|api]` runs the service; `verify [--json]` holds its numbers against an independent recount;
`rebuild` folds everything anew beside the live tables, and swaps.
"""

import sys
from collections.abc import Sequence

from services.kit.service import Service, main
from services.kit.settings import Settings
from services.kpi import agents, api, loops
from services.kpi.rebuild import run as rebuild
from services.kpi.verify import run as verify

SERVICE = Service("kpi", hears=lambda _: agents.HEARS, routers=api.routers, loops=loops.loops, busy=loops.busy)


def run(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["verify"]:
        return verify(Settings(), as_json="--json" in arguments)
    if arguments[:1] == ["rebuild"]:
        return rebuild(Settings())
    return main(SERVICE, arguments)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
