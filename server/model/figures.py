"""Pictures of training and evaluation."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def learning_curve(log: list[dict[str, Any]], path: Path) -> None:
    """Draw loss and held-out errors by epoch."""
    epochs = [entry["epoch"] for entry in log]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, [entry["loss"] for entry in log])
    left.set(xlabel="epoch", ylabel="training loss", yscale="log")
    for name, label in (("mnist", "MNIST"), ("pen", "pen"), ("worst_condition", "worst condition")):
        right.plot(epochs, [100 * (1 - entry[name]) + 1e-3 for entry in log], label=label)
    right.set(xlabel="epoch", ylabel="held-out error in %", yscale="log")
    right.legend()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def confusion_matrix(
    labels: NDArray[np.int64], digits: NDArray[np.int64], title: str, path: Path
) -> None:
    """Draw how often each digit (rows) was read as each (columns); the last column is nothing."""
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
    figure.savefig(path, dpi=120)
    plt.close(figure)


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
    figure.savefig(path, dpi=120)
    plt.close(figure)
