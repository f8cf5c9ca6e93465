"""Commands tell of what went wrong in one sentence, and nothing is lost."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from services import skip_without_data
from short_runs import LIMIT, RECIPE

from model.command import command
from model.errors import DataError, ModelError
from model.folders import replace_file
from model.training_data import training_data

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("error", "told", "code"),
    [
        (DataError("It is missing."), "It is missing.\n", 2),
        (ModelError("There is none."), "There is none.\n", 2),
        (FULL, "No space left on device.\n", 2),
        (PermissionError(errno.EACCES, "Permission denied", "a"), "a: Permission denied.\n", 2),
        (OSError("7 requested and 3 written"), "7 requested and 3 written.\n", 2),
        (KeyboardInterrupt(), "Stopped.\n", 130),
    ],
)
def test_errors_are_told_of(
    error: BaseException, told: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    @command
    def main(arguments: list[str] | None = None) -> int:
        raise error

    assert main([]) == code
    assert capsys.readouterr().err == told


def test_other_errors_are_mistakes_of_ours() -> None:
    @command
    def main(arguments: list[str] | None = None) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main([])


def test_a_file_stays_until_all_of_another_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "weights"
    replace_file(path, b"first")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:2])
        raise FULL

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            replace_file(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]
    replace_file(path, b"second")
    assert path.read_bytes() == b"second"


def test_what_a_full_disk_does_not_keep_is_learned_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skip_without_data()

    def full(path: Path, **_: object) -> None:
        path.write_bytes(b"a part of it")
        raise FULL

    monkeypatch.setattr(np, "savez", full)
    prepared = training_data(RECIPE, tmp_path, 1)
    assert LIMIT > len(prepared.mnist.labels) > 0
    assert "cannot be kept" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
