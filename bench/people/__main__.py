"""`python -m bench.people OUT_DIR --people N --seed S`: made-up leads in four exports, with the truth about them.

`--compare DIR` prints what can be measured of OUT_DIR beside the same of DIR; with --people, OUT_DIR is made first.
"""

import argparse
import sys
from pathlib import Path

from bench.people.compare import compared
from bench.people.writing import write


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.people", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="OUT_DIR")
    parser.add_argument("--people", type=int, help="how many; without it, nothing is made")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compare", type=Path, metavar="DIR")
    asked = parser.parse_args()
    if asked.people:
        sys.stdout.write(f"{write(asked.folder, asked.people, asked.seed)} rows about {asked.people} people\n")
    if asked.compare:
        sys.stdout.write(compared(asked.folder, asked.compare))
    return 0


if __name__ == "__main__":
    sys.exit(main())
