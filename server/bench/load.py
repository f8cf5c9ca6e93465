"""Load on a server: clients that send when they have their answer, or at a rate whatever comes."""

import asyncio
import selectors
import socket
import time
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus

PATIENCE = 10.0
"""Seconds after which a request has failed."""

AT_A_TIME = 50
"""Requests that are sent before answers are looked at: one client must not be what is slow."""


@dataclass(frozen=True)
class Load:
    """What clients have met."""

    rate: float
    """Answers 200 a second."""
    p50: float
    p99: float
    """Milliseconds until a 200 came, of half of them and of 99 in 100."""
    statuses: dict[int, int]
    """How often each status came; 0 for a connection that failed."""


class Flood:
    """Requests at a rate, whether those before are answered or not."""

    def __init__(self, port: int, request: bytes) -> None:
        self._port, self._request = port, request
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._times: list[float] = []
        self._statuses: Counter[int] = Counter()

    async def send(self, rate: float, seconds: float) -> Load:
        """Send so many requests a second, as far as this machine can, and wait for the answers."""
        begun = time.perf_counter()
        sent = 0
        waiting = set()
        while (passed := time.perf_counter() - begun) < seconds:
            for _ in range(min(int(rate * passed) - sent, AT_A_TIME)):
                waiting.add(one := asyncio.create_task(self._ask()))
                one.add_done_callback(waiting.discard)
                sent += 1
            await asyncio.sleep(0.001)
        took = time.perf_counter() - begun
        await asyncio.gather(*waiting)
        for connection in self._idle:
            _close(connection)
        return _summary(self._times, self._statuses, took)

    async def _ask(self) -> None:
        begun = time.perf_counter()
        connection = None
        try:
            async with asyncio.timeout(PATIENCE):
                connection = (
                    self._idle.pop()
                    if self._idle
                    else await asyncio.open_connection("127.0.0.1", self._port)
                )
                status, keeps = await _exchange(connection, self._request)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            status, keeps = 0, False
        self._statuses[status] += 1
        if status == HTTPStatus.OK:
            self._times.append(time.perf_counter() - begun)
        if keeps and connection:
            self._idle.append(connection)
        else:
            _close(connection)


async def _exchange(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes
) -> tuple[int, bool]:
    """The status of the answer, and whether the connection stays open."""
    reader, writer = connection
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(_length(head))
    return _status(head), _keeps(head)


def _status(head: bytes) -> int:
    return int(head[9:12])


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])


def _keeps(head: bytes) -> bool:
    return b"connection: close" not in head.lower()


def _close(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None) -> None:
    if connection is not None:
        connection[1].close()


class _Client:
    """One that sends when it has its answer. What it costs is taken from the server, which is on
    the same machine: hence no asyncio."""

    def __init__(self, port: int, request: bytes) -> None:
        self._port, self._request = port, request
        self._connection: socket.socket | None = None
        self._came = b""
        self.begun = 0.0

    def send(self) -> socket.socket:
        """Send the request; the connection on which its answer comes."""
        self.begun, self._came = time.perf_counter(), b""
        if self._connection is None:
            self._connection = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        self._connection.sendall(self._request)
        return self._connection

    def take(self) -> int | None:
        """The answer's status once it is whole, 0 where it broke off, None while more must come."""
        assert self._connection is not None
        try:
            came = self._connection.recv(65536)
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
            self._connection.close()
            self._connection = None


def load(port: int, request: bytes, clients: int, seconds: float) -> Load:
    """Put load on a server of this machine. request: see `http_request`."""
    times: list[float] = []
    statuses: Counter[int] = Counter()
    with selectors.DefaultSelector() as waiting:

        def send(client: _Client) -> None:
            try:
                waiting.register(client.send(), selectors.EVENT_READ, client)
            except OSError:
                client.close()
                statuses[0] += 1

        everybody = [_Client(port, request) for _ in range(clients)]
        begun = time.perf_counter()
        for client in everybody:
            send(client)
        while waiting.get_map() and (answered := waiting.select(PATIENCE)):
            for key, _ in answered:
                client = key.data
                status = client.take()
                if status is None:
                    continue
                waiting.unregister(key.fileobj)
                statuses[status] += 1
                now = time.perf_counter()
                if status == HTTPStatus.OK:
                    times.append(now - client.begun)
                if now < begun + seconds:
                    send(client)
        statuses[0] += len(waiting.get_map())
        took = time.perf_counter() - begun
    for client in everybody:
        client.close()
    # Workers share new connections out by how many they have: they must have seen these end.
    time.sleep(0.1)
    return _summary(times, statuses, took)


def _summary(times: list[float], statuses: Counter[int], took: float) -> Load:
    times.sort()
    if not times:
        return Load(0, float("nan"), float("nan"), dict(statuses))
    return Load(
        rate=len(times) / took,
        p50=times[len(times) // 2] * 1000,
        p99=times[int(len(times) * 0.99)] * 1000,
        statuses=dict(statuses),
    )


def http_request(path: str, body: bytes, kind: str) -> bytes:
    """A POST as it goes over the line."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def flood(port: int, request: bytes, rate: float, seconds: float) -> Load:
    """Send requests at a rate, see `Flood`."""
    return asyncio.run(Flood(port, request).send(rate, seconds))
