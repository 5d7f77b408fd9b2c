"""`python -m services.sender [worker|api]`."""

import sys

from services.kit.service import Service, main
from services.sender.agents import hears
from services.sender.api import ROUTERS
from services.sender.settings import SenderSettings
from services.sender.wiring import busy, loops_of

SERVICE = Service("sender", SenderSettings, hears=hears, routers=lambda _: ROUTERS, loops=loops_of, busy=busy)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
