"""`python -m services.dedupe [worker|api]`."""

import sys

from services.dedupe import agents, api, golden_api, loops
from services.kit.service import Service, main

SERVICE = Service(
    "dedupe",
    hears=lambda _: agents.HEARS,
    routers=lambda _: (api.router, api.own, golden_api.router),
    loops=loops.loops,
    busy=loops.busy,
)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
