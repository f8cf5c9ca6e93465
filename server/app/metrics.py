"""The numbers that are kept of what is served, for Prometheus."""

from functools import cache

from prometheus_client import Counter, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

requests = Counter("http_requests_total", "Requests", ("route", "method", "status"))
request_seconds = Histogram("http_request_seconds", "Time to answer", ("route",), buckets=SECONDS)
refused = Counter("requests_refused_total", "Requests refused because the server was overloaded")
engine_seconds = Histogram(
    "engine_seconds", "Time in the engine, of one picture or of one batch", buckets=SECONDS
)
readings = Counter("readings_total", "Pictures read", ("reading",))
confidences = Histogram(
    "reading_confidence",
    "Confidence of the digits that were read",
    buckets=(0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1),
)

requests_of = cache(requests.labels)
seconds_of = cache(request_seconds.labels)
readings_of = cache(readings.labels)
"""Those of some labels, at once: there are few, and to look them up takes as long as to count."""

NOTHING, NO_DIGIT = "nothing", "no digit"


def count_reading(digit: int | None, confidence: float, is_digit: float) -> None:
    """Count a reading. digit: 0..9, or None where nothing is drawn."""
    if digit is None:
        readings_of(NOTHING).inc()
    elif is_digit < 0.5:
        readings_of(NO_DIGIT).inc()
    else:
        readings_of(str(digit)).inc()
        confidences.observe(confidence)
