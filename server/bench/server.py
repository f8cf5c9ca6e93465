"""Compare the server with a plain one, in turns: `npm run bench:server`.

Prints requests a second and waiting times over 1 to 64 clients, the ratio with its spread, and the
memory of a worker; `--plot` draws them.
"""

import argparse
import base64
import io
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image, ImageDraw

from app.settings import ROOT
from bench.load import Load, flood, http_request, load
from model.cores import cores

SERVER = ROOT / "server"
CLIENTS = (1, 2, 4, 8, 16, 32, 64)
SIDE = 384
SIDE_OF_PAGE = 64
"""Pixels of the picture that our page posts: the ink, and paper around it."""

PLAIN = "plain"
TORCH, TORCH_PAGE = "ours, torch", "ours, torch, as the page posts"
ONNX, ONNX_PAGE = "ours, onnx", "ours, onnx, as the page posts"
INT8, INT8_PAGE = "ours, int8", "ours, int8, as the page posts"
PORTS = {
    PLAIN: 5291,
    **dict.fromkeys((TORCH, TORCH_PAGE), 5292),
    **dict.fromkeys((ONNX, ONNX_PAGE), 5293),
    **dict.fromkeys((INT8, INT8_PAGE), 5294),
}


def seven(side: int) -> Image.Image:
    """A seven as a canvas holds it: ink on nothing."""
    image = Image.new("RGBA", (side, side))
    points = [(0.3 * side, 0.25 * side), (0.7 * side, 0.25 * side), (0.45 * side, 0.8 * side)]
    ImageDraw.Draw(image).line(points, fill=(22, 35, 63, 255), width=side // 16, joint="curve")
    return image


def as_json(image: Image.Image) -> bytes:
    """A picture as the data URL of a PNG, in JSON."""
    file = io.BytesIO()
    image.save(file, "PNG")
    url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
    return json.dumps({"image": url}).encode()


def as_posted(canvas: Image.Image) -> Image.Image:
    """What our page makes of a canvas (`client/src/canvas/picture.ts`)."""
    left, top, right, bottom = canvas.getbbox() or (0, 0, *canvas.size)
    side = round(2.4 * max(right - left, bottom - top))
    sheet = Image.new("RGB", (side, side), "white")
    sheet.paste("black", ((side - right - left) // 2, (side - bottom - top) // 2), canvas)
    return sheet.resize((SIDE_OF_PAGE, SIDE_OF_PAGE), Image.Resampling.BOX)


def requests() -> dict[str, bytes]:
    """What each contender is asked."""
    kind = "application/json"
    same = http_request("/api/recognize", as_json(seven(SIDE)), kind)
    own = http_request("/api/recognize", as_json(as_posted(seven(SIDE))), kind)
    pages = (TORCH_PAGE, ONNX_PAGE, INT8_PAGE)
    return {name: own if name in pages else same for name in PORTS}


@contextmanager
def serving(command: list[str], port: int, **settings: str) -> Iterator[int]:
    """A server's process id, once it answers."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        raise SystemExit(f"Something answers at port {port} already: stop it first.")
    fixed = {"HOST": "127.0.0.1", "PORT": str(port), "RATELIMIT_ENABLED": "false"}
    environment = {**os.environ, **fixed, **settings}
    process = subprocess.Popen(command, cwd=SERVER, env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health").close()
                break
            except OSError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("The server did not start.") from error
                time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def memory_of_workers(pid: int) -> list[float]:
    """MB that each worker has for itself alone (Linux; elsewhere none)."""
    sizes = []
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split() if children.exists() else []:
        lines = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
        private = [int(line.split()[1]) for line in lines if line.startswith("Private")]
        sizes.append(sum(private) / 1024)
    return sizes


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench:server", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement (default: 3)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="turns that each contender gets (default: 5)"
    )
    parser.add_argument(
        "--clients", type=int, nargs="+", default=CLIENTS, help="at once (default: 1 to 64)"
    )
    parser.add_argument(
        "--overload",
        type=float,
        metavar="TIMES",
        help="instead, send ours so many times what it can answer, and see what becomes of it",
    )
    parser.add_argument("--plot", type=Path, help="write a picture of it (PNG)")
    options = parser.parse_args(arguments)
    if options.overload:
        overload(options.overload, options.rounds, options.seconds)
        return 0
    workers = str(cores())
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", os.devnull, "--preload"]
    plain = [*gunicorn, "--workers", workers, "--bind", f"127.0.0.1:{PORTS[PLAIN]}"]
    ours = [sys.executable, "-m", "app.serve"]
    with tempfile.TemporaryDirectory() as folder:
        settings = {"WORKERS": workers, "DATABASE_URL": f"sqlite:///{folder}/corrections.sqlite3"}
        with (
            serving([*plain, "bench.plain:app"], PORTS[PLAIN]),
            serving(ours, PORTS[TORCH], ENGINE="torch", **settings) as torch,
            serving(ours, PORTS[ONNX], ENGINE="onnx", **settings) as onnx,
            serving(ours, PORTS[INT8], ENGINE="onnx", MODEL="digits-int8", **settings) as int8,
        ):
            measured = measure(options.clients, options.rounds, options.seconds)
            memory = {
                name: memory_of_workers(process)
                for name, process in ((TORCH, torch), (ONNX, onnx), (INT8, int8))
            }
    report(measured, memory)
    if options.plot:
        plot(measured, options.plot)
    return 0


def overload(times: float, rounds: int, seconds: float) -> None:
    """Print what becomes of requests of which there are so many times too many."""
    asked = requests()
    print(f"{cores()} cores, which this client has a share of; 0 = a connection failed\n")
    print(
        "| server | answered/s alone | sent/s | answered/s | p50 ms | p99 ms | statuses | after |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |")
    for name, engine in ((TORCH_PAGE, "torch"), (ONNX_PAGE, "onnx")):
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(
                [sys.executable, "-m", "app.serve"],
                PORTS[name],
                ENGINE=engine,
                WORKERS=str(cores()),
                DATABASE_URL=f"sqlite:///{folder}/corrections.sqlite3",
            ),
        ):
            load(PORTS[name], asked[name], 4, 1)
            for _ in range(rounds):
                alone = load(PORTS[name], asked[name], 8, seconds)
                met = flood(PORTS[name], asked[name], times * alone.rate, seconds)
                after = load(PORTS[name], asked[name], 1, 0.5)
                print(
                    f"| {name} | {alone.rate:.0f} | {met.sent:.0f} "
                    f"| {met.rate:.0f} | {met.p50:.0f} | {met.p99:.0f} "
                    f"| {_counts(met)} | {_counts(after)}, p99 {after.p99:.0f} ms |",
                    flush=True,
                )


def _counts(met: Load) -> str:
    return ", ".join(f"{status}: {number:,}" for status, number in sorted(met.statuses.items()))


Measured = dict[tuple[str, int], list[Load]]


def measure(clients: list[int], rounds: int, seconds: float) -> Measured:
    """Every contender with every number of clients, in turns, after a second each unmeasured."""
    asked = requests()
    measured: Measured = {(name, number): [] for name in PORTS for number in clients}
    for name, port in PORTS.items():
        load(port, asked[name], 4, 1)
    for _ in range(rounds):
        for number in clients:
            for name, port in PORTS.items():
                measured[name, number].append(load(port, asked[name], number, seconds))
    return measured


def report(measured: Measured, memory: dict[str, list[float]]) -> None:
    """Print a table in Markdown."""
    print(f"{cores()} cores, {SIDE}×{SIDE} PNG in JSON; medians, lowest to highest\n")
    print("| clients | server | requests/s | p50 ms | p99 ms | refused | ratio to plain |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for (name, number), loads in sorted(measured.items(), key=lambda one: one[0][1]):
        rates = [one.rate for one in loads]
        ratios = [
            one.rate / plain.rate for one, plain in zip(loads, measured[PLAIN, number], strict=True)
        ]
        refused = sum(one.statuses.get(503, 0) for one in loads)
        total = sum(sum(one.statuses.values()) for one in loads)
        print(
            f"| {number} | {name} | {statistics.median(rates):.0f} "
            f"({min(rates):.0f} … {max(rates):.0f}) "
            f"| {statistics.median(one.p50 for one in loads):.1f} "
            f"| {statistics.median(one.p99 for one in loads):.1f} "
            f"| {refused / total:.0%} "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f}) |"
        )
    for name, sizes in memory.items():
        if sizes:
            each = ", ".join(f"{size:.0f}" for size in sizes)
            print(f"\nMemory of each worker for itself alone, {name}: {each} MB")


STYLES = {"p50": "-", "p99": "--"}


def plot(measured: Measured, path: Path) -> None:
    """Draw requests a second, and waiting times, over the clients."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (rates, times) = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
    clients = sorted({number for _, number in measured})
    for name in PORTS:
        loads = [measured[name, number] for number in clients]
        medians = [statistics.median(one.rate for one in some) for some in loads]
        (line,) = rates.plot(clients, medians, marker="o", label=name)
        for quantile, style in STYLES.items():
            values = [statistics.median(getattr(one, quantile) for one in some) for some in loads]
            times.plot(clients, values, style, color=line.get_color())
    for quantile, style in STYLES.items():
        times.plot([], [], style, color="grey", label=quantile)
    for axes, title in ((rates, "requests a second"), (times, "milliseconds until the answer")):
        axes.set_xscale("log", base=2)
        axes.set_xticks(clients, [str(number) for number in clients])
        axes.set_xlabel("clients at once")
        axes.set_title(title)
        axes.grid(alpha=0.3)
    figure.legend(*rates.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    times.legend()
    rates.set_ylim(bottom=0)
    times.set_yscale("log")
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    sys.exit(main())
