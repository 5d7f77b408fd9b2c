"""A sending worker in a process of its own, to be killed: `python -m tests.chaos.sender_worker`, its settings from the environment."""

import time

from services.kit import log
from services.kit.clock import system_clock
from services.kit.errors import Unavailable
from services.kit.service import Context
from services.sender.sending import Sending
from services.sender.settings import SenderSettings
from services.sender.wiring import books_of, carrier_of, composer_of


def main() -> None:
    settings = SenderSettings(log_level="WARNING")
    log.configure("sender", settings)
    context = Context("sender", settings, system_clock)
    sending = Sending(
        books_of(context),
        carrier_of(settings),
        composer_of(settings),
        system_clock,
        settings.sender_sessions,
        settings.sender_sessions_each,
    )
    while True:
        try:
            if not sending.step():
                time.sleep(0.05)
        except Unavailable:
            time.sleep(0.1)


if __name__ == "__main__":
    main()
