"""Load on a server: so many clients, each sending its next request when it has its answer."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass


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
            reader, writer = connection
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            status = int(head[9:12])
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            if b"connection: close" in head:
                _close(connection)
                connection = None
        except (OSError, asyncio.IncompleteReadError, ValueError):
            _close(connection)
            status, connection = 0, None
            await asyncio.sleep(0.01)
        statuses[status] += 1
        if status == 200:
            times.append(time.perf_counter() - begun)


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
