"""The command `train`: its options, and what it says of what it cannot do."""

import shutil
import signal
from pathlib import Path

import pytest
import torch
from services import skip_without_data

from model import train
from model.command import INTERRUPTED
from model.data import data_folder
from model.options import LARGEST_SEED
from model.recipes import RECIPES, Recipe
from model.recipes.base import seed_of


def test_with_a_limit_epochs_are_short_unless_steps_say_otherwise() -> None:
    def recipe(*options: str) -> Recipe:
        return train.chosen_recipe(train.parse([*options, "--recipe", "digits"]))

    whole = recipe()
    assert (whole.steps_per_epoch, whole.settling) == (500, 40)
    short = recipe("--limit", "2000")
    assert (short.steps_per_epoch, short.settling) == (30, 30)  # of 272, 8,000 pictures in all
    assert recipe("--limit", "1").steps_per_epoch == 1
    assert recipe("--limit", "1000000") == whole
    assert recipe("--limit", "2000", "--steps", "90").steps_per_epoch == 90
    lenet = train.chosen_recipe(train.parse(["--limit", "2000", "--recipe", "lenet"]))
    assert lenet == RECIPES["lenet"]


@pytest.mark.parametrize(("epochs", "tuning"), [(30, 10), (11, 3), (10, 3), (2, 0), (60, 20)])
def test_with_other_epochs_as_large_a_share_is_fine_tuning(epochs: int, tuning: int) -> None:
    options = train.parse(["--recipe", "resnet", "--epochs", str(epochs)])
    assert train.chosen_recipe(options).fine_tuning_epochs == tuning


@pytest.mark.parametrize(
    ("environment", "options", "said"),
    [
        ({"WORLD_SIZE": "4"}, ["--nodes", "2"], "4 processes were started"),
        ({}, ["--nodes", "2"], "torchrun"),
    ],
)
def test_processes_that_nobody_started_are_not_waited_for(
    environment: dict[str, str],
    options: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("WORLD_SIZE", "MASTER_ADDR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert train.main([*options, "--out", str(tmp_path / "run")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_missing_data_ends_the_command_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mnist").write_text("a file where the folder should be")
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    assert train.main(["--out", str(tmp_path / "run")]) == 2
    assert "mnist cannot be made" in capsys.readouterr().err


def test_nothing_is_trained_on_the_test_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skip_without_data()
    mnist = data_folder() / "mnist"
    arguments = ["--recipe", "mlp", "--limit", "30", "--epochs", "1", "--track", "none"]
    for part in ("images-idx3", "labels-idx1"):
        shutil.copy(mnist / f"t10k-{part}-ubyte.gz", tmp_path / f"mine-{part}.gz")
    for path in (mnist / "t10k-images-idx3-ubyte.gz", tmp_path, tmp_path / "mine-labels-idx1.gz"):
        given = [*arguments, "--data", str(path), "--out", str(tmp_path / "run")]
        assert train.main(given) == 2
        assert f"{path} is MNIST's test set" in capsys.readouterr().err


def test_other_weights_are_not_joined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "digits.safetensors").touch()
    assert train.main(["--recipe", "lenet", "--out", str(tmp_path)]) == 2
    assert "holds weights already" in capsys.readouterr().err


def test_a_run_is_not_resumed_as_one_of_another_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skip_without_data()
    short = ["--limit", "30", "--track", "none", "--out", str(tmp_path)]
    assert train.main(["--recipe", "mlp", "--epochs", "1", *short]) == 0
    (tmp_path / "log.jsonl").unlink()  # as of a run that was stopped
    assert train.main(["--recipe", "lenet", "--resume", "--out", str(tmp_path)]) == 2
    assert "holds a run of mlp, not of lenet" in capsys.readouterr().err


def test_there_is_nothing_to_resume_in_an_empty_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (tmp_path, tmp_path / "mistaken"):
        assert train.main(["--resume", "--out", str(folder)]) == 2
        assert "nothing to resume" in capsys.readouterr().err
    assert not (tmp_path / "mistaken").exists()


@pytest.mark.parametrize("kept", [0, 100, 2000], ids=["empty", "a little", "half"])
def test_a_damaged_checkpoint_is_named(
    kept: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = tmp_path / "last.ckpt"
    torch.save({"state_dict": {"weight": torch.zeros(1000)}}, checkpoint)
    checkpoint.write_bytes(checkpoint.read_bytes()[:kept])
    assert train.main(["--resume", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"{checkpoint} is damaged")


def test_who_stops_a_training_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skip_without_data()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    handler = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("model.learner.Learner.training_step", interrupted)
    arguments = ["--recipe", "mlp", "--limit", "20", "--epochs", "1", "--track", "none"]
    try:
        assert train.main([*arguments, "--out", str(tmp_path)]) == INTERRUPTED
    finally:
        signal.signal(signal.SIGINT, handler)
    assert capsys.readouterr().err.endswith("Stopped.\n")


def test_a_finished_run_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "last.ckpt").write_text("days of work")
    assert train.main(["--out", str(tmp_path)]) == 2
    assert "holds a run already" in capsys.readouterr().err
    assert (tmp_path / "last.ckpt").read_text() == "days of work"
    mean = tmp_path / "mean"
    mean.mkdir()
    (mean / "digits.safetensors").write_text("weights of several")
    assert train.main(["--out", str(mean), "--teachers", str(mean)]) == 2
    assert "holds weights already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--learning-rate", "-1"],
        ["--seed", "-1"],
        ["--seed", "1700000000000000000"],
        ["--limit", "0"],
        ["--epochs", "x"],
        ["--recipe", "vgg"],
        ["--resume", "--epochs", "2"],
        ["--resume", "--teachers", "runs/digits"],
        ["--resume", "--patience", "2"],
        ["--learning-rate", "0.1", "--find-learning-rate"],
        ["--recipe", "lenet", "--corrections", "a.zip"],
    ],
)
def test_options_that_make_no_sense_end_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        train.main(arguments)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_learning_rate_that_is_no_number_is_told_of_in_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        train.main(["--learning-rate", "abc"])
    assert "invalid learning_rate value: 'abc'" in capsys.readouterr().err


def test_the_largest_seed_is_one_that_epochs_can_be_numbered_with() -> None:
    largest = train.parse(["--seed", str(LARGEST_SEED)]).seed
    torch.manual_seed(seed_of(largest, epoch=1000, rank=1000))
