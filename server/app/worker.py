"""gunicorn's worker of threads, with bounds on how long a request may wait and may take to come.

Its own one gives a thread to every new connection at once, for five seconds where nothing comes,
and for ever where a request's head or body comes drop by drop. Here a request that has come whole
and needs only the processor is served by the loop itself, several at a time: threads that compute
take the interpreter from each other, and a third of the time went into that. All others have a
thread, since they may wait: for the rest of the request, for the database, for who takes the answer
slowly.
"""

import errno
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import _DEFER, STOP_KEEPALIVE_LINGER, ThreadWorker

from app import malformed, overload, together, wire
from app.connection import (
    Connection,
    has_taken_all,
    is_beginning,
    received,
    send,
    waited_unseen,
)
from app.deadlines import Deadlines
from app.metrics import refused
from app.overload import now
from app.serve import STOPS
from app.share import HEAD_START, Share

SIDE_BY_SIDE = 8
"""Requests whose pictures are read in one pass; more would wait longer, and gain little."""

TURN = 0.01
"""Seconds for which the loop serves what has come before it looks for what else has."""

ENOUGH = 32
"""Requests that wait; an overloaded worker refuses more of them at once."""

MOST_QUICK = 512
"""Requests that wait, overloaded or not: each has what came in memory."""

OVERLOADED = 1.0
"""Seconds for which a worker that had to refuse more than it could serve counts as overloaded."""

TIDYING = 3600.0
"""Seconds after which the database is looked after, though nobody asks for anything."""


NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
"""Why there is no other connection until one of those that there are has ended."""

PAUSE = 0.01
"""Seconds after which it is tried again: meanwhile who has a connection is served."""


class Worker(ThreadWorker):  # type: ignore[misc]
    """Named in `gunicorn.conf.py`."""

    def init_process(self) -> None:
        self._deadlines = Deadlines()
        self._share = Share(self.age)
        self._quick: deque[Connection] = deque()
        self._served = 0
        self._served_at = 0.0
        self._overloaded = 0.0
        self._refusals = 0
        self._tidied = time.monotonic()
        # What of gunicorn's own settings its own way through a request alone knows.
        self._is_plain = not (
            self.cfg.is_ssl
            or self.cfg.http2_cleartext != "off"
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
            if not self._share.takes_one(self.nr_conns, is_idle):
                return
            connections = self.nr_conns
            self._accept(listener)
            self._tell()
            if not self._served:
                return
            # Who waits longest is refused first: they have to be here for that.

    def _accept(self, listener: socket.socket) -> None:
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in NO_ROOM:
                time.sleep(PAUSE)
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        self.enqueue_req(Connection(self.cfg, sock, client, listener.getsockname()))

    def murder_keepalived(self, force: bool = False) -> None:
        now = time.monotonic()
        for _ in range(len(self.keepalived_conns)):
            conn = self.keepalived_conns[0]
            if conn.request or conn.is_renewed:
                # Which of them has waited longest is told by their order alone.
                conn.is_renewed = False
                self.keepalived_conns.rotate(-1)
            elif conn.timeout <= now:
                self._unwatch(conn)
                self.nr_conns -= 1
                conn.close()
            else:
                break
        if force:
            super().murder_keepalived(force=True)

    def _tell(self) -> None:
        if self.alive:
            self._share.tell(self.nr_conns)
        else:
            self._share.end()

    def enqueue_req(self, conn: Connection) -> None:
        """Take up a connection that the loop does not watch."""
        came = self._look(conn)
        conn.data_ready = came is not None
        if conn.request:
            self._watch(conn)
            self._line_up(conn)
        elif came is None and not conn.initialized:
            # A connection that a browser opens for later waits without a thread.
            self.finish_request(conn, _Done(_DEFER))
        else:
            self._pass_on(conn, has_ended=came == b"")

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        if conn.request:
            # When it is answered, it is watched again, and this is found.
            self.poller.unregister(client)
            conn.is_watched = False
            return
        came = self._look(conn)
        if conn.request:
            conn.set_timeout()
            conn.is_renewed = True
            self._line_up(conn)
        elif came is not None:
            self._unwatch(conn)
            self._pass_on(conn, has_ended=came == b"")

    def _line_up(self, conn: Connection) -> None:
        """Have a quick request wait for its turn, or refuse it at once: the less that costs, the
        sooner others are answered."""
        waiting, is_overloaded = len(self._quick), self._is_overloaded()
        if waiting >= (ENOUGH if is_overloaded else MOST_QUICK) or (
            (is_overloaded or waiting >= ENOUGH)
            and waited_unseen(conn.sock) > overload.LONGEST_WAIT
        ):
            self._finish(conn, self._refuse(conn))
        else:
            self._quick.append(conn)

    def _has_waited_too_long(self, conn: Connection) -> bool:
        longest = overload.LONGEST_WAIT / (3 if self._is_overloaded() else 1)
        return time.monotonic() - conn.queued > longest

    def _pass_on(self, conn: Connection, has_ended: bool) -> None:
        """Give a connection to a thread, unless nothing more comes on it."""
        if has_ended and is_beginning(conn):
            self.nr_conns -= 1
            conn.close()
        else:
            super().enqueue_req(conn)

    def _look(self, conn: Connection) -> bytes | None:
        """What has come on a connection; empty where it has ended, None where nothing has come.

        If that is a request that the loop answers, it is the connection's from now on. Whatever
        else it is, it is still to be read.
        """
        conn.queued = time.monotonic()
        may_be_quick = self.alive and self._is_plain and is_beginning(conn)
        if not (may_be_quick and isinstance(conn.server, tuple)):  # as it is over TCP
            return received(conn.sock, socket.MSG_PEEK)
        came = received(conn.sock)
        if came:
            request = wire.parse(came)
            if request and request.size == len(came) and has_taken_all(conn):
                conn.request, conn.came = request, came
            else:
                conn.init()
                conn.parser.unreader.unread(came)
        return came

    def _watch(self, conn: Connection) -> None:
        """Watch a connection as one that is kept alive."""
        conn.set_timeout()
        self.keepalived_conns.append(conn)
        readable = partial(self.on_client_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def _unwatch(self, conn: Connection) -> None:
        self.keepalived_conns.remove(conn)
        if conn.is_watched:
            self.poller.unregister(conn.sock)
        conn.is_watched, conn.is_renewed = True, False

    def _finish(self, conn: Connection, stays_open: bool) -> None:
        """Go on after the answer to a quick request."""
        conn.request, conn.came = None, b""
        if not (stays_open and conn.is_watched):
            self._unwatch(conn)
            if not stays_open:
                self.finish_request(conn, _Done(False))
                return
            self._watch(conn)
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)

    def finish_request(self, conn: Connection, fs: "Future[Any] | _Done") -> None:
        if not fs.cancelled() and fs.exception() is None and fs.result() is False:
            # The client closes it too, or does not for two seconds: a thread waits for that.
            closed = self.tpool.submit(conn.close, graceful=True)
            closed.add_done_callback(lambda _: self.method_queue.defer(self._has_closed))
        else:
            super().finish_request(conn, fs)

    def _has_closed(self) -> None:
        self.nr_conns -= 1

    def notify(self) -> None:
        super().notify()
        if time.monotonic() - self._tidied > TIDYING:
            self._tidied = time.monotonic()
            self.tpool.submit(self.wsgi.extensions["database"].check)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        self._tell()
        super().wait_for_and_dispatch_events(0 if self._quick else timeout)
        begun = time.monotonic()
        while self._quick and self._has_waited_too_long(self._quick[0]):
            conn = self._quick.popleft()
            self._finish(conn, self._refuse(conn))
        if self._refusals:
            refused.inc(self._refusals)
        if self._refusals > self._served:
            self._overloaded = begun
        self._served = self._refusals = 0
        while self._quick and time.monotonic() < begun + TURN:
            self._serve([self._next() for _ in range(min(SIDE_BY_SIDE, len(self._quick)))])

    def _next(self) -> Connection:
        # Where some wait too long in any case, the others need not: the last comes first.
        return self._quick.pop() if self._is_overloaded() else self._quick.popleft()

    def _serve(self, quick: list[Connection]) -> None:
        self._served += len(quick)
        with overload.turn_at_once() as has_come:
            if has_come:
                results = together.serve([partial(self._answer, conn) for conn in quick])
                served = list(zip(quick, results, strict=True))
                quick = [conn for conn, result in served if result is None]
                for conn, result in served:
                    if result is not None:
                        self._finish(conn, result)
            for conn in quick:
                self._unwatch(conn)
                conn.init()
                conn.parser.unreader.unread(conn.came)
                conn.request, conn.came = None, b""
                super().enqueue_req(conn)
        self._served_at = time.monotonic()

    def _is_overloaded(self) -> bool:
        return time.monotonic() - self._overloaded < OVERLOADED

    def _answer(self, conn: Connection) -> bool:
        """Answer a quick request; whether the connection stays open."""
        _begin(conn)
        request = conn.request
        client, here = conn.client, conn.server
        assert request
        try:
            answer = wire.answer(
                self.wsgi,
                request,
                conn.came[request.head :],
                REMOTE_ADDR=client[0],
                REMOTE_PORT=str(client[1]),
                SERVER_NAME=here[0],
                SERVER_PORT=str(here[1]),
            )
        except Exception as error:
            self.handle_error(None, conn.sock, client, error)
            return False
        return send(conn, answer)

    def _refuse(self, conn: Connection) -> bool:
        """Answer a quick request that the server is overloaded, without a look at it."""
        self._refusals += 1
        return send(conn, overload.refusal.sent)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        answer = malformed.answer(exc, req, addr[0] if addr else None)
        with suppress(OSError):  # the client has gone
            write_nonblock(client, answer)

    def handle(self, conn: Connection) -> Any:
        _begin(conn)
        with self._deadlines.kept(conn.sock):
            stays_open = super().handle(conn)
        # What still comes of a request that took too long is none of its own.
        return False if now.expired else stays_open


def _begin(conn: Connection) -> None:
    """Say of a request what `overload.now` holds."""
    now.waited = time.monotonic() - conn.queued
    now.expired = now.trusted = False


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
