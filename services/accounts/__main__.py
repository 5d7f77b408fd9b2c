"""`python -m services.accounts [worker|api]` runs the service; `bootstrap --email …` makes the first operator."""

import sys
from collections.abc import Sequence

from services.accounts import api
from services.accounts.bootstrap import bootstrap
from services.accounts.settings import AccountsSettings
from services.kit import log
from services.kit.clock import clock_of
from services.kit.service import Context, Service, main

SERVICE = Service("accounts", AccountsSettings, routers=api.routers)


def run(arguments: Sequence[str]) -> int:
    if arguments[:1] != ["bootstrap"]:
        return main(SERVICE, arguments)
    settings = AccountsSettings()
    log.configure(SERVICE.name, settings)
    sys.stdout.write(bootstrap(Context(SERVICE.name, settings, clock_of(settings)), arguments[1:]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
