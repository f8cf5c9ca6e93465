"""An end to exchanges that take too long: of requests that come, or answers that are taken, drop by
drop."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from app.overload import now

LONGEST_UPLOAD = 30.0
"""Seconds in which a request must have come."""

LONGEST_EXCHANGE = 60.0
"""Seconds in which its answer must have been taken too."""

LONGEST_TRUSTED = 3600.0
"""The same for who knows a token: all corrections are hundreds of megabytes."""


class Deadlines:
    """Ends the exchanges that take too long, from one thread for all."""

    def __init__(self) -> None:
        self._begun: dict[socket.socket, tuple[float, dict[str, Any]]] = {}
        threading.Thread(target=self._watch, name="deadlines", daemon=True).start()

    @contextmanager
    def kept(self, connection: socket.socket) -> Iterator[None]:
        """The thread's exchange on a connection, whose deadlines begin now."""
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
                if took > (LONGEST_TRUSTED if of_thread["trusted"] else LONGEST_EXCHANGE):
                    _shut(connection, socket.SHUT_RDWR)


def _shut(connection: socket.socket, how: int) -> None:
    """Whoever waits for the connection, in another thread, finds it ended."""
    with suppress(OSError):  # it may have ended already
        connection.shutdown(how)
