"""A run goes on with the data that it began with, or not at all."""

from pathlib import Path

import numpy as np
import pytest
from services import skip_without_data

from model import train
from model.data import Images
from model.formats import WRITERS


@pytest.mark.parametrize(
    ("form", "named"), [("folder", "."), ("idx", "train-images-idx3-ubyte.gz")]
)
def test_a_run_does_not_go_on_with_other_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, named: str
) -> None:
    skip_without_data()
    pictures = np.zeros((40, 28, 28), np.uint8)
    pictures[:, 4:24, 13:15] = 255
    own = tmp_path / "own"
    own.mkdir()
    WRITERS[form](Images(pictures, np.arange(40) % 10), own)
    options = ["--recipe", "lenet", "--data", str(own / named), "--out", str(tmp_path / "run")]
    assert train.main([*options, "--epochs", "1"]) == 0
    WRITERS[form](Images(pictures, np.arange(40) % 9), own)
    assert train.main([*options, "--resume"]) == 2
    assert "not those that this run began with" in capsys.readouterr().err
