"""PostgreSQL's connections, of a server that hangs too."""

import time

import psycopg
from psycopg.abc import RV, PQGen


class Connection(psycopg.Connection):
    """A connection that waits no longer for an answer than it is told to.

    The server's own `statement_timeout` ends what takes too long, but not where the server itself
    is held up, e.g. by a disk that does not answer, while its kernel keeps the connection alive.
    """

    patience: float
    """Seconds."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer. Raises psycopg.OperationalError where none comes in time."""
        timeout = self.patience if timeout is None else timeout
        until = time.monotonic() + timeout
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.OperationalError:
            if time.monotonic() >= until:
                # What it would say later is an answer to nothing that is asked then.
                self.pgconn.finish()
            raise
