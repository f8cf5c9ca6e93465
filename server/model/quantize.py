"""The int8 variant: the exported graph with its convolutions in eight bits.

Static post-training quantisation (Jacob et al. 2018): weights for each channel by themselves,
activations by the range that they take on digits and letters from the training data. What comes
before the network stays in float32.

Weights use seven of their eight bits. Processors without VNNI (most of Intel's before 2019 and
AMD's before 2022) add two products of a weight and an activation in 16 bits, which overflows with
all eight: there a network would misread what it reads on others
(https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html).
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from model import data
from model.conditions import CONDITIONS, to_grey
from model.errors import ModelError
from model.folders import replace_file

Grey = NDArray[np.float32]

EACH = 200
"""Pictures of each kind that the activations' ranges are taken from."""


class Pictures(CalibrationDataReader):  # type: ignore[misc]
    """Hands grey pictures to the calibrator, one at a time."""

    def __init__(self, greys: Sequence[Grey]) -> None:
        self.greys: Iterator[Grey] = iter(greys)

    def get_next(self) -> dict[str, Any] | None:
        grey = next(self.greys, None)
        return None if grey is None else {"grey": grey[np.newaxis, np.newaxis]}


def calibration_pictures(each: int = EACH) -> list[Grey]:
    """Pictures of the training data, (H, W) in 0..1, 0 = black: `each` MNIST digits as they are,
    pen digits in the ten conditions by turns, and letters."""
    rng = np.random.default_rng(0)
    pen = [digit for digit in data.pen_digits() if digit.writer not in data.VALIDATION_WRITERS]
    letters = [x for x in data.letters() if x.alphabet != data.VALIDATION_ALPHABET]
    mnist = data.mnist("train").pictures
    return [
        *(mnist[i] / np.float32(255) for i in rng.choice(len(mnist), each, replace=False)),
        *(
            to_grey(CONDITIONS[k % len(CONDITIONS)].draw(pen[i], rng))
            for k, i in enumerate(rng.choice(len(pen), each, replace=False))
        ),
        *(to_grey(letters[i].picture) for i in rng.choice(len(letters), each, replace=False)),
    ]


def quantize(exported: Path, path: Path, greys: Sequence[Grey]) -> None:
    """Write the int8 variant of an exported pipeline.

    greys: pictures that show which ranges the activations take, each (H, W)
    Raises ModelError for a network without convolutions.
    """
    graph = onnx.load(exported).graph
    convolutions = [node.name for node in graph.node if node.op_type == "Conv"]
    if not convolutions:
        raise ModelError("The network has no convolutions, which are what int8 is for.")
    with tempfile.TemporaryDirectory() as folder:
        unfinished = Path(folder) / path.name
        quantize_static(
            exported,
            unfinished,
            Pictures(greys),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_quantize=convolutions,
            calibrate_method=CalibrationMethod.MinMax,
        )
        replace_file(path, unfinished.read_bytes())
