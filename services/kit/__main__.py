"""`python -m services.kit migrate`: makes the database and the topics what this version needs."""

import sys

from services.kit import kafka, log
from services.kit.migrate import migrate
from services.kit.settings import Settings


def main(arguments: list[str]) -> int:
    if arguments != ["migrate"]:
        sys.stderr.write("usage: python -m services.kit migrate\n")
        return 2
    settings = Settings()
    log.configure("kit", settings)
    migrate(settings)
    made = kafka.make_topics(settings)
    log.get(__name__).info("topics stand", made=made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
