"""What some tests need: the data, and real servers that the application uses, PostgreSQL and Redis.

Debian's packages `postgresql` and `redis-server` have these. Where something is missing, what needs
it is skipped, but never in CI.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from model.data import data_folder

PATIENCE = 30
"""Seconds for a server to start."""


class Service:
    """A server process that can be killed and started again at the same port."""

    def __init__(self, command: Sequence[str], port: int, user: str | None = None) -> None:
        self.port = port
        self._command = command
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it accepts connections."""
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert self._process.poll() is None, f"{self._command[0]} ended"
                assert time.monotonic() < deadline, f"{self._command[0]} does not answer"
                time.sleep(0.05)

    def kill(self) -> None:
        """Kill it at once, as a crash would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def start_postgresql(folder: Path) -> tuple[Service, str]:
    """A PostgreSQL with its files in a new folder, and the address of its database."""
    initdb, postgres = needed("initdb"), needed("postgres")
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        for place in (data, *data.parents):
            if place == Path("/tmp") or place.stat().st_mode & 0o001:
                break
            place.chmod(place.stat().st_mode | 0o011)
        shutil.chown(data, user)
    options = ["--pgdata", str(data), "--username", "app", "--auth", "trust", "--no-sync"]
    subprocess.run(
        [initdb, *options], check=True, capture_output=True, user=user, cwd="/", timeout=PATIENCE
    )
    port = free_port()
    where = ["-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
    service = Service([postgres, *where], port, user)
    service.start()
    address = f"postgresql://app@127.0.0.1:{port}/postgres"
    _until(lambda: _answers(address))
    return service, address


def start_redis(folder: Path) -> tuple[Service, str]:
    """A Redis that keeps nothing, and its address."""
    port = free_port()
    command = [needed("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    service = Service([*command, "--dir", str(folder)], port)
    service.start()
    return service, f"redis://127.0.0.1:{port}/0"


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def needed(program: str) -> str:
    """Where a program is; Debian keeps PostgreSQL's own ones out of the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    found = shutil.which(program, path=path)
    if found is None:
        missing(f"{program} is not installed")
    return found


def skip_without_data() -> None:
    """Skip a test where MNIST, pens and letters are not there."""
    if not all((data_folder() / name).is_dir() for name in ("mnist", "pen", "letters")):
        missing("the data is not there: set DIGITS_DATA, or run `npm run train` once")


def missing(what: str) -> NoReturn:
    """Skip a test, and say why; in CI it fails."""
    if "CI" in os.environ:
        pytest.fail(what)
    pytest.skip(what)


def _answers(address: str) -> bool:
    import psycopg

    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)
