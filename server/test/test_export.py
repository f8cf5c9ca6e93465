"""The exported graph is the pipeline, for any number and size of pictures."""

import re
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from pictures import batch, rectangle, seven
from services import skip_without_data

from app.recognizer import Recognizer
from app.settings import Settings
from model import files, weights
from model.engines import load_engine
from model.errors import ModelError
from model.export import export_onnx, main
from model.networks import build
from model.pipeline import Pipeline, PipelineOutput


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "digits.onnx"
    export_onnx(weights.load_pipeline("digits"), path)
    return path


# Of the last two squares are averaged, which leave nothing out, and a rim.
@pytest.mark.parametrize("size", [(28, 28), (100, 60), (64, 300), (384, 240), (250, 365)])
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
    shipped = onnxruntime.InferenceSession(files.onnx_path("digits"))
    fresh = onnxruntime.InferenceSession(exported)
    picture = {"grey": batch(seven()).numpy()}
    for one, other in zip(shipped.run(None, picture), fresh.run(None, picture), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_shipped_file_holds_no_path_of_a_machine() -> None:
    content = files.onnx_path("digits").read_bytes()
    assert re.findall(rb"[\w./-]*(?:site-packages|/server/model)[\w./-]*", content) == []


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run's folder, as training leaves it, with a network unlike the shipped one of its name."""
    pipeline = Pipeline(build({"kind": "Perceptron"})).eval()
    card = {**files.read_card("digits"), "name": "digits", "network": {"kind": "Perceptron"}}
    weights.save_pipeline(pipeline, card, tmp_path)
    return tmp_path


def test_a_run_is_exported_and_loaded_by_its_folder(run: Path) -> None:
    shipped = files.onnx_path("digits").read_bytes()
    assert main(["--model", str(run)]) == 0
    assert (run / "digits.onnx").is_file()
    assert files.onnx_path("digits").read_bytes() == shipped
    pipeline, grey = weights.load_pipeline("digits", run), seven()
    with torch.inference_mode():
        expected = pipeline(batch(grey)).probabilities[0].numpy()
    for engine in ("torch", "onnx"):
        for model in (run, run / "digits"):
            reading = load_engine(engine, str(model)).recognize(grey)
            assert reading is not None
            np.testing.assert_allclose(reading.probabilities, expected, atol=1e-5)


def test_a_model_is_served_by_onnxruntime_once_it_is_exported(run: Path) -> None:
    settings = Settings(model=str(run))
    assert Recognizer(settings).engine == "torch"
    assert main(["--model", str(run)]) == 0
    assert Recognizer(settings).engine == "onnx"
    # What was exported is not of other weights than are there now.
    card = files.read_card("digits", run)
    weights.save_pipeline(weights.load_pipeline("digits", run), card, run)
    assert (run / "digits.onnx").exists()
    assert Recognizer(settings).engine == "torch"


def test_a_run_from_before_the_largest_logit_was_looked_at_is_loaded(tmp_path: Path) -> None:
    pipeline = weights.load_pipeline("digits")
    del pipeline.calibration.largest_scale
    weights.save_pipeline(pipeline, files.read_card("digits"), tmp_path)
    loaded = weights.load_pipeline("digits", tmp_path).calibration
    assert float(loaded.largest_scale) == 0
    assert float(loaded.digit_scale) == float(pipeline.calibration.digit_scale)


def test_a_network_without_convolutions_gets_no_int8_variant(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skip_without_data()
    assert main(["--model", str(run), "--int8"]) == 2
    assert "no convolutions" in capsys.readouterr().err
    assert not (run / "digits-int8.onnx").exists()


def test_a_folder_without_a_model_is_told_of(run: Path) -> None:
    with pytest.raises(ModelError, match="holds no model 'lenet'"):
        load_engine("torch", str(run / "lenet"))
    (run / "digits.safetensors").unlink()
    with pytest.raises(ModelError, match="is no folder of a run"):
        load_engine("torch", str(run))
