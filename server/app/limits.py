"""Limits per client: so many requests a minute, counted here, or in Redis for all processes."""

import logging
import math
import time
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response
from flask_limiter import Limiter, RequestLimit
from flask_limiter.util import get_remote_address

from app.settings import Settings

READINGS = "6000 per minute"
"""A pen that is never lifted asks for 600 readings a minute; several may share an address."""

BATCHES = "120 per minute"
CORRECTIONS = "120 per minute"
EXPORTS = "10 per minute"

REDIS_PATIENCE = 0.25
"""Seconds; a Redis that does not answer must not keep pictures waiting."""


def register(app: Flask, settings: Settings) -> None:
    """Count requests, where limits are switched on."""
    logging.getLogger("flask-limiter").setLevel(logging.ERROR)
    options: dict[str, Any] = {}
    if settings.redis_url:
        options = {"socket_timeout": REDIS_PATIENCE, "socket_connect_timeout": REDIS_PATIENCE}
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.redis_url or "memory://",
        storage_options=options,
        enabled=settings.ratelimit_enabled,
        # Without Redis each process counts by itself, and looks for Redis again now and then.
        in_memory_fallback_enabled=bool(settings.redis_url),
        swallow_errors=True,
        strategy="fixed-window",
        on_breach=_too_many,
    )
    # The limits themselves refer to it weakly.
    app.extensions["limits"] = limiter
    for limit, routes in (
        (READINGS, ("api.recognize",)),
        (BATCHES, ("api.recognize_batch",)),
        (CORRECTIONS, ("corrections.add_correction", "corrections.remove_correction")),
        (EXPORTS, ("corrections.export_corrections",)),
    ):
        shared = limiter.shared_limit(limit, scope=routes[0])
        for route in routes:
            app.view_functions[route] = cast(Any, shared(app.view_functions[route]))


def _too_many(limit: RequestLimit) -> Response:
    """The failure's own answer is made of it; what counts here is when to come back."""
    wait = max(1, math.ceil(limit.reset_at - time.time()))
    return Response(status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": str(wait)})
