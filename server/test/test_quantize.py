"""The int8 variant: smaller, and of the same opinion."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.numpy_helper import to_array
from pictures import seven
from services import skip_without_data

from model import files
from model.data import mnist
from model.engines import Engine, load_engine
from model.errors import ModelError
from model.quantize import quantize

NAME = "digits-int8"


@pytest.fixture(scope="module")
def int8() -> Engine:
    return load_engine("onnx", NAME)


def test_it_is_small() -> None:
    assert files.onnx_path(NAME).stat().st_size <= 600_000
    assert files.onnx_path("digits").stat().st_size <= 2_000_000
    assert files.weights_path("digits").stat().st_size <= 2_000_000


def test_every_convolution_is_in_eight_bits() -> None:
    graph = onnx.load(files.onnx_path(NAME)).graph
    made_by = {output: node.op_type for node in graph.node for output in node.output}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert convolutions
    for node in convolutions:
        assert [made_by.get(name) for name in node.input[:2]] == ["DequantizeLinear"] * 2


def test_two_products_fit_into_16_bits() -> None:
    graph = onnx.load(files.onnx_path(NAME)).graph
    held = {value.name: to_array(value) for value in graph.initializer}
    filters = [
        held[node.input[0]]
        for node in graph.node
        if node.op_type == "DequantizeLinear" and node.input[0] in held
    ]
    of_eight_bits = [values for values in filters if values.dtype == np.int8]
    assert of_eight_bits
    for values in of_eight_bits:
        assert 2 * 255 * np.abs(values.astype(int)).max() < 2**15


@pytest.mark.parametrize("name", ["onnx", "openvino"])
def test_it_reads_what_the_original_reads(name: str) -> None:
    skip_without_data()
    small, original = load_engine(name, NAME), load_engine("onnx")
    validation = mnist("validation")
    same, distances = 0, []
    for picture in validation.pictures[:200]:
        found = small.recognize(picture / np.float32(255))
        expected = original.recognize(picture / np.float32(255))
        assert found is not None
        assert expected is not None
        same += int(found.probabilities.argmax() == expected.probabilities.argmax())
        distances.append(abs(found.probabilities - expected.probabilities).max())
    assert same >= 199
    assert np.mean(distances) < 0.01


def test_what_comes_before_the_network_stays_as_it_is(int8: Engine) -> None:
    found, expected = int8.recognize(seven()), load_engine("onnx").recognize(seven())
    assert found is not None
    assert expected is not None
    assert found.box == expected.box
    # What the network sees is rounded to the grey values of a picture.
    np.testing.assert_allclose(found.seen, expected.seen, atol=1 / 255)


def test_an_engine_that_has_no_weights_of_it_names_the_file() -> None:
    with pytest.raises(ModelError, match=r"digits-int8\.safetensors cannot be read"):
        load_engine("torch", NAME)


def test_it_can_be_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    greys = [seven(), 1 - seven(96, 6), np.ones((40, 50), np.float32)]
    quantize(files.onnx_path("digits"), path, greys)
    assert path.stat().st_size < 0.6 * files.onnx_path("digits").stat().st_size
    session = onnxruntime.InferenceSession(path)
    grey = seven()[None, None].astype(np.float32)
    assert session.run(["probabilities"], {session.get_inputs()[0].name: grey})[0].argmax() == 7
