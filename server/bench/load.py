"""Load on a server: clients that send when they have their answer, or at a rate whatever comes."""

import asyncio
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


async def _client(
    port: int, request: bytes, until: float, times: list[float], statuses: Counter[int]
) -> None:
    connection = None
    while time.perf_counter() < until:
        begun = time.perf_counter()
        try:
            connection = connection or await asyncio.open_connection("127.0.0.1", port)
            status, keeps = await _exchange(connection, request)
            if not keeps:
                _close(connection)
                connection = None
        except (OSError, asyncio.IncompleteReadError, ValueError):
            _close(connection)
            status, connection = 0, None
            await asyncio.sleep(0.01)
        statuses[status] += 1
        if status == 200:
            times.append(time.perf_counter() - begun)
    _close(connection)


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
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head[9:12]), b"connection: close" not in head


def _close(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None) -> None:
    if connection is not None:
        connection[1].close()


async def _run(port: int, request: bytes, clients: int, seconds: float) -> Load:
    times: list[float] = []
    statuses: Counter[int] = Counter()
    begun = time.perf_counter()
    until = begun + seconds
    await asyncio.gather(*(_client(port, request, until, times, statuses) for _ in range(clients)))
    took = time.perf_counter() - begun
    # Workers share new connections out by how many they have: they must have seen these end.
    await asyncio.sleep(0.1)
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


def load(port: int, request: bytes, clients: int, seconds: float) -> Load:
    """Put load on a server of this machine. request: see `http_request`."""
    return asyncio.run(_run(port, request, clients, seconds))


def flood(port: int, request: bytes, rate: float, seconds: float) -> Load:
    """Send requests at a rate, see `Flood`."""
    return asyncio.run(Flood(port, request).send(rate, seconds))
