"""The network without what comes before it: a graph of fixed size, as NPUs want it."""

from functools import lru_cache

import numpy as np
import onnx
import onnx.utils
import openvino
from numpy.typing import NDArray

from model.errors import DataError, ModelError
from model.files import onnx_path, read_card, read_checked

CALIBRATION = 300
"""Digits that the ranges of the int8 variant are taken from."""


@lru_cache(maxsize=4)
def head_of(model: str) -> bytes:
    """Cut a model's exported graph behind Normalize: input `digit` (N, 1, 28, 28), outputs
    `probabilities` (N, 10) and `evidence` (N, 10, 7, 7). Raises ModelError."""
    graph = onnx.load_from_string(read_checked(onnx_path(model), read_card(model)))
    extractor = onnx.utils.Extractor(graph)
    head = extractor.extract_model(["digit"], ["probabilities", "evidence"])
    content: bytes = head.SerializeToString()
    return content


def int8_of(network: openvino.Model, batch: int) -> openvino.Model:
    """Quantise a network after its training, by NNCF, with digits from the training data.

    Raises ModelError where NNCF is not installed.
    """
    try:
        import nncf
    except ImportError:
        raise ModelError(
            "--precision int8 needs NNCF: .venv/bin/pip install nncf==3.4.0 installs it."
        ) from None
    digits = calibration_digits()
    number = len(digits) // batch * batch or batch
    parts = np.split(np.resize(digits, (number, 1, 28, 28)), number // batch)
    quantized: openvino.Model = nncf.quantize(
        network, nncf.Dataset(parts), subset_size=len(parts), preset=nncf.QuantizationPreset.MIXED
    )
    return quantized


def calibration_digits() -> NDArray[np.float32]:
    """Normalised digits, (N, 1, 28, 28): MNIST's where they are, else those that ship with us."""
    from model import data
    from model.prepare import normalized, normalized_images
    from model.samples import samples

    try:
        pictures = normalized_images(data.mnist("train").first(CALIBRATION)).pictures
    except (DataError, OSError):
        pictures = normalized(samples().greys)
    return pictures[:, None].astype(np.float32) / np.float32(255)
