"""The results of benchmarks: as text, as a picture, and those of several machines together."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model.errors import DataError

COLUMNS = (
    ("runtime", "runtime", "{}"),
    ("device", "device", "{}"),
    ("precision", "precision", "{}"),
    ("hint", "hint", "{}"),
    ("batch", "batch", "{}"),
    ("compile_s", "compile s", "{:.2f}"),
    ("cached_s", "cached s", "{:.2f}"),
    ("first_ms", "first ms", "{:.2f}"),
    ("normalize_ms", "normalise ms", "{:.2f}"),
    ("p50_ms", "p50 ms", "{:.3f}"),
    ("p90_ms", "p90 ms", "{:.3f}"),
    ("p99_ms", "p99 ms", "{:.3f}"),
    ("digits_per_s", "digits/s", "{:.0f}"),
    ("memory_mb", "memory MB", "{:.0f}"),
    ("accuracy", "right", "{:.1%}"),
    ("difference", "difference", "{:.0e}"),
    ("joules_per_1000", "J/1000", "{:.2f}"),
    ("elsewhere", "on other devices", "{}"),
)


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as plain text that pastes into an issue: a Markdown table with aligned columns."""
    texts = [[title for _, title, _ in COLUMNS]]
    for row in rows:
        texts.append(
            ["–" if row[key] is None else form.format(row[key]) for key, _, form in COLUMNS]
        )
    widths = [max(len(line[i]) for line in texts) for i in range(len(COLUMNS))]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in texts
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def describe(result: dict[str, Any]) -> str:
    """A result as text: the machine, the table, and what has to be known to read it."""
    found = result["machine"]
    devices = [
        f"{device}: {about['name']}, driver {about['driver']}"
        for device, about in found["devices"].items()
    ]
    lines = [
        f"{result['model']}, {result['time']}",
        f"{found['system']}, {found['cores']} cores, OpenVINO {found['openvino']}, "
        f"PyTorch {found['torch']}, onnxruntime {found['onnxruntime']}",
        *devices,
        "",
        table(result["rows"]),
    ]
    if all(row["joules_per_1000"] is None for row in result["rows"]):
        lines.append("\nEnergy: this machine does not say how much it uses (RAPL, Linux, root).")
    return "\n".join(lines)


def compare(paths: Sequence[Path]) -> str:
    """The results of several machines in one table."""
    rows = []
    for path in paths:
        try:
            result = json.loads(path.read_text(encoding="utf-8"))
            found = [{**row, "runtime": f"{path.stem}: {row['runtime']}"} for row in result["rows"]]
            # What cannot be put into the table fails here, where its file is known.
            table(sorted(found, key=_of_a_picture))
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise DataError(f"{path} holds no result of a benchmark: {error}") from error
        rows += found
    return table(sorted(rows, key=_of_a_picture))


def _of_a_picture(row: dict[str, Any]) -> float:
    return float(row["p50_ms"] / row["batch"])


def can_plot(path: Path) -> bool:
    """Whether there are pictures of a file's kind."""
    from matplotlib.backend_bases import FigureCanvasBase

    return path.suffix[1:].lower() in FigureCanvasBase.get_supported_filetypes()


def plot(result: dict[str, Any], path: Path) -> None:
    """Draw latency and throughput."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    rows = result["rows"]
    names = [f"{row['runtime']}\n{row['device']} {row['precision']}" for row in rows]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 1.5 + 0.6 * len(rows)), sharey=True)
    left.barh(names, [row["p50_ms"] for row in rows])
    left.set_xlabel("milliseconds of one inference (p50)")
    right.barh(names, [row["digits_per_s"] for row in rows])
    right.set_xlabel("digits a second")
    left.invert_yaxis()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
