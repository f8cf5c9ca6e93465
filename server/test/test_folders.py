"""Commands tell of a folder that they cannot write into before they do anything else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from model import compare, evaluate, sweep, train
from model.errors import ModelError
from model.folders import make_folder

COMMANDS: dict[str, tuple[Callable[[list[str]], int], list[str]]] = {
    "train": (train.main, []),
    "train --resume": (train.main, ["--resume"]),
    "sweep": (sweep.main, []),
    "evaluate": (evaluate.main, []),
    "evaluate --pareto": (evaluate.main, ["--pareto"]),
    "compare": (compare.main, []),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_in_the_folders_place_ends_the_command_with_one_sentence(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main, options = COMMANDS[command]
    (tmp_path / "file").write_text("a file")
    assert main([*options, "--out", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'file'} cannot be made: File exists\n"


def test_a_folder_that_may_not_be_written_into_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root, who runs tests in containers, may write anywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ModelError, match="cannot be written into: Permission denied"):
        make_folder(tmp_path)
