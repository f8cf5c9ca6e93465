"""How workers share the connections that come: the first to wake would take all that come at once,
and the others would be idle."""

import mmap
import time

HEAD_START = 0.001
"""Seconds that workers with fewer connections have for taking a new one."""

LONGEST_LEFT = 0.02
"""Seconds for which one that serves leaves new connections to those that have fewer: they may be
busy for longer."""

FEW = 50
"""Connections; with more of them, nobody is idle however they are shared out."""

MOST_WORKERS = 64
"""Of more, some share a place below."""

_connections = memoryview(mmap.mmap(-1, 4 * MOST_WORKERS)).cast("i")
"""In memory that all workers share: how many connections each of them has, and one more; 0 for none
that lives."""


class Share:
    """One worker's share of the connections."""

    def __init__(self, number: int) -> None:
        """number: of the worker, by which the others know it"""
        self._place = number % MOST_WORKERS
        self._left = 0.0

    def tell(self, mine: int) -> None:
        """Tell the others how many connections it has."""
        _connections[self._place] = mine + 1

    def end(self) -> None:
        """Tell them that it takes no more."""
        _connections[self._place] = 0

    def takes_one(self, mine: int, is_idle: bool) -> bool:
        """Whether a worker with so many connections takes another one, rather than to leave it to
        those that have fewer. One that is idle gives them a moment, and then does."""
        if is_idle:
            if _fewest(mine) < mine:
                time.sleep(HEAD_START)
            return True
        if mine >= FEW:
            return True
        if _fewest(mine) >= 0.75 * mine:
            self._left = 0.0
            return True
        now = time.monotonic()
        if now - self._left > 5 * LONGEST_LEFT:  # that was another time
            self._left = now
        return now - self._left >= LONGEST_LEFT


def _fewest(mine: int) -> int:
    """Connections of the worker that has the fewest."""
    return min((number - 1 for number in _connections if number), default=mine)
