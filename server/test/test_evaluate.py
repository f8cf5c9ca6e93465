"""Evaluation: a little of everything, really recognised."""

import io
import json
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from services import skip_without_data

from model import data, evaluate, figures, pareto, timing, train
from model.conditions import CONDITIONS
from model.errors import ModelError
from model.evaluate import Result
from model.files import read_card, version
from model.report import PICTURES


def test_a_small_evaluation_prints_the_table_and_leaves_figures_pictures_and_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skip_without_data()
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
    measured = set(figures["pen_by_writer"])
    assert measured
    assert measured <= {str(writer) for writer in data.VALIDATION_WRITERS}
    for name, accuracy in figures["accuracy"].items():
        low, high = figures["interval"][name]
        assert low <= accuracy <= high
    assert figures["accepted_as_digit"]["blank paper"] < 0.1, "the edge of a shadow may be a one"
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    # It opens offline: every picture lies in the page itself, and nothing else is loaded.
    sources = re.findall(r'(?:src|href)="([^"]*)"', report)
    assert len(sources) == len(PICTURES)
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "http" not in report
    for name in figures["pictures"]:
        assert f"<td>{name}</td>" in report


def test_every_trained_model_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ["--recipe", "lenet", "--limit", "60", "--epochs", "1", "--track", "none"]
    assert train.main([*run, "--out", str(tmp_path / "classic")]) == 0
    drawn: list[str] = []

    def trade_off(points: list[dict[str, Any]], path: Path, what: str) -> None:
        drawn.extend(point["name"] for point in points)
        figures.trade_off(points, path, what)

    monkeypatch.setattr(pareto, "RUNS", tmp_path)
    monkeypatch.setattr(timing, "REPEATS", 2)
    monkeypatch.setattr(pareto, "trade_off", trade_off)
    assert evaluate.main(["--pareto", "--out", str(tmp_path)]) == 0
    assert sorted(drawn) == ["classic", "digits (shipped)"]
    told = capsys.readouterr().out
    for name in (r"digits \(shipped\)", "classic"):
        assert re.search(rf"^\| {name} \| \d", told, re.MULTILINE)
    assert (tmp_path / "pareto.png").read_bytes().startswith(b"\x89PNG")


NO_NETWORK = '{"name": "lenet", "version": "1", "network": [], "sha256": {}}'


@pytest.mark.parametrize("card", ["", "[]", "{}", NO_NETWORK])
def test_a_damaged_model_is_left_out_of_the_comparison(
    card: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "lenet.safetensors").write_text("damaged")
    (run / "lenet.json").write_text(card)
    monkeypatch.setattr(pareto, "RUNS", tmp_path)
    monkeypatch.setattr(timing, "REPEATS", 2)
    assert evaluate.main(["--pareto", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.err.startswith(f"{run} is left out: ")
    assert "| digits (shipped) |" in told.out
    assert "lenet" not in told.out


def test_an_unknown_model_ends_the_command_with_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    skip_without_data()
    assert evaluate.main(["--model", "letters", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("There is no model 'letters'; there are: digits")


def test_an_unknown_engine_ends_the_command_with_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    skip_without_data()
    assert evaluate.main(["--engine", "abacus", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("There is no engine 'abacus'")


def test_a_server_that_is_not_there_ends_the_command_with_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    skip_without_data()
    address = "http://127.0.0.1:1"
    assert evaluate.main(["--server", address, "--limit", "2", "--out", str(tmp_path)]) == 2
    assert f"{address} does not answer" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["localhost", "ftp://127.0.0.1:1", "http://127.0.0.1:port"])
def test_a_wrong_address_of_a_server_is_told_of(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert address in refused_by(address, monkeypatch)


ANOTHER_SERVERS = [b"<html>", b"[]", b"{}", b'{"digits": [7]}', b'{"digits": [{"seen": ""}]}']


@pytest.mark.parametrize("body", ANOTHER_SERVERS)
def test_another_server_is_told_of(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: io.BytesIO(body))
    assert "does not answer as it should" in refused_by("http://localhost", monkeypatch)


def test_a_server_with_another_model_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    card = read_card("digits")
    bodies = [b'{"model": "lenet 1.0.0"}', json.dumps({"model": version(card)}).encode()]
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: io.BytesIO(bodies.pop(0)))
    with pytest.raises(ModelError, match=r"reads with lenet 1\.0\.0, not digits .*--model"):
        evaluate._check_model("http://localhost", card)
    evaluate._check_model("http://localhost", card)


def refused_by(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is told of a server, after its way from one process to another."""
    monkeypatch.setattr(evaluate, "_recognize", None, raising=False)
    evaluate._use_server(address)
    with pytest.raises(ModelError) as refused:
        evaluate._recognize(np.full((40, 40, 3), 255, np.uint8))
    return str(pickle.loads(pickle.dumps(refused.value)))


def test_the_card_takes_figures_of_the_whole_data_alone(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        evaluate.main(["--card", "--limit", "2", "--out", str(tmp_path)])


@pytest.mark.parametrize(
    "options",
    [
        ["--pareto", "--card"],
        ["--pareto", "--model", "lenet"],
        ["--server", "x", "--engine", "onnx"],
    ],
)
def test_options_that_would_do_nothing_are_refused(options: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        evaluate.main(options)
    assert ended.value.code == 2


@pytest.mark.parametrize("limit", ["0", "-3"])
def test_a_limit_leaves_a_picture_at_least(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        evaluate.main(["--limit", limit])
    assert ended.value.code == 2
    assert "must be 1 or more" in capsys.readouterr().err


def test_what_reads_as_nothing_is_neither_right_nor_accepted() -> None:
    result = Result("", np.array([3]), [evaluate.NOTHING], np.array([0]))
    assert result.right.tolist() == [False]
    assert result.accepted.tolist() == [False]
