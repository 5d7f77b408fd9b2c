"""`python -m services.publish [worker|api]`."""

import sys

from services.kit.service import Service, main
from services.publish import agents, api, loops

SERVICE = Service("publish", hears=agents.hears, routers=api.routers, loops=loops.loops, busy=loops.busy)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
