"""Pictures of training and evaluation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray

from model.metrics import Floats, Reliability
from model.robustness import Harm

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def learning_curve(log: list[dict[str, Any]], path: Path) -> None:
    """Draw loss and held-out errors by epoch."""
    epochs = [entry["epoch"] for entry in log]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, [entry["loss"] for entry in log])
    left.set(xlabel="epoch", ylabel="training loss", yscale="log")
    labels = {
        "mnist": "MNIST",
        "pen": "pen",
        "worst_condition": "worst condition",
        "varied_pen": "pen, other hands",
        "varied_pen_accepted": "pen, other hands, or refused",
        "pages": "MNIST on pages",
        "pages_accepted": "MNIST on pages, or refused",
    }
    for name, label in labels.items():
        if name in log[0]:
            # A little more, so that no error at all has a place on a logarithmic scale.
            right.plot(epochs, [100 * (1 - entry[name]) + 1e-3 for entry in log], label=label)
    right.set(xlabel="epoch", ylabel="held-out error in %", yscale="log")
    right.legend()
    _save(figure, path)


def loss_by_rate(
    rates: Floats, losses: Floats, smooth: Floats, chosen: float | None, path: Path
) -> None:
    """Draw each step's loss, and the smoothed one, by learning rate, and which rate was chosen."""
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    axes.plot(rates, losses, ".", color="0.7", label="each step")
    axes.plot(rates, smooth, label="smoothed")
    if chosen is not None:
        at = int(np.searchsorted(rates, chosen))
        axes.plot(chosen, smooth[at], "o", color="C3", label=f"falls fastest: {chosen:.2g}")
    axes.set(xlabel="learning rate", ylabel="training loss", xscale="log")
    axes.legend()
    _save(figure, path)


def confusion_matrix(
    labels: NDArray[np.int64], digits: NDArray[np.int64], title: str, path: Path
) -> None:
    """Draw how often each digit (rows) was read as each (columns); the last column is nothing.

    labels: (N,) 0..9; digits: (N,) 0..9, or -1 for nothing, which as an index is the last column
    """
    counts = np.zeros((10, 11), int)
    np.add.at(counts, (labels, digits), 1)
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    figure, axes = plt.subplots(figsize=(7, 6.4), layout="constrained")
    axes.imshow(mistakes, cmap="Reds")
    for (row, column), count in np.ndenumerate(counts):
        if count:
            weight = "bold" if row == column else "normal"
            colour = "white" if mistakes[row, column] > 0.6 * mistakes.max() else "black"
            axes.text(column, row, str(count), ha="center", va="center", weight=weight, c=colour)
    axes.set_xticks(range(11), [*map(str, range(10)), "∅"])
    axes.set_yticks(range(10))
    axes.set(xlabel="read as", ylabel="written", title=title)
    _save(figure, path)


def contact_sheet(
    pictures: list[tuple[NDArray[np.uint8], str]], path: Path, columns: int = 16, rows: int = 12
) -> None:
    """Draw pictures with a caption each, an even choice of them where there are too many."""
    step = max(1, -(-len(pictures) // (columns * rows)))
    chosen = pictures[::step]
    rows = max(1, -(-len(chosen) // columns))
    figure, axes = plt.subplots(rows, columns, figsize=(columns * 0.7, rows * 0.9), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, (picture, caption) in zip(axes.flat, chosen, strict=False):
        axis.imshow(255 - picture, cmap="gray", vmin=0, vmax=255)
        axis.set_title(caption, fontsize=8, pad=2)
    _save(figure, path)


def filters(weights: NDArray[np.float32], path: Path, most: int = 64) -> None:
    """Draw the first layer's filters: red where ink speaks for what a filter finds, blue against.

    weights: (K, 1, h, w) of a convolution, or (K, h * w) of a dense layer on a square picture
    """
    side = round(weights[0].size ** 0.5)
    squares = weights.reshape(-1, side, side)[:most]
    columns = min(8, len(squares))
    rows = -(-len(squares) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(columns, rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, square in zip(axes.flat, squares, strict=False):
        reach = float(np.abs(square).max())
        axis.imshow(square, cmap="RdBu_r", vmin=-reach, vmax=reach)
    _save(figure, path)


def reliability_diagram(bins: dict[str, list[Reliability]], path: Path) -> None:
    """Draw accuracy by confidence; the more answers, the larger a point."""
    figure, axes = plt.subplots(figsize=(5, 4.6), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.7", lw=1, label="honest")
    for name, points in bins.items():
        confidences, accuracies, shares = zip(*points, strict=True)
        sizes = 20 + 200 * np.sqrt(shares)
        axes.scatter(confidences, accuracies, sizes, alpha=0.6, label=name)
    axes.set(xlabel="confidence", ylabel="share that is right", title="Reliability")
    axes.legend(loc="upper left")
    _save(figure, path)


def rejection_curves(
    digits: Floats,
    others: dict[str, Floats],
    risks: dict[str, tuple[Floats, Floats]],
    path: Path,
) -> None:
    """Draw what is accepted as a digit, and how errors fall when unsure answers are rejected.

    digits, others: `is_digit` of each picture; risks: coverage and risk of each set of digits
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
    accepted = np.concatenate([np.linspace(0.8, 0.99, 96), np.linspace(0.99, 1, 51)])
    thresholds = np.quantile(digits, 1 - accepted)
    for name, values in others.items():
        taken = (values[None] >= thresholds[:, None]).mean(1)
        left.plot(100 * accepted, 100 * taken, label=name)
    left.axvline(99, color="0.7", lw=1)
    left.set(xlabel="digits accepted in %", ylabel="others taken for digits in %")
    left.legend()
    for name, (coverage, risk) in risks.items():
        right.plot(100 * coverage, 100 * risk, label=name)
    right.set(xlabel="most confident answers kept, in %", ylabel="errors among them in %")
    right.legend()
    _save(figure, path)


def robustness_curves(
    harms: Sequence[Harm], shares: dict[str, list[list[float]]], path: Path
) -> None:
    """Draw by the degree of each harm what share of the digits was, for example, read right.

    shares: by what is counted, for each harm a share for each degree
    """
    figure, axes = plt.subplots(5, 3, figsize=(11, 15), sharey=True, layout="constrained")
    for i, (axis, harm) in enumerate(zip(axes.flat, harms, strict=True)):
        for name, curves in shares.items():
            percent = [100 * share for share in curves[i]]
            axis.plot(harm.degrees, percent, marker="o", ms=3, label=name)
        axis.set(title=harm.name, xlabel=harm.unit, ylim=(0, 102))
        axis.grid(alpha=0.3)
    axes[0, 0].legend()
    for axis in axes[:, 0]:
        axis.set_ylabel("% of the digits")
    _save(figure, path)


def trade_off(points: list[dict[str, Any]], path: Path, what: str = "held-out error") -> None:
    """Draw models by what they cost and how often they are wrong.

    points: each with "name", "parameters", "milliseconds" and "error" (share, 0..1); what: it is
    """
    figure, panels = plt.subplots(1, 2, figsize=(10, 4.4), sharey=True, layout="constrained")
    costs = (
        ("parameters", "parameters", "log"),
        ("milliseconds", "ms for one picture, one thread", "linear"),
    )
    for axis, (key, label, scale) in zip(panels, costs, strict=True):
        for point in points:
            axis.scatter(point[key], 100 * point["error"])
            axis.annotate(
                point["name"],
                (point[key], 100 * point["error"]),
                xytext=(5, 4),
                textcoords="offset points",
                fontsize=8,
            )
        axis.set(xlabel=label, xscale=scale, yscale="log")
        axis.margins(x=0.18)
        axis.yaxis.set_major_formatter("{x:g}")
        axis.grid(alpha=0.3, which="both")
    panels[0].set_ylabel(f"{what} in %")
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=120)
    plt.close(figure)
