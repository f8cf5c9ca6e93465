"""Serve on HOST and PORT: with gunicorn, and on Windows, where there is none, with waitress.

`python -m app.serve`, in `server/`
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import Settings, StartupError, read_settings

if TYPE_CHECKING:
    from flask import Flask

SERVER = Path(__file__).resolve().parents[1]

THREADS = 32
"""A worker's: they wait for slow clients, not for the processor."""

BACKLOG = 8192
"""Connections that wait to be accepted; the system may allow fewer. Who finds no place among them
is not told so, and tries again after a second."""

LOADED_AFTER_FORK = frozenset({"openvino"})
"""Engines whose threads do not survive a fork (Engine.fork_safe): each worker loads its own."""

STOPS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT} if os.name == "posix" else ())
"""Signals that a worker is stopped by."""


def main() -> int:
    """Serve until stopped. Returns the exit code 2, with one sentence printed, if that fails."""
    try:
        settings = read_settings()
        listener = listen(settings)
        if os.name == "posix":
            if settings.engine in LOADED_AFTER_FORK:
                try_out_loading()
            become_gunicorn(listener)
        serve_with_waitress(settings, listener)
    except StartupError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def listen(settings: Settings) -> socket.socket:
    """Take the port, so that one in use is told of before anything is loaded.

    Raises StartupError.
    """
    place = f"{settings.host} port {settings.port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except socket.gaierror as error:
        raise StartupError(f"HOST is {settings.host!r}, which is no address here.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = "is in use: stop what listens there, or set PORT to another"
        elif error.errno == errno.EACCES:
            # Above that, Windows keeps it for something else.
            other = "another" if settings.port > 1023 else "one above 1023"
            reason = f"may not be used by you: set PORT to {other}"
        elif error.errno == errno.EADDRNOTAVAIL:
            reason = "is not on this machine: set HOST to 127.0.0.1 or 0.0.0.0"
        else:
            reason = f"cannot be listened on: {error.strerror}"
        raise StartupError(f"{place} {reason}.") from error


def address_of(listener: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listener.getsockname()[:2]
    if host in ("127.0.0.1", "0.0.0.0", "::1", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(listener: socket.socket) -> None:
    """Say where to look, once it answers there."""
    print(f"Digit Recognizer is on {address_of(listener)}", flush=True)


def try_out_loading() -> None:
    """Load the application in a process of its own, which says what is wrong.

    Workers that cannot load it would each say so, and gunicorn after them with traces.
    Raises StartupError.
    """
    command = [sys.executable, "-c", "import wsgi"]
    trial = subprocess.run(command, cwd=SERVER, stderr=subprocess.PIPE, text=True, check=False)
    if trial.returncode:
        raise StartupError(trial.stderr.strip())


@cache
def folder_of_numbers() -> str:
    """Where the workers' numbers meet: one folder, however often the configuration is read."""
    return tempfile.mkdtemp(prefix="digit-recognizer-")


def become_gunicorn(listener: socket.socket) -> None:
    """Let gunicorn take this process over: signals reach it directly, and it stops its workers."""
    listener.set_inheritable(True)
    configuration = SERVER / "gunicorn.conf.py"
    command = [sys.executable, "-m", "gunicorn", "--config", str(configuration), "--chdir"]
    os.execv(
        sys.executable, [*command, str(SERVER), "--bind", f"fd://{listener.fileno()}", "wsgi:app"]
    )


def forget_by_the_hour(app: "Flask") -> None:
    """Have what is old forgotten where nobody sends anything, as gunicorn's workers do."""
    from app.database import FORGETTING, UnavailableError

    while True:
        time.sleep(FORGETTING)
        with suppress(UnavailableError):
            app.extensions["database"].check()


def serve_with_waitress(settings: Settings, listener: socket.socket) -> None:
    """Serve from this one process until it is interrupted. Raises StartupError."""
    import logging

    import waitress  # type: ignore[import-untyped]

    from app import create_app
    from app.deadlines import LONGEST_UPLOAD
    from app.problems import UNREAD_BYTES

    app = create_app(settings)
    threading.Thread(target=forget_by_the_hour, args=(app,), daemon=True).start()
    logging.getLogger("waitress").setLevel(logging.ERROR)
    announce(listener)
    waitress.serve(
        app,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        # A batch passes, and the application refuses what is larger by itself.
        max_request_body_size=max(UNREAD_BYTES, 8 * settings.max_bytes),
        channel_timeout=int(LONGEST_UPLOAD),  # of silence
        # Whom to believe about the client is said by PROXIES, for the application.
        clear_untrusted_proxy_headers=not settings.proxies,
    )


if __name__ == "__main__":
    sys.exit(main())
