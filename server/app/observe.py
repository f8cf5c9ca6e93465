"""What can be seen from outside: a log line and some numbers for every request, never a picture."""

import json
import logging
import os
import random
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPMethod, HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
    multiprocess,
)

from app import parts
from app.metrics import requests_of, seconds_of
from app.openapi import Operation, describes
from app.problems import ProblemError
from app.tokens import check_token

blueprint = Blueprint("observe", __name__, url_prefix="/api")

logger = logging.getLogger("app.requests")

METHODS = frozenset(HTTPMethod)
"""Those that are counted by name: a client may make up any."""

REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
"""What of a client's, or a proxy's, own request ids is taken over."""


@blueprint.get("/metrics")
@describes(Operation(answers={200: "text/plain"}, problems=(401, 404), token=True))
def metrics() -> Response:
    """All numbers, of all processes, for Prometheus, for whoever knows the token."""
    token = parts.settings().metrics_token
    if not token:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There are no metrics: set METRICS_TOKEN first.")
    check_token(token)
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that has begun."""

    begun: float
    id: str


def register(app: Flask) -> None:
    """Count, time and log an application's requests."""
    app.register_blueprint(blueprint)
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.seen = begin(request.headers.get("X-Request-Id", ""))


def _end(response: Response) -> Response:
    # By the rule and not by the path: there are endless paths.
    route = request.url_rule.rule if request.url_rule else "none"
    end(g.seen, route, request.method, request.path, response.status_code, request.remote_addr)
    response.headers["X-Request-Id"] = g.seen.id
    return response


def begin(given_id: str) -> Seen:
    """Note that a request begins: when, and by which id.

    given_id: what the client, or a proxy, calls the request; empty where it says nothing
    """
    is_usable = REQUEST_ID.fullmatch(given_id)
    return Seen(time.perf_counter(), given_id if is_usable else f"{random.getrandbits(64):016x}")


def end(seen: Seen, route: str, method: str, path: str, status: int, client: str | None) -> None:
    """Count, time and log a request that is answered.

    route: the rule that its path follows, e.g. "/api/recognize"; client: its address
    """
    seconds = time.perf_counter() - seen.begun
    requests_of(route, method if method in METHODS else "other", str(status)).inc()
    seconds_of(route).observe(seconds)
    if logger.isEnabledFor(logging.INFO):
        logger.info(
            "%s %s %d",
            method,
            quote(path),
            status,
            extra={
                "fields": {
                    "request_id": seen.id,
                    "method": method,
                    "path": path,
                    "status": status,
                    "milliseconds": round(seconds * 1000, 2),
                    "client": client,
                }
            },
        )


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_logging(level: str, form: str) -> None:
    """Log to the standard error, once; a server that set up logging itself keeps its own.

    level: of our own loggers, e.g. "info"; form: "text" or "json"
    """
    handler = logging.StreamHandler()
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonFormatter() if form == "json" else plain)
    logging.basicConfig(handlers=[handler])
    logging.getLogger("app").setLevel(level.upper())
