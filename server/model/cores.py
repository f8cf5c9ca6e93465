"""How much of the machine there is to work with."""

import os


def cores() -> int:
    """How many processor cores this process may use: fewer than there are, after `taskset` say."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
