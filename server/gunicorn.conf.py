"""gunicorn's configuration, from the same settings as the application's.

`gunicorn wsgi:app` in `server/` finds this file by its name.
"""

import os
import sys
from typing import Any

from app.serve import LOADED_AFTER_FORK, THREADS, announce
from app.settings import StartupError, read_settings

try:
    settings = read_settings()
except StartupError as error:
    print(error, file=sys.stderr)
    sys.exit(2)

bind = f"{settings.host}:{settings.port}"
workers = settings.workers

# A browser opens connections that it may use later, and phones upload slowly. A sync worker waits
# on each of them; these threads do not keep the others waiting.
worker_class = "gthread"
threads = THREADS
keepalive = 30

# Workers share the memory of what was loaded before the fork.
preload_app = settings.engine not in LOADED_AFTER_FORK

timeout = 30
graceful_timeout = 10
accesslog = None
loglevel = "debug" if settings.log_level == "debug" else "warning"
control_socket_disable = True

# The workers' heartbeat: on a disk it can block for longer than the timeout.
if os.access("/dev/shm", os.W_OK):
    worker_tmp_dir = "/dev/shm"


def post_worker_init(worker: Any) -> None:
    """Announce the address when the first worker can answer there."""
    if worker.age == 1:
        announce(worker.sockets[0].sock)


def worker_exit(server: Any, worker: Any) -> None:
    """End at once, all requests being answered.

    onnxruntime's own clean-up waits for ever for threads that did not come along in the fork, and
    PyTorch's takes a second.
    """
    if worker.booted:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
