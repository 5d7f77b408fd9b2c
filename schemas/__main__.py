"""`python -m schemas check` tells what breaks the contracts; `generate` writes the JSON Schemas, first examples and the picture."""

import sys
from pathlib import Path

from schemas import contracts, picture

ARCHITECTURE = Path("ARCHITECTURE.md")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["generate"]:
            written = contracts.generate()
            ARCHITECTURE.write_text(picture.redrawn(ARCHITECTURE.read_text()))
            sys.stdout.write("".join(f"wrote {file.relative_to(contracts.HERE)}\n" for file in written) or "nothing to write\n")
            return 0
        case ["check"]:
            problems = list(contracts.check())
            if picture.section() not in ARCHITECTURE.read_text():
                problems.append("the picture in ARCHITECTURE.md is not that of the catalogue: run `python -m schemas generate`")
            sys.stdout.write("".join(f"{problem}\n" for problem in problems) or "all contracts hold\n")
            return 1 if problems else 0
        case _:
            sys.stderr.write("usage: python -m schemas check|generate\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
