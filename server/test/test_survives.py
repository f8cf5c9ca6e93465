"""What breaks around the server costs no accepted correction, and no reading."""

import base64
import csv
import http.client
import io
import json
import os
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from services import start_postgresql, start_redis
from test_serving import IMPATIENT, PATIENCE, SERVE, children_of, post, started
from uploads import file_of, seven

pytestmark = pytest.mark.by_itself

SEVEN = file_of(seven())
TOKEN = "word"


class Writer(threading.Thread):
    """Sends corrections one after the other, each until it is kept, and counts readings too."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__(daemon=True)
        self._port, self._name = port, name
        self._stopped = threading.Event()
        self.kept: list[str] = []
        self.unread = 0
        """Readings that were refused, or never answered."""
        self.failures: set[int] = set()
        """Statuses of corrections that were not kept at once; 0 for a connection that broke."""

    def run(self) -> None:
        image = base64.b64encode(SEVEN).decode("ascii")
        number = 0
        while not self._stopped.is_set():
            key = f"{self._name}-{number:020}"
            body = {
                "key": key,
                "image": image,
                "read": 1,
                "was": 7,
                "model": "digits",
                "made": "2026-01-02T12:00:00Z",
                "consent": True,
            }
            status = send(self._port, "/api/corrections", json.dumps(body).encode())
            if status in (200, 201):
                self.kept.append(key)
                number += 1
            else:
                self.failures.add(status)
            if send(self._port, "/api/recognize", SEVEN, "image/png") != 200:
                self.unread += 1

    def stop(self) -> None:
        self._stopped.set()
        self.join(PATIENCE)
        assert not self.is_alive()


def send(port: int, path: str, body: bytes, kind: str = "application/json") -> int:
    """The status of an answer; 0 where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("POST", path, body, {"Content-Type": kind})
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def kept_by(port: int) -> list[str]:
    """The keys of all corrections that a server hands out."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/api/corrections", headers={"Authorization": f"Bearer {TOKEN}"})
    response = connection.getresponse()
    assert response.status == 200
    archive = zipfile.ZipFile(io.BytesIO(response.read()))
    rows = csv.DictReader(io.StringIO(archive.read("corrections.csv").decode(), newline=""))
    return [row["file"].removesuffix(".png") for row in rows]


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def assert_all_is_there(writers: list[Writer], port: int) -> None:
    """Nothing that was accepted is lost, and nothing is doubled."""
    keys = kept_by(port)
    assert len(keys) == len(set(keys))
    accepted = [key for writer in writers for key in writer.kept]
    assert len(accepted) > 10
    assert set(accepted) <= set(keys)
    # At most one of each writer was on its way when it stopped.
    assert len(keys) <= len(accepted) + len(writers)


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_killed_workers_lose_and_double_no_correction(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'corrections.sqlite3'}"
    settings = {"DATABASE_URL": database, "CORRECTIONS_TOKEN": TOKEN, "RATELIMIT_ENABLED": "false"}
    with started(SERVE, **settings) as (process, port):
        writers = [Writer(port, f"w{i}") for i in range(3)]
        for writer in writers:
            writer.start()
        for _ in range(4):
            time.sleep(0.7)
            victim = children_of(process.pid)[0]
            os.kill(victim, signal.SIGKILL)
            until(lambda gone=victim: gone not in children_of(process.pid))  # type: ignore[misc]
        for writer in writers:
            writer.stop()
        # What a killed worker was doing breaks off, and nothing else fails.
        assert {status for writer in writers for status in writer.failures} <= {0}
        assert_all_is_there(writers, port)
        everything = kept_by(port)
        os.kill(process.pid, signal.SIGKILL)
    with started(SERVE, **settings) as (_, port):
        assert kept_by(port) == everything


def test_digits_are_read_while_postgresql_is_away_and_corrections_come_later(
    tmp_path: Path,
) -> None:
    service, database = start_postgresql(tmp_path)
    settings = {"DATABASE_URL": database, "CORRECTIONS_TOKEN": TOKEN, "RATELIMIT_ENABLED": "false"}
    with started(SERVE, **settings) as (_, port):
        writer = Writer(port, "writer")
        writer.start()
        until(lambda: len(writer.kept) > 5)
        service.kill()
        until(lambda: bool(writer.failures))
        assert ready(port) == 503
        service.start()
        before = len(writer.kept)
        until(lambda: len(writer.kept) > before + 5)
        assert ready(port) == 200
        writer.stop()
        assert writer.failures == {503}
        assert writer.unread == 0
        assert_all_is_there([writer], port)
    service.kill()


def ready(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/api/ready")
    return connection.getresponse().status


def test_digits_are_read_while_redis_is_away(tmp_path: Path) -> None:
    service, address = start_redis(tmp_path)
    with started(SERVE, REDIS_URL=address) as (_, port):
        assert post(port, SEVEN)[0] == 200
        service.kill()
        assert {post(port, SEVEN)[0] for _ in range(20)} == {200}
        service.start()
        assert {post(port, SEVEN)[0] for _ in range(20)} == {200}
    service.kill()


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root mounts a small disk")
def test_a_full_disk_refuses_corrections_and_nothing_else(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    database = f"sqlite:///{disk / 'corrections.sqlite3'}"
    settings = {"DATABASE_URL": database, "CORRECTIONS_TOKEN": TOKEN, "RATELIMIT_ENABLED": "false"}
    try:
        with started(SERVE, WORKERS="1", **settings) as (_, port):
            writer = Writer(port, "writer")
            writer.start()
            until(lambda: bool(writer.failures))
            writer.stop()
            assert writer.failures == {503}
            assert writer.unread == 0
            subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
            again = Writer(port, "again")
            again.start()
            until(lambda: len(again.kept) > 3)
            again.stop()
            assert_all_is_there([writer, again], port)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_restart_in_the_middle_of_uploads_finishes_what_it_has_begun(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'corrections.sqlite3'}"
    settings = {"DATABASE_URL": database, "CORRECTIONS_TOKEN": TOKEN, "RATELIMIT_ENABLED": "false"}
    with started(SERVE, **settings) as (process, port):
        half = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        half.putrequest("POST", "/api/recognize")
        half.putheader("Content-Type", "image/png")
        half.putheader("Content-Length", str(len(SEVEN)))
        half.endheaders(SEVEN[:100])
        time.sleep(0.5)
        process.terminate()
        time.sleep(0.5)
        half.send(SEVEN[100:])
        answer = half.getresponse()
        assert (answer.status, json.loads(answer.read())["text"]) == (200, "7")
        process.wait(PATIENCE)


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_all_corrections_can_be_fetched_over_a_slow_line(tmp_path: Path) -> None:
    """Who knows the token may take longer than others."""
    noise = np.random.default_rng(0).integers(0, 256, (512, 512), np.uint8)
    body = {
        "image": base64.b64encode(file_of(Image.fromarray(noise))).decode("ascii"),
        "read": 1,
        "was": 7,
        "model": "digits",
        "made": "2026-01-02T12:00:00Z",
        "consent": True,
    }
    number = 60  # 16 MB: more than lies on the line
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/corrections.sqlite3",
        "CORRECTIONS_TOKEN": TOKEN,
        "RATELIMIT_ENABLED": "false",
    }
    with started(IMPATIENT, WORKERS="1", **settings) as (_, port):
        for key in range(number):
            correction = json.dumps({**body, "key": f"{key:020}"}).encode()
            assert send(port, "/api/corrections", correction) == 201
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", "/api/corrections", headers={"Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        assert answer.status == 200
        archive = answer.read(1000)
        time.sleep(4)
        archive += answer.read()
        connection.close()
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert len(files.namelist()) == number + 1
        assert files.testzip() is None
