"""Our benchmark beside OpenVINO's own `benchmark_app`, on the same network, in turns.

`npm run bench:against`, or `python -m bench.against` in `server/`: prints latency and throughput of
both, and the ratio with its spread.
"""

import argparse
import re
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import openvino

from model.benchmark import openvino_row, parse, prepared
from model.headonly import head_of
from model.samples import samples

APP = Path(sysconfig.get_path("scripts")) / "benchmark_app"


def theirs(network: Path, hint: str, seconds: float) -> tuple[float, float]:
    """Median latency in milliseconds, and inferences a second, as benchmark_app says."""
    command = [str(APP), "-m", str(network), "-d", "CPU", "-hint", hint, "-t", str(seconds)]
    api = "sync" if hint == "latency" else "async"
    output = subprocess.run(
        [*command, "-api", api, "-infer_precision", "f32"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    median, rate = (
        re.search(pattern, output)
        for pattern in (r"Median:\s+([\d.]+) (ms|us)", r"Throughput:\s+([\d.]+)")
    )
    assert median is not None
    assert rate is not None
    return float(median[1]) / (1000 if median[2] == "us" else 1), float(rate[1])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench:against", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns that each gets (default: 5)")
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement (default: 4)")
    options = parser.parse_args(arguments)
    core, digits = openvino.Core(), prepared(samples(), "digits")
    ratios: dict[str, list[float]] = {"latency": [], "throughput": []}
    print("| round | figure | benchmark_app | ours | ratio |\n| ---: | --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        network = core.read_model(head_of("digits"))
        network.reshape({"digit": [1, 1, 28, 28]})
        saved = Path(folder) / "head.xml"
        openvino.save_model(network, saved, compress_to_fp16=False)
        for number in range(1, options.rounds + 1):
            for hint, unit in (("latency", "ms"), ("throughput", "1/s")):
                asked = parse(["--device=CPU", f"--hint={hint}", f"--seconds={options.seconds}"])
                median, rate = theirs(saved, hint, options.seconds)
                row = openvino_row(core, asked, "CPU", "f32", digits)
                other = median if hint == "latency" else rate
                own = row.p50_ms if hint == "latency" else row.digits_per_s
                ratios[hint].append(own / other)
                both = f"{other:.3f} {unit} | {own:.3f} {unit}"
                print(f"| {number} | {hint} | {both} | {own / other:.3f} |")
    for hint, found in ratios.items():
        spread = f"{min(found):.3f} … {max(found):.3f}"
        print(f"{hint}: ours is {statistics.median(found):.3f} ({spread}) of benchmark_app's")
    return 0


if __name__ == "__main__":
    sys.exit(main())
