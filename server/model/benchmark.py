"""Benchmark the network on an NPU, a GPU or a CPU: `npm run benchmark`, or `python -m
model.benchmark` in `server/`.

OpenVINO runs the network alone, at a fixed number of 28×28 pictures, as NPUs want it; finding and
normalising the digit is done on the CPU, and shown by itself. Beside it PyTorch and onnxruntime run
the same network on the CPU. How to read the numbers: docs/benchmark.md.
"""

import argparse
import csv
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch
from numpy.typing import NDArray

from model.command import command
from model.comparison import can_plot, compare, describe, plot
from model.devices import NoDeviceError, available, check, driver, energy, full_name, machine
from model.errors import ModelError
from model.files import MODEL_HELP, read_card, version
from model.headonly import head_of, int8_of
from model.pipeline import Preprocessing
from model.samples import Samples, samples, samples_of
from model.timing import whole_pipeline
from model.weights import load_pipeline

PRECISIONS = ("f32", "f16", "bf16", "int8")
WARM_UP = 0.5
"""Seconds that are not counted."""

NO_DEVICE = 3
"""The exit code where a device is not there."""

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Row:
    """What was measured of one runtime on one device."""

    runtime: str
    device: str
    name: str
    driver: str
    precision: str
    hint: str
    batch: int
    compile_s: float | None
    """Seconds to compile the network for the device, and again from the cache of compiled ones."""
    cached_s: float | None
    first_ms: float
    """Milliseconds of the first inference, which is often the slowest."""
    normalize_ms: float
    """Milliseconds to find and normalise one digit on the CPU."""
    p50_ms: float
    p90_ms: float
    p99_ms: float
    """Milliseconds of one inference of a batch, one after the other."""
    digits_per_s: float
    """Throughput: as many inferences at once as the device wants."""
    memory_mb: float | None
    """By how much the process grew."""
    accuracy: float | None
    difference: float
    """The largest difference of a probability from PyTorch's in float32."""
    joules_per_1000: float | None
    """Energy of the processor for 1,000 digits, where the machine says it."""
    elsewhere: str
    """Operations that the device does not do itself."""


@dataclass(frozen=True)
class Digits:
    """What is read: normalised digits, what they are, and PyTorch's answers."""

    pictures: Array
    """(N, 1, 28, 28), 1 = ink."""
    labels: list[int] | None
    probabilities: Array
    """(N, 10)."""
    normalize_ms: float


Infer = Callable[[Array], Array]
"""(batch, 1, 28, 28) to probabilities (batch, 10)."""


def prepared(drawn: Samples, model: str) -> Digits:
    """Find and normalise every digit, and have PyTorch read it."""
    torch.set_num_threads(1)
    pipeline, preprocessing = load_pipeline(model), Preprocessing()
    pictures, times = [], []
    with torch.inference_mode():
        preprocessing(torch.from_numpy(drawn.greys[0])[None, None])
        for grey in drawn.greys:
            begun = time.perf_counter()
            digit, *_ = preprocessing(torch.from_numpy(grey)[None, None])
            times.append(time.perf_counter() - begun)
            pictures.append(digit)
        together = torch.cat(pictures)
        output = pipeline.network(together)
        probabilities, _ = pipeline.calibration(output.logits, output.digit_logit)
    return Digits(
        together.numpy(), drawn.labels, probabilities.numpy(), statistics.median(times) * 1000
    )


def batches_of(digits: Digits, batch: int) -> list[Array]:
    """All digits in batches of one size; the last one is filled up from the beginning."""
    number = -(-len(digits.pictures) // batch) * batch
    filled = np.resize(digits.pictures, (number, 1, 28, 28))
    return [np.ascontiguousarray(part) for part in np.split(filled, number // batch)]


def latencies(
    infer: Callable[[Array], Any], batches: Sequence[Array], seconds: float
) -> list[float]:
    """Seconds of inferences, one after the other, for so many seconds, and of one at least."""
    times: list[float] = []
    until = time.perf_counter() + seconds
    while not times or time.perf_counter() < until:
        batch = batches[len(times) % len(batches)]
        begun = time.perf_counter()
        infer(batch)
        times.append(time.perf_counter() - begun)
    return times


def measured(
    infer: Infer,
    digits: Digits,
    batch: int,
    seconds: float,
    alone: Callable[[Array], Any] | None = None,
) -> dict[str, Any]:
    """First inference, latency, accuracy and difference of one runtime.

    alone: what is timed for the latency, where that is not the whole of `infer`
    """
    batches = batches_of(digits, batch)
    begun = time.perf_counter()
    infer(batches[0])
    first = time.perf_counter() - begun
    answers = np.concatenate([infer(one) for one in batches])[: len(digits.pictures)]
    latencies(alone or infer, batches, WARM_UP)
    times = sorted(latencies(alone or infer, batches, seconds))
    right = None
    if digits.labels is not None:
        right = float((answers.argmax(1) == np.array(digits.labels)).mean())
    return {
        "batch": batch,
        "first_ms": first * 1000,
        "normalize_ms": digits.normalize_ms,
        **{
            f"p{quantile}_ms": times[int(len(times) * quantile / 100)] * 1000
            for quantile in (50, 90, 99)
        },
        "accuracy": right,
        "difference": float(np.abs(answers - digits.probabilities).max()),
    }


def rate(run: Callable[[float], int], seconds: float) -> tuple[float, float | None]:
    """Digits a second of a function that reads for so long and says how many; joules for 1,000."""
    run(0.3)
    before, begun = energy(), time.perf_counter()
    number = run(seconds)
    took, after = time.perf_counter() - begun, energy()
    joules = None
    if before is not None and after is not None and after > before:
        joules = (after - before) / 1e6 / number * 1000
    return number / took, joules


def memory() -> float | None:
    """MB of this process (Linux)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def openvino_row(
    core: openvino.Core, options: argparse.Namespace, device: str, precision: str, digits: Digits
) -> Row:
    """Measure OpenVINO on a device."""
    network = core.read_model(head_of(options.model))
    network.reshape({"digit": [options.batch, 1, 28, 28]})
    if precision == "int8":
        network = int8_of(network, options.batch)
    settings = {"PERFORMANCE_HINT": options.hint.upper()}
    settings["INFERENCE_PRECISION_HINT"] = {"int8": "f32"}.get(precision, precision)
    before = memory()
    compile_s, compiled = _timed(lambda: core.compile_model(network, device, settings))
    after = memory()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        cached = {**settings, "CACHE_DIR": cache}
        core.compile_model(network, device, cached)
        cached_s, again = _timed(lambda: core.compile_model(network, device, cached))
        del again
    request = compiled.create_infer_request()
    infer: Infer = lambda batch: np.array(request.infer([batch])[0])  # noqa: E731
    batches = batches_of(digits, options.batch)
    queue = openvino.AsyncInferQueue(compiled)

    for number, one in enumerate(queue):
        one.set_input_tensor(openvino.Tensor(batches[number % len(batches)]))

    def run(seconds: float) -> int:
        number, until = 0, time.perf_counter() + seconds
        while not number or time.perf_counter() < until:
            queue.start_async()
            number += 1
        queue.wait_all()
        return number * int(options.batch)

    # The digits lie where the device looks for them: what counts is the inference.
    request.set_input_tensor(openvino.Tensor(batches[0]))
    figures = measured(
        infer, digits, options.batch, options.seconds, lambda _: request.infer(share_outputs=True)
    )
    throughput, joules = rate(run, options.seconds)
    return Row(
        runtime="OpenVINO",
        device=device,
        name=full_name(core, device),
        driver=driver(core, device),
        precision=precision,
        hint=options.hint,
        compile_s=compile_s,
        cached_s=cached_s,
        digits_per_s=throughput,
        joules_per_1000=joules,
        memory_mb=None if before is None or after is None else after - before,
        elsewhere=_elsewhere(core, network, device),
        **figures,
    )


def other_row(
    runtime: str, infer: Infer, options: argparse.Namespace, digits: Digits, compile_s: float
) -> Row:
    """Measure another runtime on the CPU, as its users run it: one thread for one picture."""
    batches = batches_of(digits, options.batch)

    def run(seconds: float) -> int:
        return len(latencies(infer, batches, seconds)) * int(options.batch)

    figures = measured(infer, digits, options.batch, options.seconds)
    throughput, joules = rate(run, options.seconds)
    return Row(
        runtime=runtime,
        device="CPU",
        name=full_name(openvino.Core(), "CPU"),
        driver="",
        precision="f32",
        hint="one thread",
        compile_s=compile_s,
        cached_s=None,
        digits_per_s=throughput,
        joules_per_1000=joules,
        memory_mb=None,
        elsewhere="",
        **figures,
    )


def torch_row(options: argparse.Namespace, digits: Digits) -> Row:
    """Measure PyTorch."""
    from model.network import fused

    begun = time.perf_counter()
    pipeline = load_pipeline(options.model)
    network = fused(pipeline.network)
    compile_s = time.perf_counter() - begun

    def infer(batch: Array) -> Array:
        with torch.inference_mode():
            output = network(torch.from_numpy(batch))
            return np.asarray(pipeline.calibration(output.logits, output.digit_logit)[0].numpy())

    return other_row("PyTorch", infer, options, digits, compile_s)


def onnxruntime_row(options: argparse.Namespace, digits: Digits) -> Row:
    """Measure onnxruntime."""
    import onnxruntime

    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = 1
    chosen.enable_mem_reuse = False  # as the server has it
    begun = time.perf_counter()
    session = onnxruntime.InferenceSession(
        head_of(options.model), chosen, providers=["CPUExecutionProvider"]
    )
    compile_s = time.perf_counter() - begun

    def infer(batch: Array) -> Array:
        return np.asarray(session.run(["probabilities"], {"digit": batch})[0])

    return other_row("onnxruntime", infer, options, digits, compile_s)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def _elsewhere(core: openvino.Core, network: openvino.Model, device: str) -> str:
    """The kinds of operations that a device leaves to another one."""
    if ":" in device or device == "AUTO":
        return "unknown: AUTO decides"
    try:
        done = core.query_model(network, device)
    except RuntimeError:
        return "unknown: the driver does not say"
    left = {op.get_type_name() for op in network.get_ops() if op.get_friendly_name() not in done}
    return ", ".join(sorted(left - {"Constant", "Parameter", "Result"})) or "none"


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__)
    parser.add_argument(
        "--device",
        default="all",
        help="NPU, GPU, CPU, AUTO, AUTO:NPU,CPU …, or all that there are, with PyTorch and "
        "onnxruntime beside them (default: all)",
    )
    parser.add_argument(
        "--batch", type=int, default=1, help="pictures in one inference (default: 1)"
    )
    parser.add_argument("--precision", choices=PRECISIONS, default="f32", help="default: f32")
    parser.add_argument(
        "--hint",
        choices=("latency", "throughput"),
        default="latency",
        help="what OpenVINO is to make good (default: latency)",
    )
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement (default: 3)")
    parser.add_argument(
        "--images", type=Path, help="folder of pictures; in folders 0 to 9 to measure accuracy"
    )
    parser.add_argument("--model", default="digits", help=MODEL_HELP)
    parser.add_argument("--json", type=Path, help="write the result with the machine's description")
    parser.add_argument("--csv", type=Path, help="write the table")
    parser.add_argument("--plot", type=Path, help="write a picture (PNG)")
    parser.add_argument(
        "--compare", type=Path, nargs="+", help="instead, put results (--json) side by side"
    )
    parser.add_argument(
        "--pipeline",
        action="store_true",
        help="instead, time the whole pipeline, from a picture of 384×384 to the answer, in each "
        "engine that the server knows, on one thread of the CPU, all in turns",
    )
    options = parser.parse_args(arguments)
    if options.batch < 1 or not 0 < options.seconds < math.inf:
        parser.error("--batch and --seconds are numbers above 0")
    for path in (options.json, options.csv, options.plot):
        if path and (path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK)):
            parser.error(f"{path} cannot be written: it is a folder, or its folder is not there")
    if options.compare and (options.json or options.csv or options.plot):
        parser.error("--compare measures nothing: it prints a table, and writes no file")
    others = {"model", "pipeline"}
    if options.pipeline and any(
        value != parser.get_default(name)
        for name, value in vars(options).items()
        if name not in others
    ):
        parser.error("--pipeline takes --model alone")
    if options.plot and not can_plot(options.plot):
        parser.error(f"{options.plot} is no picture that can be drawn: name it .png")
    return options


def benchmark(options: argparse.Namespace) -> dict[str, Any]:
    """Measure what was asked for. Raises NoDeviceError, DataError, ModelError."""
    core = openvino.Core()
    every = options.device.lower() == "all"
    devices = available(core) if every else [options.device.upper()]
    for device in devices:
        check(core, device)
    drawn = samples_of(options.images) if options.images else samples()
    digits = prepared(drawn, options.model)
    # Eight bits may cost accuracy: what it was before stands beside it.
    precisions = ["f32", "int8"] if options.precision == "int8" else [options.precision]
    rows = []
    for device in devices:
        for precision in precisions:
            try:
                rows.append(openvino_row(core, options, device, precision, digits))
            except RuntimeError as error:
                # E.g. an NPU whose driver is another one than OpenVINO knows.
                reason = next(iter(str(error).strip().splitlines()), "")
                said = f"{device} cannot compute in {precision}: {reason}"
                if not every:
                    raise ModelError(said) from error
                print(said, file=sys.stderr)
    if every or devices == ["CPU"]:
        rows += [torch_row(options, digits), onnxruntime_row(options, digits)]
    return {
        "model": version(read_card(options.model)),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rows": [asdict(row) for row in rows],
    }


@command
def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    try:
        if options.compare:
            print(compare(options.compare))
            return 0
        if options.pipeline:
            print(whole_pipeline(options.model))
            return 0
        result = benchmark(options)
    except NoDeviceError as error:
        core = openvino.Core()
        names = ", ".join(f"{device} ({full_name(core, device)})" for device in available(core))
        print(f"{error}\nThere are: {names}.", file=sys.stderr)
        return NO_DEVICE
    print(describe(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if options.csv:
        with options.csv.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Row)])
            writer.writeheader()
            writer.writerows(result["rows"])
    if options.plot:
        plot(result, options.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
