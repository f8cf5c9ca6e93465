"""gunicorn's worker of threads, with bounds on how long a request may wait and may take to come.

Its own one gives a thread to every new connection at once, for five seconds where nothing comes,
and for ever where a request's head or body comes drop by drop. Here a request that has come whole
and needs only the processor is served by the loop itself, several at a time: threads that compute
take the interpreter from each other, and a third of the time went into that. All others have a
thread, since they may wait: for the rest of the request, for the database, for who takes the answer
slowly.
"""

import fcntl
import mmap
import os
import signal
import socket
import struct
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

from app import overload, together, wire
from app.metrics import refused
from app.overload import now
from app.serve import STOPS

LONGEST_UPLOAD = 30.0
"""Seconds in which a request must have come."""

LONGEST_EXCHANGE = 60.0
"""Seconds in which its answer must have been taken too."""

LONGEST_TRUSTED = 3600.0
"""The same for who knows a token: all corrections are hundreds of megabytes."""

LONGEST_QUICK = 1 << 16
"""Bytes of a request that needs only the processor, with its body."""

SIDE_BY_SIDE = 8
"""Requests whose pictures are read in one pass; more would wait longer, and gain little."""

TURN = 0.01
"""Seconds for which the loop serves what has come before it looks for what else has."""

ENOUGH = 32
"""Requests that wait; an overloaded worker refuses more of them at once."""

OVERLOADED = 1.0
"""Seconds for which a worker that had to refuse more than it could serve counts as overloaded."""

HEAD_START = 0.001
"""Seconds that workers with fewer connections have for taking a new one. The first to wake would
take all that come at once, and the others would be idle."""

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


class Worker(ThreadWorker):  # type: ignore[misc]
    """Named in `gunicorn.conf.py`."""

    def init_process(self) -> None:
        self._deadlines = _Deadlines()
        self._quick: deque[TConn] = deque()
        self._served = 0
        self._served_at = 0.0
        self._overloaded = 0.0
        self._refusals = 0
        self._left = 0.0
        # What of gunicorn's own settings its own way through a request alone knows.
        self._is_plain = not (
            self.cfg.is_ssl
            or self.cfg.proxy_protocol != "off"
            or self.log.access_log_enabled
            or self.max_requests < sys.maxsize
            or "SCRIPT_NAME" in os.environ
        )
        super().init_process()

    def init_signals(self) -> None:
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def handle_exit(self, sig: int, frame: Any) -> None:
        self._end_unless_booted()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: Any) -> None:
        self._end_unless_booted()
        super().handle_quit(sig, frame)

    def _end_unless_booted(self) -> None:
        # Nobody is served yet, and loading may take long.
        if not self.booted:
            os._exit(0)

    def _cap_keepalive(self, deadline: float) -> None:
        # When it stops; who has sent nothing yet is waited for no longer than who had an answer.
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def accept(self, listener: socket.socket) -> None:
        begun = time.monotonic()
        until = begun + (TURN if self._is_overloaded() else TURN / 4)
        # Who comes from serving comes late in any case.
        is_idle = begun - self._served_at > HEAD_START
        connections = -1
        while connections < self.nr_conns < self.worker_connections:
            if time.monotonic() > until:
                return
            if is_idle and self._fewest() < self.nr_conns:
                time.sleep(HEAD_START)
            elif not is_idle and self.nr_conns < FEW and self._leaves_it(begun):
                return
            connections = self.nr_conns
            super().accept(listener)
            self._tell()
            if not self._served:
                return
            # Who waits longest is refused first: they have to be here for that.

    def _fewest(self) -> int:
        """Connections of the worker that has the fewest."""
        return min((number - 1 for number in _connections if number), default=self.nr_conns)

    def _leaves_it(self, now: float) -> bool:
        """Whether a new connection is left to others, which have fewer, for a while yet."""
        if self._fewest() >= 0.75 * self.nr_conns:
            self._left = 0.0
            return False
        if now - self._left > 5 * LONGEST_LEFT:  # that was another time
            self._left = now
        return now - self._left < LONGEST_LEFT

    def forget(self) -> None:
        """It has ended."""
        _connections[self.age % MOST_WORKERS] = 0

    def _tell(self) -> None:
        # One that is to end takes no more.
        _connections[self.age % MOST_WORKERS] = self.nr_conns + 1 if self.alive else 0

    def enqueue_req(self, conn: TConn) -> None:
        conn.queued = time.monotonic()
        came = _peek(conn.sock)
        conn.data_ready = came is not None
        if came is None and not conn.initialized:
            # A connection that a browser opens for later waits without a thread.
            self.finish_request(conn, _Done(_DEFER))
        elif came == b"" and _is_beginning(conn):
            self.nr_conns -= 1
            conn.close()
        elif came and self._is_quick(conn, came):
            self._quick.append(conn)
        else:
            super().enqueue_req(conn)

    def _is_quick(self, conn: TConn, came: bytes) -> bool:
        """Whether what came is a request that the loop answers; it is kept with the connection."""
        is_over_tcp = isinstance(conn.server, tuple)
        if not (self.alive and self._is_plain and is_over_tcp and _is_beginning(conn)):
            return False
        conn.request = wire.parse(came)
        return conn.request is not None and has_taken_all(conn)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        if not self._refuses_at_once(conn):
            super().on_client_socket_readable(conn, client)

    def _refuses_at_once(self, conn: TConn) -> bool:
        """Refuse a request where it comes, if there are enough that wait: the less that costs, the
        sooner others are answered. The connection stays where it is."""
        if len(self._quick) < ENOUGH or not self._is_overloaded():
            return False
        came = _peek(conn.sock)
        if not (came and self._is_quick(conn, came)) or conn.request.is_last:
            return False
        if self._refuse(conn):
            self.keepalived_conns.remove(conn)
            conn.set_timeout()
            self.keepalived_conns.append(conn)
            return True
        return False

    def finish_request(self, conn: TConn, fs: "Future[Any] | _Done") -> None:
        if not fs.cancelled() and fs.exception() is None and fs.result() is False:
            # The client closes it too, or does not for two seconds: a thread waits for that.
            closed = self.tpool.submit(conn.close, graceful=True)
            closed.add_done_callback(lambda _: self.method_queue.defer(self._has_closed))
        else:
            super().finish_request(conn, fs)

    def _has_closed(self) -> None:
        self.nr_conns -= 1

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        self._tell()
        super().wait_for_and_dispatch_events(0 if self._quick else timeout)
        begun = time.monotonic()
        longest = overload.LONGEST_WAIT / (3 if self._is_overloaded() else 1)
        while self._quick and begun - self._quick[0].queued > longest:
            conn = self._quick.popleft()
            self.finish_request(conn, _Done(self._refuse(conn)))
        if self._refusals > self._served:
            self._overloaded = begun
        self._served = self._refusals = 0
        while self._quick and time.monotonic() < begun + TURN:
            self._serve([self._next() for _ in range(min(SIDE_BY_SIDE, len(self._quick)))])

    def _next(self) -> TConn:
        # Where some wait too long in any case, the others need not: the last comes first.
        return self._quick.pop() if self._is_overloaded() else self._quick.popleft()

    def _serve(self, quick: list[TConn]) -> None:
        self._served += len(quick)
        with overload.turn_at_once() as has_come:
            if has_come:
                results = together.serve([partial(self._answer, conn) for conn in quick])
                for conn, result in zip(quick, results, strict=False):
                    self.finish_request(conn, _Done(result))
                quick = quick[len(results) :]
            for conn in quick:
                super().enqueue_req(conn)
        self._served_at = time.monotonic()

    def _is_overloaded(self) -> bool:
        return time.monotonic() - self._overloaded < OVERLOADED

    def _answer(self, conn: TConn) -> bool:
        """Answer a quick request; whether the connection stays open."""
        _begin(conn)
        request = conn.request
        client, here = conn.client, conn.server
        try:
            came = conn.sock.recv(request.size, socket.MSG_DONTWAIT)
        except OSError:  # the client has gone
            return False
        try:
            answer = wire.answer(
                self.wsgi,
                request,
                came[request.head :],
                REMOTE_ADDR=client[0],
                REMOTE_PORT=str(client[1]),
                SERVER_NAME=here[0],
                SERVER_PORT=str(here[1]),
            )
        except Exception as error:
            self.handle_error(None, conn.sock, client, error)
            return False
        return _send(conn, answer)

    def _refuse(self, conn: TConn) -> bool:
        """Answer a quick request that the server is overloaded, without a look at it."""
        with suppress(OSError):
            conn.sock.recv(conn.request.size, socket.MSG_DONTWAIT)
        refused.inc()
        self._refusals += 1
        return _send(conn, overload.refusal.sent)

    def handle(self, conn: TConn) -> Any:
        _begin(conn)
        with self._deadlines.kept(conn.sock):
            return super().handle(conn)


def _peek(connection: socket.socket) -> bytes | None:
    """What has come, as far as it may be quick; None where nothing has, nor an end."""
    try:
        return connection.recv(LONGEST_QUICK, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _is_beginning(conn: TConn) -> bool:
    """Whether what comes next is the beginning of a request, nothing before it being unread."""
    return not (conn.initialized and conn.parser.unreader.buf.getvalue())


def _send(conn: TConn, answer: bytes) -> bool:
    """Send an answer, for which there is room, since all before has been taken; whether the
    connection stays open. The loop waits for nobody: who has made no room for it is not answered.
    """
    try:
        sent = conn.sock.send(answer, socket.MSG_DONTWAIT)
    except OSError:  # the client has gone
        return False
    conn.init()
    return sent == len(answer) and not conn.request.is_last


def _begin(conn: TConn) -> None:
    """Say of a request what `overload.now` holds."""
    now.waited = time.monotonic() - conn.queued
    now.expired = now.trusted = False


def has_taken_all(conn: TConn) -> bool:
    """Whether all answers before have been taken, so that the next one finds room at once."""
    try:
        return not any(fcntl.ioctl(conn.sock, termios.TIOCOUTQ, bytes(struct.calcsize("i"))))
    except OSError:
        return False


@dataclass(frozen=True)
class _Done:
    """As much of a future that has its result as `ThreadWorker.finish_request` asks for."""

    value: Any

    def cancelled(self) -> bool:
        return False

    def exception(self) -> None:
        return None

    def result(self) -> Any:
        return self.value


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
                if took > (LONGEST_TRUSTED if of_thread["trusted"] else LONGEST_EXCHANGE):
                    _shut(connection, socket.SHUT_RDWR)


def _shut(connection: socket.socket, how: int) -> None:
    """Whoever waits for the connection, in another thread, finds it ended."""
    with suppress(OSError):  # it may have ended already
        connection.shutdown(how)
