"""gunicorn's worker of threads, with bounds on how long a request may wait and may take to come.

Its own one gives a thread to every new connection at once, for five seconds where nothing comes,
and for ever where a request's head or body comes drop by drop.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

from app.overload import now

LONGEST_UPLOAD = 30.0
"""Seconds in which a request must have come."""

LONGEST_EXCHANGE = 60.0
"""Seconds in which its answer must have been taken too."""


class Worker(ThreadWorker):  # type: ignore[misc]
    """Named in `gunicorn.conf.py`."""

    def init_process(self) -> None:
        self._deadlines = _Deadlines()
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        conn.queued = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        # A connection that a browser opens for later waits without a thread.
        if not conn.initialized and not conn.data_ready and not conn.wait_for_data(0):
            return _DEFER
        now.waited, now.expired = time.monotonic() - conn.queued, False
        with self._deadlines.kept(conn.sock):
            return super().handle(conn)


class _Deadlines:
    """Ends the exchanges that take too long, from one thread for all."""

    def __init__(self) -> None:
        self._begun: dict[socket.socket, tuple[float, dict[str, Any]]] = {}
        threading.Thread(target=self._watch, name="deadlines", daemon=True).start()

    @contextmanager
    def kept(self, connection: socket.socket) -> Iterator[None]:
        self._begun[connection] = time.monotonic(), now.__dict__
        try:
            yield
        finally:
            self._begun.pop(connection, None)

    def _watch(self) -> None:
        while True:
            time.sleep(1)
            for connection, (begun, of_thread) in list(self._begun.items()):
                took = time.monotonic() - begun
                if took > LONGEST_UPLOAD:
                    of_thread["expired"] = True
                    _shut(connection, socket.SHUT_RD)
                if took > LONGEST_EXCHANGE:
                    _shut(connection, socket.SHUT_RDWR)


def _shut(connection: socket.socket, how: int) -> None:
    """Whoever waits for the connection, in another thread, finds it ended."""
    with suppress(OSError):  # it may have ended already
        connection.shutdown(how)
