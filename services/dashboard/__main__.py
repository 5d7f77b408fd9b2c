"""`python -m services.dashboard`."""

import sys

from services.dashboard.api import routers
from services.kit.service import Service, main

SERVICE = Service("dashboard", routers=routers, tells=False)

if __name__ == "__main__":
    sys.exit(main(SERVICE, sys.argv[1:]))
