"""The three engines give the same answers, and say what is wrong when they cannot be had."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from pictures import Grey, rectangle, seven
from services import skip_without_data
from torch import nn

from model import files, weights
from model.data import mnist
from model.engines import OFTEN, OWN_GRAPHS, Engine, load_engine
from model.errors import ModelError
from model.network import fused
from model.render import draw_strokes

NAMES = ("torch", "openvino", "onnx")
IN_TWO_PARTS = "openvino in two parts"


@pytest.fixture(scope="module")
def engines() -> dict[str, Engine]:
    # As on an NPU: there the network alone is compiled, for one size.
    in_two_parts = load_engine("openvino", device="AUTO:CPU")
    return {**{name: load_engine(name) for name in NAMES}, IN_TWO_PARTS: in_two_parts}


def pictures() -> dict[str, Grey]:
    return {
        "384×384": seven(),
        "white on black": 1 - seven(),
        "grey paper, hairline": 0.3 + 0.3 * seven(width=2),
        "96×96": seven(96, 6),
        "higher than wide": np.pad(seven(200, 14), ((150, 40), (0, 10)), constant_values=1),
        "wider than high": seven(300, 9)[40:260],
        "28×28": seven(28, 2),
        "off-centre": np.pad(seven(100, 8), ((260, 24), (10, 274)), constant_values=1),
        "blank": np.ones((64, 48), np.float32),
        "one pixel": np.ones((1, 1), np.float32),
        "a stroke along the edge": rectangle((90, 70), (0, 10, 8, 80)),
    }


@pytest.mark.parametrize("name", ["openvino", "onnx", IN_TWO_PARTS])
@pytest.mark.parametrize("picture", pictures())
def test_every_engine_reads_what_torch_reads(
    engines: dict[str, Engine], name: str, picture: str
) -> None:
    expected = engines["torch"].recognize(pictures()[picture])
    found = engines[name].recognize(pictures()[picture])
    if expected is None or found is None:
        assert expected is found is None
        return
    assert found.box == expected.box
    assert found.is_digit == pytest.approx(expected.is_digit, abs=1e-4)
    for part in ("probabilities", "seen"):
        np.testing.assert_allclose(getattr(found, part), getattr(expected, part), atol=1e-4)
    # Logits have no bounds: their errors grow with them.
    np.testing.assert_allclose(found.evidence, expected.evidence, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_a_seven_is_read_anywhere_at_any_size_with_any_pen_on_any_paper(
    engines: dict[str, Engine], name: str
) -> None:
    for picture in list(pictures().values())[:8]:
        reading = engines[name].recognize(picture)
        assert reading is not None
        assert reading.probabilities.argmax() == 7
        assert reading.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert reading.is_digit > 0.5


@pytest.mark.parametrize("name", NAMES)
def test_a_size_that_comes_often_is_read_like_one_that_comes_once(
    engines: dict[str, Engine], name: str
) -> None:
    often, other = seven(150, 12), seven(170, 12)[:160]
    first = engines[name].recognize(often)
    assert first is not None
    for _ in range(2 * OFTEN):
        last = engines[name].recognize(often)
        assert last is not None
        np.testing.assert_allclose(last.probabilities, first.probabilities, atol=1e-5)
        assert last.box == first.box
    blank = np.ones((150, 150), np.float32)
    empty, inverted = engines[name].recognize_all([blank, 1 - often])
    assert empty is None
    assert inverted is not None
    np.testing.assert_allclose(inverted.probabilities, first.probabilities, atol=1e-3)
    reading = engines[name].recognize(other)
    assert reading is not None
    assert reading.seen.shape == first.seen.shape


def test_sizes_in_turns_do_not_take_each_others_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    original = onnxruntime.InferenceSession

    def session(*arguments: Any, **options: Any) -> onnxruntime.InferenceSession:
        made.append(arguments)
        return original(*arguments, **options)

    monkeypatch.setattr(onnxruntime, "InferenceSession", session)
    engine = load_engine("onnx")
    pictures = [seven(side, 3) for side in range(30, 32 + OWN_GRAPHS)]
    for picture in pictures * (3 * OFTEN):
        assert engine.recognize(picture) is not None
    of_any_size = 1
    assert len(made) == of_any_size + OWN_GRAPHS
    # What comes more often than the others does take a place, once.
    for picture in [pictures[-1]] * (9 * OFTEN):
        assert engine.recognize(picture) is not None
    assert len(made) == of_any_size + OWN_GRAPHS + 1


@pytest.mark.parametrize("model", ["digits", "digits-int8"])
def test_onnxruntime_complains_of_no_size(model: str, capfd: pytest.CaptureFixture[str]) -> None:
    engine = load_engine("onnx", model)
    for side in (28, 96, 384):
        for _ in range(OFTEN + 1):
            engine.recognize(seven(side, side // 14))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_drawn_reads_as_nothing(engines: dict[str, Engine], name: str) -> None:
    for brightness in (0.0, 0.4, 1.0):
        assert engines[name].recognize(np.full((80, 100), brightness, np.float32)) is None


def test_folding_batch_normalisation_changes_no_answer() -> None:
    network = weights.load_pipeline("digits").network
    digits = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        for found, expected in zip(fused(network)(digits), network(digits), strict=True):
            assert torch.allclose(found, expected, atol=1e-4)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in fused(network).modules())


def test_a_scribble_is_no_digit(engines: dict[str, Engine]) -> None:
    scribble = np.ones((200, 200), np.float32)
    for start in range(20, 180, 20):
        scribble[start : start + 8, 20:180] = 0
        scribble[20:180, start : start + 8] = 0
    reading = engines["torch"].recognize(scribble)
    assert reading is not None
    assert reading.is_digit < 0.5


def test_mnists_own_pictures_are_read(engines: dict[str, Engine]) -> None:
    skip_without_data()
    validation = mnist("validation")
    right = 0
    for picture, label in zip(validation.pictures[:200], validation.labels[:200], strict=True):
        reading = engines["torch"].recognize(picture.astype(np.float32) / 255)
        right += reading is not None and reading.probabilities.argmax() == label
    assert right >= 197


def test_an_unknown_engine_model_or_device_is_named() -> None:
    with pytest.raises(ModelError, match=r"'tensorflow'; there are: torch, openvino, onnx"):
        load_engine("tensorflow")
    with pytest.raises(ModelError, match=r"'letters'; there are: digits"):
        load_engine("torch", "letters")
    with pytest.raises(ModelError, match=r"device 'TOASTER'.*CPU"):
        load_engine("openvino", device="TOASTER")


def test_a_library_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where Windows has no C++ runtime."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match=r"'onnx' needs cannot be loaded \(.*onnxruntime"):
        load_engine("onnx")


@pytest.mark.parametrize(
    ("name", "suffix"), [("torch", "safetensors"), ("onnx", "onnx"), ("openvino", "onnx")]
)
def test_corrupt_or_missing_weights_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, suffix: str
) -> None:
    for path in files.FOLDER.glob("digits.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("model.engines.onnx_path", partial(files.onnx_path, folder=tmp_path))
    monkeypatch.setattr(
        "model.weights.load_pipeline", partial(weights.load_pipeline, folder=tmp_path)
    )
    damaged = tmp_path / f"digits.{suffix}"
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(ModelError, match=f"digits.{suffix} is corrupt"):
        load_engine(name)
    damaged.unlink()
    with pytest.raises(ModelError, match=f"digits.{suffix} cannot be read"):
        load_engine(name)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("", "Expecting value"),
        ("[]", "it is no JSON object"),
        ("{}", "'name' is missing"),
        ('{"name": "a", "version": "1", "network": {}}', "'sha256' is missing"),
    ],
)
def test_a_model_card_that_is_none_is_told_of(tmp_path: Path, card: str, reason: str) -> None:
    (tmp_path / "a.json").write_text(card)
    with pytest.raises(ModelError, match=rf"The model card a\.json is corrupt: {reason}"):
        files.read_card("a", tmp_path)


def test_a_model_card_that_may_not_be_read_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(ModelError, match=r"a\.json cannot be read: Is a directory\."):
        files.read_card("a", tmp_path)


def test_the_shipped_files_are_small() -> None:
    assert files.weights_path("digits").stat().st_size < 3_000_000
    assert files.onnx_path("digits").stat().st_size < 3_000_000


@pytest.mark.parametrize("width", [6, 12, 24, 40])
@pytest.mark.parametrize("lean", [-0.1, -0.03, 0.0, 0.03, 0.1])
def test_a_one_drawn_with_a_ruler_is_a_digit(
    engines: dict[str, Engine], lean: float, width: float
) -> None:
    """As a mouse draws it; no pen does, so that no held-out digit tells of it."""
    stroke = np.linspace((0.5 - lean, 0.2), (0.5 + lean, 0.8), 8) * 384
    reading = engines["torch"].recognize(1 - draw_strokes([stroke], 384, width))
    assert reading is not None
    assert reading.probabilities.argmax() == 1
    assert reading.is_digit >= 0.5


def test_onnxruntime_tells_nobody_of_what_it_runs(tmp_path: Path) -> None:
    # It reports nothing in CI either, and what it would report is kept under the home directory.
    kept = {"PATH", "LD_LIBRARY_PATH", "SYSTEMROOT"}
    environment = {name: value for name, value in os.environ.items() if name in kept}
    program = "from model.engines import load_engine; load_engine('onnx')"
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=files.FOLDER.parents[1],
        env={**environment, "HOME": str(tmp_path)},
        check=True,
        timeout=60,
    )
    assert not [path for path in tmp_path.rglob("*") if "onnxruntime" in path.name]


def test_a_server_with_onnxruntime_starts_without_pytorch(tmp_path: Path) -> None:
    program = "import sys, wsgi; assert 'torch' not in sys.modules"
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=files.FOLDER.parents[1],
        env={
            **os.environ,
            "ENGINE": "onnx",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}",
        },
        check=True,
        timeout=60,
    )
