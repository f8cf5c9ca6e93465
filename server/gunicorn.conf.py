"""gunicorn's configuration, from the same settings as the application's.

`gunicorn wsgi:app` in `server/` finds this file by its name.
"""

import os
import resource
import shutil
import signal
import sys
from functools import partial
from typing import Any

from gunicorn.glogging import Logger

from app.serve import BACKLOG, LOADED_AFTER_FORK, STOPS, THREADS, announce, folder_of_numbers
from app.settings import StartupError, read_settings
from app.share import Share

ENOUGH_FILES = 8192
"""That a worker may have open, connections among them; macOS allows few more."""

OTHER_FILES = 200
"""That a worker has open beside connections, at most."""

try:
    settings = read_settings()
except StartupError as error:
    print(error, file=sys.stderr)
    sys.exit(2)

host = f"[{settings.host}]" if ":" in settings.host else settings.host
bind = f"{host}:{settings.port}"
workers = settings.workers

# A browser opens connections that it may use later, and phones upload slowly. A sync worker waits
# on each of them; these threads do not keep the others waiting.
worker_class = "app.worker.Worker"
threads = THREADS
keepalive = 30
backlog = BACKLOG

# Most connections are idle, and who opens more than these waits for one of them to end.
worker_connections = 4000
files, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
if resource.RLIM_INFINITY != files < ENOUGH_FILES:
    files = most_files if resource.RLIM_INFINITY != most_files < ENOUGH_FILES else ENOUGH_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most_files))
    worker_connections = min(worker_connections, max(files - OTHER_FILES, 1))

# Workers share the memory of what was loaded before the fork.
preload_app = settings.engine not in LOADED_AFTER_FORK

# Where the workers' numbers meet; before the application is loaded, which looks for it.
if settings.metrics_token:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder_of_numbers()

# Whom to believe about the client is said by PROXIES, for the application.
forwarded_allow_ips = ""

timeout = 30
graceful_timeout = 10
accesslog = None
loglevel = "debug" if settings.log_level == "debug" else "warning"
control_socket_disable = True


class JsonLogger(Logger):  # type: ignore[misc]
    """What gunicorn itself logs, in the form of what the application does."""

    def setup(self, cfg: Any) -> None:
        """Set up its handlers; again when the configuration is read again."""
        from app.observe import JsonFormatter

        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())


if settings.log_format == "json":
    logger_class = JsonLogger

# The workers' heartbeat: on a disk it can block for longer than the timeout.
if os.access("/dev/shm", os.W_OK):
    worker_tmp_dir = "/dev/shm"


def pre_fork(server: Any, worker: Any) -> None:
    """Hold back what stops a worker until it has handlers of its own.

    Before, it would be lost, and gunicorn wait in vain for the worker to end.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)


os.register_at_fork(after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, STOPS))


def post_worker_init(worker: Any) -> None:
    """Announce the address when the first worker can answer there."""
    if worker.age == 1:
        announce(worker.sockets[0].sock)


def child_exit(server: Any, worker: Any) -> None:
    """What a worker has counted stays; what only a living one has does not."""
    Share(worker.age).end()
    if settings.metrics_token:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Leave no files behind."""
    if settings.metrics_token:
        shutil.rmtree(folder_of_numbers(), ignore_errors=True)


def worker_exit(server: Any, worker: Any) -> None:
    """End at once, all requests being answered.

    onnxruntime's own clean-up waits for ever for threads that did not come along in the fork, and
    PyTorch's takes a second.
    """
    if worker.booted:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
