"""The real server starts with one line, answers, says what is in its way, and stops cleanly."""

import base64
import dataclasses
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from services import free_port
from uploads import file_of, seven

from app import create_app
from app.database import FORGETTING, UnavailableError
from app.serve import LOADED_AFTER_FORK, forget_by_the_hour
from app.settings import ROOT, Settings
from model.engines import load_engine

pytestmark = pytest.mark.by_itself

SERVER = ROOT / "server"
SERVE = [sys.executable, "-m", "app.serve"]
GUNICORN = [sys.executable, "-m", "gunicorn", "wsgi:app"]
WAITRESS = [
    sys.executable,
    "-c",
    "from app.serve import *; s = read_settings(); serve_with_waitress(s, listen(s))",
]
PATIENCE = 60
"""Seconds that a start may take on a busy machine."""

GRACE = 9
"""Seconds; a worker that does not let go is killed after 10."""


def environment(**settings: str) -> dict[str, str]:
    database = f"sqlite:///{tempfile.gettempdir()}/digit-recognizer-{os.getpid()}.sqlite3"
    # What is empty is the default, whatever .env says.
    unset = {field.name.upper(): "" for field in dataclasses.fields(Settings)}
    fixed = {"PORT": "0", "WORKERS": "2", "ENGINE": "torch", "DATABASE_URL": database}
    return {**os.environ, **unset, **fixed, **settings}


@contextmanager
def started(command: list[str], **settings: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server and the port that it announced."""
    process = subprocess.Popen(
        command,
        cwd=SERVER,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Digit Recognizer is on http://localhost:"), line
        yield process, int(line.rsplit(":", 1)[1])
    finally:
        process.kill()
        process.communicate()


def post(
    port: int, body: bytes, kind: str = "image/png", timeout: float = PATIENCE
) -> tuple[int, str, str]:
    """Status, content type and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", "/api/recognize", body, {"Content-Type": kind})
        response = connection.getresponse()
        return response.status, response.headers["Content-Type"], response.read().decode()
    finally:
        connection.close()


def raw_answer(port: int, request: bytes) -> bytes:
    """What is answered to bytes that no HTTP library would send."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    """Status and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def children_of(pid: int) -> list[int]:
    if Path("/proc").exists():
        listing = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(child) for child in listing.read_text().split()] if listing.exists() else []
    # On macOS.
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return sorted(child for child, parent in pairs if parent == pid)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def assert_ends(process: subprocess.Popen[str], children: list[int]) -> None:
    """It and its workers end, with nothing more said, and the port is free."""
    _, complaints = process.communicate(timeout=PATIENCE)
    assert complaints == ""
    deadline = time.monotonic() + PATIENCE
    while any(map(lives, children)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_server_starts_reads_and_stops_with_its_workers(stop: signal.Signals) -> None:
    with started(SERVE) as (process, port):
        status, _, text = post(port, file_of(seven()))
        assert status == 200
        assert '"text":"7"' in text
        children = children_of(process.pid)
        process.send_signal(stop)
        assert_ends(process, children)
        assert process.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
@pytest.mark.parametrize("engine", ["openvino", "onnx"])
def test_every_engine_works_in_the_workers_and_lets_them_go(engine: str) -> None:
    with started(SERVE, ENGINE=engine) as (process, port):
        for _ in range(6):
            status, _, text = post(port, file_of(seven()))
            assert status == 200
            assert f'"engine":"{engine}"' in text
        children = children_of(process.pid)
        process.terminate()
        begin = time.monotonic()
        assert_ends(process, children)
        assert time.monotonic() - begin < GRACE


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
@pytest.mark.parametrize(("step", "seconds"), [("init_signals", 1), ("load_wsgi", 60)])
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_worker_that_is_stopped_while_it_starts_ends_at_once(
    step: str, seconds: int, stop: signal.Signals
) -> None:
    # The second worker dwells before it has handlers for signals, or before it loads the app.
    slow = (
        "import sys, time; from gunicorn.app.wsgiapp import run; from app.worker import Worker; "
        f"begin = Worker.{step}; "
        f"Worker.{step} = lambda self: (time.sleep({seconds} * (self.age == 2)), begin(self)); "
        "sys.argv[1:] = ['--bind', '127.0.0.1:0', 'wsgi:app']; run()"
    )
    with started([sys.executable, "-c", slow]) as (process, _):
        deadline = time.monotonic() + PATIENCE
        while len(children := children_of(process.pid)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(stop)
        begin = time.monotonic()
        assert_ends(process, children)
        assert time.monotonic() - begin < GRACE


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_who_has_opened_a_connection_and_says_nothing_does_not_keep_the_server_from_stopping() -> (
    None
):
    with started(SERVE) as (process, port), socket.create_connection(("127.0.0.1", port)):
        assert post(port, file_of(seven()))[0] == 200
        children = children_of(process.pid)
        process.terminate()
        begin = time.monotonic()
        assert_ends(process, children)
        assert time.monotonic() - begin < GRACE


@pytest.mark.parametrize("engine", ["torch", "openvino", "onnx"])
def test_only_engines_that_survive_a_fork_are_loaded_before_it(engine: str) -> None:
    assert load_engine(engine).fork_safe == (engine not in LOADED_AFTER_FORK)


@pytest.mark.parametrize("command", [SERVE, WAITRESS], ids=["gunicorn", "waitress"])
def test_what_breaks_off_or_is_too_long_gets_its_problem_and_the_server_goes_on(
    command: list[str],
) -> None:
    head = b"POST /api/recognize HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\n"
    with started(command) as (_, port):
        for size in (5_000_000, 40_000_000):
            status, kind, text = post(port, bytes(size))
            assert (status, kind) == (413, "application/problem+json")
            assert "4,194,304 bytes" in text
        if command is SERVE:
            cut_off = raw_answer(port, head + b"Content-Length: 1000\r\n\r\nhello")
            assert b" 400 " in cut_off.splitlines()[0]
            assert b"application/problem+json" in cut_off
            chunk = raw_answer(port, head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")
            assert b" 400 " in chunk.splitlines()[0]
            begun = time.monotonic()
            with socket.create_connection(("127.0.0.1", port), 10) as connection:
                connection.sendall(head + b"Content-Length: 999999999\r\n\r\nhello")
                assert b" 413 " in connection.recv(4096).splitlines()[0]
            assert time.monotonic() - begun < 5, "more is not waited for"
        assert post(port, file_of(seven()))[0] == 200


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(os.name != "posix" or not has_ipv6(), reason="there is no IPv6 here")
@pytest.mark.parametrize("command", [SERVE, GUNICORN], ids=["app.serve", "gunicorn"])
def test_an_address_of_ipv6_can_be_listened_on(command: list[str]) -> None:
    with started(command, HOST="::1", WORKERS="1") as (_, port):
        connection = http.client.HTTPConnection("::1", port, timeout=PATIENCE)
        connection.request("GET", "/api/health")
        assert connection.getresponse().status == 200
        connection.close()


def test_waitress_serves_where_there_is_no_gunicorn() -> None:
    with started(WAITRESS) as (process, port):
        assert post(port, file_of(seven()))[0] == 200
        process.terminate()
        assert_ends(process, [])


def test_what_is_old_goes_by_the_hour_where_there_is_no_gunicorn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'new.sqlite3'}"))
    done: list[str] = []

    def sleep(seconds: float) -> None:
        assert seconds == FORGETTING
        done.append("slept")
        if len(done) > 4:
            raise InterruptedError

    def check() -> None:
        done.append("checked")
        raise UnavailableError

    monkeypatch.setattr(app.extensions["database"], "check", check)
    monkeypatch.setattr("app.serve.time.sleep", sleep)
    with pytest.raises(InterruptedError):
        forget_by_the_hour(app)
    assert done == ["slept", "checked"] * 2 + ["slept"]


def test_waitress_believes_the_proxies_that_there_are() -> None:
    with started(WAITRESS, PROXIES="1") as (_, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", "/api/health", headers={"X-Forwarded-Proto": "https"})
        assert "Strict-Transport-Security" in connection.getresponse().headers
        connection.close()


def refusal(**settings: str) -> str:
    """What a server says that does not start."""
    finished = subprocess.run(
        SERVE,
        cwd=SERVER,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert finished.returncode != 0
    assert finished.stdout == ""
    assert "Traceback" not in finished.stderr
    assert finished.stderr.count("\n") == 1
    return finished.stderr.strip()


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = f"127.0.0.1 port {port} is in use: stop what listens there, or set PORT to"
        assert refusal(PORT=str(port)).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "http", "PORT must be a whole number"),
        ("HOST", "no.such.host.invalid", "HOST is 'no.such.host.invalid', which is no address"),
        ("HOST", "192.0.2.1", "192.0.2.1 port 0 is not on this machine"),
        ("MODEL", "letters", "There is no model 'letters'"),
        ("OPENVINO_DEVICE", "TOASTER", "OpenVINO cannot use the device 'TOASTER'"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_one_sentence(
    name: str, value: str, sentence: str
) -> None:
    engine = "openvino" if name == "OPENVINO_DEVICE" else "torch"
    assert refusal(**{"ENGINE": engine, name: value}).startswith(sentence)


def test_numbers_of_all_workers_are_counted_together() -> None:
    with started(SERVE, METRICS_TOKEN="word", RATELIMIT_ENABLED="false") as (_, port):
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda _: post(port, file_of(seven())), range(40)))
        assert {status for status, _, _ in answers} == {200}
        assert get(port, "/api/metrics")[0] == 401
        for _ in range(4):  # whichever worker answers
            status, text = get(port, "/api/metrics", Authorization="Bearer word")
            assert status == 200
            assert 'readings_total{reading="7"} 40.0' in text
            line = 'http_requests_total{method="POST",route="/api/recognize",status="200"} 40.0'
            assert line in text


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_numbers_outlive_workers_and_leave_no_files(tmp_path: Path) -> None:
    """SIGHUP has the configuration read again, and the workers replaced."""
    settings = {"METRICS_TOKEN": "word", "TMPDIR": str(tmp_path)}
    with started(SERVE, WORKERS="1", **settings) as (process, port):
        assert post(port, file_of(seven()))[0] == 200
        (worker,) = children_of(process.pid)
        process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + PATIENCE
        while worker in children_of(process.pid):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert len(list(tmp_path.glob("digit-recognizer-*"))) == 1
        _, text = get(port, "/api/metrics", Authorization="Bearer word")
        assert 'readings_total{reading="7"} 1.0' in text
        process.terminate()
        assert_ends(process, children_of(process.pid))
    assert list(tmp_path.glob("digit-recognizer-*")) == []


def test_there_are_no_numbers_for_who_does_not_want_them() -> None:
    with started(SERVE) as (_, port):
        assert get(port, "/api/metrics")[0] == 404


def test_requests_are_logged_as_json_and_never_their_pictures() -> None:
    with started(SERVE, LOG_LEVEL="info", LOG_FORMAT="json", WORKERS="1") as (process, port):
        body = json.dumps({"image": base64.b64encode(file_of(seven())).decode()})
        assert post(port, body.encode(), "application/json")[0] == 200
        assert get(port, "/api/health", **{"X-Request-Id": "mine-1"})[0] == 200
        process.terminate()
        _, log = process.communicate(timeout=PATIENCE)
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["status"] for line in lines if "status" in line] == [200, 200]
    assert lines[-1]["request_id"] == "mine-1"
    assert {"time", "level", "method", "path", "milliseconds", "client"} <= set(lines[-1])
    assert body[20:40] not in log


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_what_gunicorn_says_itself_is_logged_as_json_too() -> None:
    with started(SERVE, LOG_FORMAT="json", WORKERS="1") as (process, port):
        (worker,) = children_of(process.pid)
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while worker in children_of(process.pid):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert b" 400 " in raw_answer(port, b"nonsense\r\n\r\n")
        process.terminate()
        _, log = process.communicate(timeout=PATIENCE)
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["logger"] for line in lines} == {"gunicorn.error", "app.malformed"}
    assert f"Worker (pid:{worker}) was sent SIGKILL" in lines[0]["message"]
    assert len(lines[-1]["request_id"]) == 16


def test_clients_that_send_drop_by_drop_keep_nobody_waiting() -> None:
    """Heads and bodies that never end, and connections on which nothing comes."""
    head = b"POST /api/recognize HTTP/1.1\r\nHost: x\r\n"
    sent = [
        head,
        head + b"Content-Type: image/png\r\nContent-Length: 1000\r\n\r\nx",
        b"",
    ]
    with started(SERVE, WORKERS="1") as (_, port), ExitStack() as connections:

        def connect() -> socket.socket:
            address = ("127.0.0.1", port)
            return connections.enter_context(socket.create_connection(address, timeout=PATIENCE))

        for start in sent * 6:
            connect().sendall(start)
        for _ in range(10):
            assert post(port, file_of(seven()))[0] == 200
        # Many more than threads: what comes in one piece, as from a browser, needs none.
        for start in sent * 20:
            connect().sendall(start)
        begun = time.monotonic()
        for _ in range(10):
            whole = connect()
            whole.sendall(quick_request(file_of(seven())))
            assert whole.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - begun < 10


def quick_request(body: bytes, *headers: bytes) -> bytes:
    lines = [b"POST /api/recognize?include=seen,evidence HTTP/1.1", b"Host: x", *headers]
    lines += [b"Content-Type: image/png", b"Content-Length: %d" % len(body), b"", body]
    return b"\r\n".join(lines)


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_an_answer_is_the_same_by_both_ways() -> None:
    """What a request for a reading gets from the loop, and from gunicorn where a field of it is
    unusual."""
    bodies = [file_of(seven()), b"no picture"]
    with started(SERVE, WORKERS="1") as (_, port):

        def answer(body: bytes, field: bytes) -> tuple[list[bytes], dict[str, object]]:
            head, _, text = raw_answer(
                port, quick_request(body, b"X-Request-Id: one", field)
            ).partition(b"\r\n\r\n")
            assert b"\r\nContent-Length: %d\r\n" % len(text) in head
            said = json.loads(text)
            said.pop("elapsed_ms", None)
            lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Date: ")]
            return [line for line in lines if not line.startswith(b"Content-Length: ")], said

        for body in bodies:
            by_the_loop = answer(body, b"Connection: close")
            assert by_the_loop == answer(body, b"Connection: close\r\nX_Unusual: 1")
            assert b"Connection: close" in by_the_loop[0]


AT_ONCE = 8192
"""Bytes that gunicorn reads at once."""


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_a_body_that_looks_like_a_request_keeps_nobody_waiting() -> None:
    """The loop itself serves what has come whole: nothing may make it wait."""
    first = quick_request(file_of(seven()))
    second = quick_request(bytes(99_999)).rstrip(b"\0")
    with (
        started(SERVE, WORKERS="1") as (_, port),
        socket.create_connection(("127.0.0.1", port)) as one,
    ):
        one.sendall((first + second).ljust(AT_ONCE, b"x") + first)
        time.sleep(0.5)
        for _ in range(3):
            assert post(port, file_of(seven()), timeout=10)[0] == 200


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_who_has_not_taken_the_answer_before_is_not_served_by_the_loop() -> None:
    from gunicorn.config import Config
    from gunicorn.workers.gthread import TConn

    from app.connection import has_taken_all

    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        served, address = listener.accept()
        with client, served:
            connection = TConn(Config(), served, address, listener.getsockname())
            assert has_taken_all(connection)
            with suppress(BlockingIOError):
                while served.send(bytes(100_000)):
                    pass
            assert not has_taken_all(connection)


IMPATIENT = [
    sys.executable,
    "-c",
    "import sys; from app import deadlines; "
    "deadlines.LONGEST_UPLOAD, deadlines.LONGEST_EXCHANGE = 1.0, 2.0; "
    "sys.argv = ['gunicorn', '--config', 'gunicorn.conf.py', 'wsgi:app']; "
    "from gunicorn.app.wsgiapp import run; run()",
]


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_a_body_that_comes_too_slowly_is_refused_and_a_head_is_hung_up_on() -> None:
    start = b"POST /api/recognize HTTP/1.1\r\nHost: x\r\n"
    body = start + b"Content-Type: image/png\r\nContent-Length: 1000\r\n\r\n"
    with started(IMPATIENT, WORKERS="1") as (_, port):
        answers = []
        for sent in (body, start):
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                connection.sendall(sent)
                answer = b""
                while True:
                    with suppress(OSError):
                        connection.sendall(b"x")  # drop by drop
                    readable, _, _ = select.select([connection], [], [], 0.2)
                    if readable:
                        try:
                            part = connection.recv(65536)
                        except ConnectionResetError:
                            break
                        answer += part
                        if not part:
                            break
                        with suppress(OSError):  # within the body that is announced
                            connection.sendall(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n")
                answers.append(answer)
        assert answers[0].startswith(b"HTTP/1.1 408 ")
        assert answers[0].count(b"HTTP/1.1") == 1
        assert b"application/problem+json" in answers[0]
        assert not answers[1].startswith(b"HTTP/1.1 200")
        assert post(port, file_of(seven()))[0] == 200


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_who_does_not_take_an_answer_is_hung_up_on() -> None:
    picture = base64.b64encode(file_of(seven())).decode()
    body = json.dumps({"images": [picture] * 256}).encode()
    lines = [
        b"POST /api/recognize/batch?include=seen,evidence HTTP/1.1",
        b"Host: x",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        b"",
        body,
    ]
    with started(IMPATIENT, WORKERS="1") as (_, port):
        address = ("127.0.0.1", port)
        with (
            socket.create_connection(address, timeout=PATIENCE) as connection,
            pytest.raises(ConnectionError),
        ):
            # More than the kernel keeps, of these and of the answers to them.
            connection.sendall(b"\r\n".join(lines) * 400)
        assert post(port, file_of(seven()))[0] == 200


def test_flask_run_serves_too(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "run", "--port", str(port)],
        cwd=SERVER,
        env=environment(DATABASE_URL=f"sqlite:///{tmp_path / 'new.sqlite3'}"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                status, _, _ = post(port, file_of(seven()))
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert status == 200
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems let fewer connections wait")
def test_where_no_more_files_may_be_open_who_is_there_is_served() -> None:
    files = 260
    with (
        started(
            ["sh", "-c", f'ulimit -n {files} && exec "$0" -m app.serve', SERVE[0]], WORKERS="1"
        ) as (process, port),
        ExitStack() as opened,
    ):
        (worker,) = children_of(process.pid)
        first = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        opened.callback(first.close)
        for number in range(2 * files):
            if not number % files:
                first.request("GET", "/api/health")
                assert first.getresponse().read()
            address = ("127.0.0.1", port)
            opened.enter_context(socket.create_connection(address, timeout=PATIENCE))
        first.request("GET", "/api/health")
        assert first.getresponse().read()
        assert children_of(process.pid) == [worker]


def test_who_has_waited_too_long_is_told_to_come_back() -> None:
    """Many more clients than threads, all at once: none fails otherwise, and it recovers."""
    picture = file_of(seven().resize((1500, 1500)))
    with started(SERVE, WORKERS="1", RATELIMIT_ENABLED="false") as (_, port):
        with ThreadPoolExecutor(160) as pool:
            answers = list(pool.map(lambda _: post(port, picture), range(600)))
        assert {status for status, _, _ in answers} <= {200, 503}
        kinds = {kind for status, kind, _ in answers if status == 503}
        assert kinds <= {"application/problem+json"}
        assert sum(status == 200 for status, _, _ in answers) >= 5
        assert sum(status == 503 for status, _, _ in answers) > 20
        assert post(port, file_of(seven()))[0] == 200


@pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")
def test_a_worker_that_is_killed_is_replaced_and_others_answer_meanwhile() -> None:
    with started(SERVE, WORKERS="2", RATELIMIT_ENABLED="false") as (process, port):
        deadline = time.monotonic() + PATIENCE
        while len(children_of(process.pid)) < 2:
            assert time.monotonic() < deadline
        first, second = children_of(process.pid)
        os.kill(first, signal.SIGKILL)
        while True:
            assert post(port, file_of(seven()))[0] == 200
            children = children_of(process.pid)
            if len(children) == 2 and first not in children:
                break
            assert time.monotonic() < deadline
        assert second in children
