"""Load on a server: clients that send when they have their answer, or at a rate whatever comes.

What they cost is taken from the server, which is on the same machine: hence no asyncio, and nothing
that Python's own clients do beside.
"""

import selectors
import socket
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

PATIENCE = 10.0
"""Seconds after which a request has failed."""

AT_A_TIME = 50
"""Requests that are sent before answers are looked at: the clients must not be what is slow."""


@dataclass(frozen=True)
class Load:
    """What clients have met."""

    sent: float
    """Requests a second."""
    rate: float
    """Answers 200 a second."""
    p50: float
    p99: float
    """Milliseconds until a 200 came, of half of them and of 99 in 100."""
    statuses: dict[int, int]
    """How often each status came; 0 for a connection that failed."""


class _Client:
    """One that has a connection, and sends one request after the other on it."""

    def __init__(self, port: int, request: bytes, waiting: selectors.BaseSelector) -> None:
        self._port, self._request, self._waiting = port, request, waiting
        self._connection: socket.socket | None = None
        self._unsent = self._came = b""
        self._events = selectors.EVENT_READ
        self.begun = 0.0
        """When the request was sent; 0 while there is none."""

    def send(self) -> None:
        """Send the request, as soon as there is a connection. Raises OSError."""
        self.begun, self._unsent, self._came = time.perf_counter(), self._request, b""
        if self._connection is None:
            self._connection = socket.socket()
            self._connection.setblocking(False)
            # Where a server has too many that wait, this takes a second, in which others go on.
            self._connection.connect_ex(("127.0.0.1", self._port))
            self._events = selectors.EVENT_READ
            self._waiting.register(self._connection, self._events, self)
        self._send_on()

    def _send_on(self) -> None:
        assert self._connection is not None
        with suppress(BlockingIOError):
            self._unsent = self._unsent[self._connection.send(self._unsent) :]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        if events != self._events:
            self._events = events
            self._waiting.modify(self._connection, events, self)

    def take(self) -> int | None:
        """The answer's status once it is whole, 0 where it broke off, None while more must come."""
        assert self._connection is not None
        try:
            if self._unsent:
                self._send_on()
            came = self._connection.recv(65536)
        except BlockingIOError:
            return None
        except OSError:
            came = b""
        self._came += came
        head, found, body = self._came.partition(b"\r\n\r\n")
        if came and not (found and len(body) >= _length(head)):
            return None
        if not came or not _keeps(head):
            self.close()
        return _status(head) if came else 0

    def close(self) -> None:
        """The next request gets a connection of its own."""
        if self._connection is not None:
            self._waiting.unregister(self._connection)
            self._connection.close()
            self._connection = None


class _Clients:
    """As many as are needed to send what is sent while others wait for their answers."""

    def __init__(self, port: int, request: bytes, number: int = 0) -> None:
        """number: of those that there are at least"""
        self._port, self._request = port, request
        self._waiting = selectors.DefaultSelector()
        self._idle = [self._another() for _ in range(number)]
        self._busy = 0
        self._times: list[float] = []
        self._statuses: Counter[int] = Counter()

    def _another(self) -> _Client:
        return _Client(self._port, self._request, self._waiting)

    def send(self) -> None:
        """Send a request."""
        client = self._idle.pop() if self._idle else self._another()
        self._busy += 1
        try:
            client.send()
        except OSError:
            client.close()
            self._end(client, 0, client.begun)

    def take(self, patience: float, again_until: float = 0) -> bool:
        """Take what answers come; whether any bytes did.

        patience: seconds to wait for one; again_until: until then, who has an answer sends again
        """
        answered = self._waiting.select(patience)
        now = time.perf_counter()
        for key, _ in answered:
            client = key.data
            status = client.take()
            if status is None or not client.begun:  # more must come, or an idle connection ended
                continue
            self._end(client, status, now)
            if now < again_until:
                self.send()
        return bool(answered)

    def _end(self, client: _Client, status: int, now: float) -> None:
        took = now - client.begun
        self._statuses[status if took < PATIENCE else 0] += 1
        if status == HTTPStatus.OK and took < PATIENCE:
            self._times.append(took)
        client.begun = 0
        self._busy -= 1
        self._idle.append(client)

    def take_all(self, again_until: float = 0) -> None:
        """Take all answers; see `take`."""
        while self._busy and self.take(PATIENCE, again_until):
            pass
        self._statuses[0] += self._busy

    def met(self, seconds: float) -> Load:
        """What they have met in so many seconds; they are gone then."""
        for key in list(self._waiting.get_map().values()):
            key.data.close()
        self._waiting.close()
        # Workers share new connections out by how many they have: they must have seen these end.
        time.sleep(0.1)
        times = sorted(self._times)
        p50, p99 = (
            times[int(len(times) * share)] * 1000 if times else float("nan")
            for share in (0.5, 0.99)
        )
        sent = self._statuses.total() / seconds
        return Load(sent, len(times) / seconds, p50, p99, dict(+self._statuses))


def load(port: int, request: bytes, clients: int, seconds: float) -> Load:
    """Put load on a server of this machine. request: see `http_request`."""
    everybody = _Clients(port, request, clients)
    begun = time.perf_counter()
    for _ in range(clients):
        everybody.send()
    everybody.take_all(again_until=begun + seconds)
    return everybody.met(time.perf_counter() - begun)


def flood(port: int, request: bytes, rate: float, seconds: float) -> Load:
    """Send so many requests a second, as far as this machine can, whether those before are answered
    or not, and wait for the answers."""
    everybody = _Clients(port, request)
    begun = time.perf_counter()
    sent = 0
    while (passed := time.perf_counter() - begun) < seconds:
        for _ in range(min(int(rate * passed) - sent, AT_A_TIME)):
            everybody.send()
            sent += 1
        everybody.take(0.001)
    took = time.perf_counter() - begun
    everybody.take_all()
    return everybody.met(took)


def http_request(path: str, body: bytes, kind: str) -> bytes:
    """A POST as it goes over the line."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _status(head: bytes) -> int:
    return int(head[9:12])


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])


def _keeps(head: bytes) -> bool:
    return b"connection: close" not in head.lower()
