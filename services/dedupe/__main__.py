"""`python -m services.dedupe [worker|api]`."""

import sys

from services.dedupe import agents, api, loops
from services.dedupe.models import JUDGES
from services.kit.service import Service, main

SERVICE = Service("dedupe", hears=lambda _: agents.hears(JUDGES), routers=api.routers, loops=loops.loops, busy=loops.busy)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
