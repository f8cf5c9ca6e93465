"""The trade-off between accuracy, size and speed, over every model that was trained."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from model.errors import ModelError
from model.figures import trade_off
from model.files import FOLDER, RUNS, read_card, weights_path
from model.network import fused
from model.pipeline import Pipeline
from model.timing import medians, milliseconds, picture
from model.weights import load_pipeline


def models() -> list[tuple[str, Path]]:
    """Name and folder of every model, the shipped ones and those of the runs."""
    folders = [FOLDER, *sorted(path.parent for path in RUNS.glob("*/*.safetensors"))]
    return [
        (path.stem, folder) for folder in folders for path in sorted(folder.glob("*.safetensors"))
    ]


def readable(found: list[tuple[str, Path]]) -> list[tuple[dict[str, Any], Pipeline]]:
    """What the table says of every model but its time, and its pipeline; damaged ones are told of
    and left out."""
    kept = []
    for name, folder in found:
        try:
            pipeline = load_pipeline(name, folder)
            kept.append((_point(name, folder), pipeline))
        except (ModelError, OSError, LookupError, TypeError) as error:
            print(f"{folder} is left out: {error}", file=sys.stderr)
            continue
        pipeline.network = fused(pipeline.network)
    return kept


def latencies(pipelines: Sequence[Pipeline]) -> list[float]:
    """Median milliseconds of one picture through each pipeline in torch, one thread, in turns."""
    torch.set_num_threads(1)
    sheet = torch.from_numpy(picture())[None, None]
    with torch.inference_mode():
        return medians(milliseconds([partial(pipeline, sheet) for pipeline in pipelines]))


def pareto(out: Path) -> int:
    """Time every model, in turns, print a table and draw it into the folder `out`."""
    found = readable(models())
    points = [point for point, _ in found]
    for point, latency in zip(points, latencies([p for _, p in found]), strict=True):
        point["milliseconds"] = latency
    trade_off(points, out / "pareto.png", "error on held-out MNIST digits,")
    print("| model | parameters | MB | ms | MNIST, held out | pen, held out | letters taken |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for point in sorted(points, key=lambda point: float(point["error"])):
        print(
            f"| {point['name']} | {point['parameters']:,} | {point['megabytes']:.2f} | "
            f"{point['milliseconds']:.2f} | {point['mnist']:.2%} | {_share(point['pen'])} | "
            f"{point['letters']:.1%} |"
        )
    print(f"\nThe picture is {out / 'pareto.png'}")
    return 0


def _share(share: float | None) -> str:
    """A classic is not judged by pens while it is trained."""
    return "–" if share is None else f"{share:.2%}"


def _point(name: str, folder: Path) -> dict[str, Any]:
    card = read_card(name, folder)
    scores = card["validation"]
    shown = name if folder == FOLDER else folder.name
    return {
        "name": f"{shown} (shipped)" if folder == FOLDER else shown,
        "parameters": card["parameters"],
        "megabytes": weights_path(name, folder).stat().st_size / 1e6,
        # The only digits by which every recipe is judged.
        "error": 1 - scores["mnist"],
        "mnist": scores["mnist"],
        "pen": scores.get("pen"),
        "letters": scores["letters_taken_for_digits"],
    }
