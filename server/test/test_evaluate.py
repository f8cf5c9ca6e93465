"""Evaluation: a little of everything, really recognised."""

import json
from pathlib import Path

import numpy as np
import pytest

from model import data, evaluate
from model.conditions import CONDITIONS
from model.evaluate import Answer, Result, calibration_error

PICTURE = np.zeros((28, 28), np.uint8)


def test_a_small_evaluation_prints_the_table_and_leaves_figures_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not (data.data_folder() / "pen").is_dir():
        pytest.skip("the data is not there: set DIGITS_DATA, or run `npm run train` once")
    assert evaluate.main(["--limit", "12", "--out", str(tmp_path)]) == 0
    figures = json.loads((tmp_path / "figures.json").read_text())
    for condition in CONDITIONS:
        assert figures["pictures"][condition.name] <= 12
        assert figures["accuracy"][condition.name] >= 0.8
    assert figures["accuracy"]["MNIST test"] >= 0.8
    printed = capsys.readouterr().out
    assert "| hairline | 12 |" in printed
    for name in ("confusion-mnist", "confusion-pen", "mistakes-mnist", "mistakes-pen"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_an_unknown_model_ends_the_command_with_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if not (data.data_folder() / "pen").is_dir():
        pytest.skip("the data is not there: set DIGITS_DATA, or run `npm run train` once")
    assert evaluate.main(["--model", "letters", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("There is no model 'letters'; there are: digits.")


def test_an_unknown_engine_ends_the_command_with_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if not (data.data_folder() / "pen").is_dir():
        pytest.skip("the data is not there: set DIGITS_DATA, or run `npm run train` once")
    assert evaluate.main(["--engine", "abacus", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("There is no engine 'abacus'")


def test_a_server_that_is_not_there_ends_the_command_with_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if not (data.data_folder() / "pen").is_dir():
        pytest.skip("the data is not there: set DIGITS_DATA, or run `npm run train` once")
    address = "http://127.0.0.1:1"
    assert evaluate.main(["--server", address, "--limit", "2", "--out", str(tmp_path)]) == 2
    assert f"{address} does not answer" in capsys.readouterr().err


def test_the_card_takes_figures_of_the_whole_data_alone(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        evaluate.main(["--card", "--limit", "2", "--out", str(tmp_path)])


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    answers = [Answer(1, 0.9, 1.0, PICTURE)] * 10
    labels = np.array([1] * 6 + [2] * 4)
    assert calibration_error(Result("", labels, answers)) == pytest.approx(0.3)
    assert calibration_error(Result("", np.array([1] * 9 + [2]), answers)) == pytest.approx(0)


def test_what_reads_as_nothing_is_neither_right_nor_accepted() -> None:
    result = Result("", np.array([3]), [evaluate.NOTHING])
    assert result.right.tolist() == [False]
    assert result.accepted.tolist() == [False]
