"""A client may send only so many requests a minute, counted in memory or in Redis."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse
from limits.storage import MemoryStorage
from services import Service, start_redis
from uploads import file_of, seven

from app import create_app, limits
from app.settings import Settings, StartupError, read_settings

pytestmark = pytest.mark.by_itself

SEVEN = file_of(seven())


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[Service, str]]:
    service, address = start_redis(tmp_path)
    yield service, address
    service.kill()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three readings a minute, of which none is forgotten while a test runs."""
    monkeypatch.setattr(limits, "READINGS", "3 per hour")


def limited(tmp_path: Path, redis_url: str = "", proxies: int = 0) -> Flask:
    return create_app(
        Settings(
            database_url=f"sqlite:///{tmp_path / 'corrections.sqlite3'}",
            redis_url=redis_url,
            proxies=proxies,
        )
    )


def statuses(client: FlaskClient, times: int, **headers: str) -> list[int]:
    """Of so many readings; headers: with _ for -."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return [
        client.post(
            "/api/recognize", data=SEVEN, content_type="image/png", headers=sent
        ).status_code
        for _ in range(times)
    ]


@pytest.mark.usefixtures("few")
def test_who_sends_too_many_is_told_when_to_come_back(tmp_path: Path) -> None:
    client = limited(tmp_path).test_client()
    assert statuses(client, 3) == [200, 200, 200]
    response = client.post("/api/recognize", data=SEVEN, content_type="image/png")
    assert (response.status_code, response.content_type) == (429, "application/problem+json")
    assert 0 < int(response.headers["Retry-After"]) <= 3601
    assert response.get_json()["detail"].startswith(
        "Too many requests: a client may send at most 3"
    )
    assert client.get("/api/health").status_code == 200


@pytest.mark.usefixtures("few")
def test_each_client_has_its_own_count_behind_a_proxy_that_is_known(tmp_path: Path) -> None:
    client = limited(tmp_path, proxies=1).test_client()
    assert statuses(client, 4, X_Forwarded_For="192.0.2.1")[-1] == 429
    assert statuses(client, 1, X_Forwarded_For="192.0.2.2") == [200]


@pytest.mark.usefixtures("few")
def test_addresses_of_one_network_of_ipv6_are_one_client(tmp_path: Path) -> None:
    client = limited(tmp_path, proxies=1).test_client()

    def sent(*addresses: str) -> list[int]:
        return [statuses(client, 1, X_Forwarded_For=address)[0] for address in addresses]

    assert sent(*(f"2001:db8::{i}" for i in range(4))) == [200, 200, 200, 429]
    assert sent("2001:db8:0:0:ffff::1", "2001:db8:0:1::1") == [429, 200]
    assert sent(*(f"::ffff:192.0.2.{i}" for i in range(4)), "192.0.2.1") == [200] * 5
    assert sent("::ffff:192.0.2.1", "192.0.2.1") == [200, 429]
    assert sent("fe80::1%eth0", "fe80::2%eth0", "fe80::3%eth0", "fe80::4%eth0")[-1] == 429


@pytest.mark.usefixtures("few")
def test_nobody_else_says_who_the_client_is(tmp_path: Path) -> None:
    client = limited(tmp_path).test_client()
    sent = [statuses(client, 1, X_Forwarded_For=f"192.0.2.{i}")[0] for i in range(4)]
    assert sent == [200, 200, 200, 429]


@pytest.mark.usefixtures("few")
def test_processes_count_together_in_redis(tmp_path: Path, redis: tuple[Service, str]) -> None:
    first, second = (limited(tmp_path, redis[1]).test_client() for _ in range(2))
    assert statuses(first, 2) + statuses(second, 2) == [200, 200, 200, 429]


@pytest.mark.usefixtures("few")
def test_digits_are_read_while_redis_is_away(tmp_path: Path, redis: tuple[Service, str]) -> None:
    service, address = redis
    client = limited(tmp_path, address).test_client()
    assert statuses(client, 1) == [200]
    service.kill()
    begun = time.monotonic()
    # Counted in memory from then on.
    assert statuses(client, 4) == [200, 200, 200, 429]
    assert time.monotonic() - begun < 10


@pytest.mark.usefixtures("few")
def test_limits_can_be_switched_off(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    settings = read_settings({"RATELIMIT_ENABLED": "false", "DATABASE_URL": database})
    assert set(statuses(create_app(settings).test_client(), 5)) == {200}


@pytest.mark.parametrize(
    ("limit", "method", "path"),
    [
        ("BATCHES", "POST", "/api/recognize/batch"),
        ("CORRECTIONS", "POST", "/api/corrections"),
        ("CORRECTIONS", "DELETE", f"/api/corrections/{'k' * 32}"),
        ("EXPORTS", "GET", "/api/corrections"),
    ],
)
def test_each_has_its_own_limit(
    limit: str, method: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, limit, "1 per hour")
    client = limited(tmp_path).test_client()
    refused = [client.open(path, method=method).status_code == 429 for _ in range(2)]
    assert refused == [False, True]


def test_counting_starts_no_threads_and_forgets_windows_that_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = limits._Counts("")
    limit, seconds, begun = parse("2 per minute"), time.time(), time.monotonic()
    time.sleep(0.1)  # for what a new one starts
    threads = threading.active_count()
    for client in range(50):
        assert [counts.hit(limit, "a", str(client)) for _ in range(3)] == [True, True, False]
    assert threading.active_count() == threads
    assert seconds < counts.ends(limit, "a", "7") <= seconds + 61
    monkeypatch.setattr(time, "monotonic", lambda: begun + 200)
    assert counts.hit(limit, "a", "7")
    assert counts.ends(limit, "a", "7") == pytest.approx(time.time() + 60, abs=1)
    memory = counts._here.storage
    assert isinstance(memory, MemoryStorage)
    assert len(memory.storage) == len(memory.expirations) == 1


def test_a_clock_that_is_put_back_locks_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, limit = limits._Counts(""), parse("1 per minute")
    assert [counts.hit(limit, "a", "7") for _ in range(2)] == [True, False]
    seconds, begun = time.time(), time.monotonic()
    monkeypatch.setattr(time, "time", lambda: seconds - 7200)
    assert counts.ends(limit, "a", "7") - time.time() <= 60
    monkeypatch.setattr(time, "monotonic", lambda: begun + 61)
    assert counts.hit(limit, "a", "7")


@pytest.mark.usefixtures("few")
def test_a_redis_that_comes_back_counts_again(
    tmp_path: Path, redis: tuple[Service, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, address = redis
    client = limited(tmp_path, address).test_client()
    monkeypatch.setattr(limits, "AWAY", 0.5)
    service.kill()
    assert statuses(client, 1) == [200]
    service.start()
    time.sleep(0.6)
    assert statuses(client, 4) == [200, 200, 200, 429]


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "redis://localhost:port",
        "redis://localhost?foo=1",
        "valkey://localhost",
        "redis://localhost?protocol=4",
    ],
)
def test_an_address_of_redis_that_is_none_stops_the_start(tmp_path: Path, url: str) -> None:
    with pytest.raises(StartupError, match="REDIS_URL must be redis://host:port"):
        limited(tmp_path, url)
