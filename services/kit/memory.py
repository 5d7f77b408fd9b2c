"""Python's memory in a process that lives long and sees many short-lived objects."""

import gc

OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""More than the batches that are alive at once have, so that none is walked through while it is in work."""


def settle() -> None:
    """Once all is loaded. The collector would walk all of it again and again while batches come and go: half of the time, measured
    (bench/store.py without it); almost nothing here is in a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 10, 10)
