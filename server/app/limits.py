"""Limits per client: so many requests a minute, counted here, or in Redis for all processes.

A client is an address of IPv4, or the 64 bits of an IPv6 address that tell whose network it is in:
each has more of those than can be counted, and may send every request from another.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from functools import lru_cache, partial, wraps
from http import HTTPStatus
from ipaddress import IPv6Address, IPv6Network
from typing import Any

from flask import Flask, request
from limits import RateLimitItem, parse
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import RedisError

from app.problems import ProblemError
from app.settings import Settings, StartupError

logger = logging.getLogger(__name__)

READINGS = "6000 per minute"
"""A pen that is never lifted asks for 600 readings a minute; several may share an address."""

READING_ROUTE = "api.recognize"
"""The route."""

BATCHES = "120 per minute"
CORRECTIONS = "120 per minute"
EXPORTS = "10 per minute"

REDIS_PATIENCE = 0.25
"""Seconds; a Redis that does not answer must not keep pictures waiting."""

AWAY = 5.0
"""Seconds for which a Redis that has failed is not asked again."""

SWEEP = 60.0
"""Seconds after which counts of windows that have ended are forgotten."""


Limit = Callable[[str], None]
"""Counts one more request of the client of an address. Raises ProblemError 429 for one too many."""


def register(app: Flask, settings: Settings) -> None:
    """Count requests, where limits are switched on."""
    if not settings.ratelimit_enabled:
        return
    counts = _Counts(settings.redis_url)
    for limit, routes in (
        (READINGS, (READING_ROUTE,)),
        (BATCHES, ("api.recognize_batch",)),
        (CORRECTIONS, ("corrections.add_correction", "corrections.remove_correction")),
        (EXPORTS, ("corrections.export_corrections",)),
    ):
        count = partial(_count, counts, parse(limit), routes[0])
        app.extensions[f"limit of {routes[0]}"] = count
        for route in routes:
            app.view_functions[route] = _limited(app.view_functions[route], count)


def of_readings(app: Flask) -> Limit | None:
    """What counts an application's readings; None where there are no limits."""
    return app.extensions.get(f"limit of {READING_ROUTE}")


View = Callable[..., Any]


def _limited(view: View, count: Limit) -> View:
    @wraps(view)
    def counted(**arguments: Any) -> Any:
        count(request.remote_addr or "unknown")
        return view(**arguments)

    return counted


def _count(counts: "_Counts", limit: RateLimitItem, scope: str, client: str) -> None:
    client = _network(client)
    if not counts.hit(limit, scope, client):
        wait = max(1, math.ceil(counts.ends(limit, scope, client) - time.time()))
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"Too many requests: a client may send at most {limit}.",
            {"Retry-After": str(wait)},
        )


@lru_cache(maxsize=1024)
def _network(client: str) -> str:
    """Whom an address is counted for."""
    if ":" not in client:
        return client
    try:
        address = IPv6Address(client)
    except ValueError:  # whatever a proxy says
        return client
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address) >> 64 << 64, 64)))


class _Counts:
    """Of each client's requests in windows of time."""

    def __init__(self, redis_url: str) -> None:
        self._here = FixedWindowRateLimiter(_Memory())
        self._in_redis = None
        if redis_url:
            try:
                storage = RedisStorage(
                    redis_url,
                    wrap_exceptions=True,
                    socket_timeout=REDIS_PATIENCE,
                    socket_connect_timeout=REDIS_PATIENCE,
                )
                # Connects to nothing, and fails where connections could not be made.
                pool = storage.storage.connection_pool
                pool.connection_class(**pool.connection_kwargs)
            except (ValueError, TypeError, RedisError, ConfigurationError):
                raise StartupError(
                    "REDIS_URL must be redis://host:port: change it in the environment or in .env."
                ) from None
            self._in_redis = FixedWindowRateLimiter(storage)
        self._away_until = 0.0

    def hit(self, limit: RateLimitItem, *names: str) -> bool:
        """Count one more request; whether it is within the limit."""
        return bool(self._ask(lambda limiter: limiter.hit(limit, *names)))

    def ends(self, limit: RateLimitItem, *names: str) -> float:
        """When the window ends, in seconds since 1970."""
        return float(self._ask(lambda limiter: limiter.get_window_stats(limit, *names).reset_time))

    def _ask(self, question: Callable[[FixedWindowRateLimiter], Any]) -> Any:
        # Without Redis each process counts by itself, and looks for Redis again now and then.
        if self._in_redis and time.monotonic() > self._away_until:
            try:
                return question(self._in_redis)
            except StorageError as error:
                self._away_until = time.monotonic() + AWAY
                logger.warning("Redis does not count requests: %s", error.storage_error)
        return question(self._here)


class _Memory(MemoryStorage):
    """Counts by a clock that nobody sets: by its parent's, put back, a window would not end.

    It forgets now and then what has ended. Its parent starts a thread for that, up to a hundred
    times a second, which costs more than the counting.
    """

    def __init__(self) -> None:
        super().__init__()
        self.timer.cancel()  # it would look at the other clock
        self._lock = threading.Lock()
        self._swept = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.monotonic()
        with self._lock:
            if now > self._swept + SWEEP:
                self._swept = now
                for ended in [name for name, end in self.expirations.items() if end <= now]:
                    self.clear(ended)
            count: int = self.get(key) + amount
            self.storage[key] = count
            self.expirations.setdefault(key, now + expiry)
        return count

    def get(self, key: str) -> int:
        if self.expirations.get(key, 0.0) <= time.monotonic():
            self.clear(key)
        return self.storage.get(key, 0)

    def get_expiry(self, key: str) -> float:
        now = time.monotonic()
        return time.time() + self.expirations.get(key, now) - now
