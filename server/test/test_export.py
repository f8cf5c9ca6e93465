"""The exported graph is the pipeline, for any number and size of pictures."""

import re
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from pictures import batch, rectangle, seven

from model import weights
from model.export import export_onnx
from model.pipeline import PipelineOutput


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "digits.onnx"
    export_onnx(weights.load_pipeline("digits"), path)
    return path


@pytest.mark.parametrize("size", [(28, 28), (100, 60), (64, 300)])
def test_it_answers_like_the_module_for_batches_of_any_size(
    exported: Path, size: tuple[int, int]
) -> None:
    height, width = size
    bar = rectangle(size, (width // 2, height // 4, width // 2 + 4, height * 3 // 4))
    pictures = batch(bar, 1 - bar, np.ones(size, np.float32))
    with torch.inference_mode():
        expected = weights.load_pipeline("digits")(pictures)
    session = onnxruntime.InferenceSession(exported)
    assert [output.name for output in session.get_outputs()] == list(PipelineOutput._fields)
    for found, value in zip(session.run(None, {"grey": pictures.numpy()}), expected, strict=True):
        np.testing.assert_allclose(found, value.numpy(), atol=1e-4)


def test_the_shipped_file_is_what_exporting_gives(exported: Path) -> None:
    shipped = onnxruntime.InferenceSession(weights.onnx_path("digits"))
    fresh = onnxruntime.InferenceSession(exported)
    picture = {"grey": batch(seven()).numpy()}
    for one, other in zip(shipped.run(None, picture), fresh.run(None, picture), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_shipped_file_holds_no_path_of_a_machine() -> None:
    content = weights.onnx_path("digits").read_bytes()
    assert re.findall(rb"[\w./-]*(?:site-packages|/server/model)[\w./-]*", content) == []
