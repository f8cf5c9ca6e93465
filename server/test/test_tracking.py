"""Tracking: what was logged is read back with each tracker's own reader."""

import dataclasses
import importlib
import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
import torch
from safetensors.torch import load_file
from services import free_port
from short_runs import log_of

from model import train
from model.data import Images
from model.formats import read_images
from model.recipes import Recipe
from model.sweep import main as sweep

SERVER = Path(__file__).resolve().parents[1]

SHORT = ["--recipe", "lenet", "--limit", "60", "--epochs", "2", "--steps", "2"]

pytestmark = pytest.mark.usefixtures("the_data")


def tracked(tracker: str, folder: Path) -> float:
    """Train for two epochs; returns the last loss, by the run's own log."""
    assert train.main([*SHORT, "--track", tracker, "--out", str(folder)]) == 0
    return log_of(folder)[-1]["loss"]


def test_tensorboard_shows_the_loss(tmp_path: Path) -> None:
    reader: Any = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    loss = tracked("tensorboard", tmp_path)
    events = reader.EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    shown = events.Scalars("loss")
    assert len(shown) == 2
    assert shown[-1].value == pytest.approx(loss, abs=1e-4)


def test_mlflow_shows_the_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow.tracking import MlflowClient

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    loss = tracked("mlflow", tmp_path)
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    experiment = client.get_experiment_by_name("digit-recognizer")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.data.metrics["loss"] == pytest.approx(loss, abs=1e-4)


def entries(log: bytes) -> Iterator[bytes]:
    """What a log in LevelDB's format holds, after the seven bytes that say whose it is.

    https://github.com/google/leveldb/blob/main/doc/log_format.md
    """
    block, position, whole = 32_768, 7, b""
    while position < len(log):
        if block - position % block < 7:
            position += block - position % block
            continue
        _, length, part = struct.unpack("<IHB", log[position : position + 7])
        whole += log[position + 7 : position + 7 + length]
        position += 7 + length
        if part in (1, 4):  # the whole, or its last part
            yield whole
            whole = b""


def test_weights_and_biases_keeps_the_run_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.delenv("WANDB_MODE", raising=False)
    loss = tracked("wandb", tmp_path)
    import wandb

    wandb.finish()
    (path,) = tmp_path.glob("wandb/offline-run-*/run-*.wandb")
    record_of: Any = importlib.import_module("wandb.proto.wandb_internal_pb2")
    protobuf: Any = importlib.import_module("google.protobuf.message")
    records: list[Any] = []
    # Its own process goes on writing for a moment after the run has been finished.
    deadline = time.monotonic() + 30
    while not (records and records[-1].HasField("exit")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
        with suppress(struct.error, protobuf.DecodeError):  # half an entry
            records = [record_of.Record.FromString(one) for one in entries(path.read_bytes())]
    shown = []
    for record in records:
        for item in record.history.item:
            if "loss" in (item.key, *item.nested_key):
                shown.append(float(item.value_json))
    assert shown[-1] == pytest.approx(loss, abs=1e-4)


@pytest.mark.parametrize(
    ("tracker", "variable", "value"),
    [("wandb", "WANDB_API_KEY", "abc"), ("mlflow", "MLFLOW_TRACKING_URI", "foo://x")],
)
def test_a_trackers_wrong_setting_is_told_of_in_a_sentence(
    tracker: str,
    variable: str,
    value: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import wandb

    wandb.teardown()  # It keeps the settings of an earlier test's run.
    monkeypatch.setenv(variable, value)
    monkeypatch.delenv("WANDB_MODE", raising=False)
    assert train.main([*SHORT, "--track", tracker, "--out", str(tmp_path)]) == 2
    assert f"--track {tracker} cannot begin: " in capsys.readouterr().err


def test_two_processes_share_a_study(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path}/study.db"
    # The tables are there before the two begin: to make them at once is what databases hate.
    optuna.create_study(storage=storage, study_name="dense-cnn", direction="maximize")
    command = [sys.executable, "-m", "model.sweep", "--trials", "2", "--epochs", "1"]
    command += ["--limit", "60", "--steps", "2", "--storage", storage, "--out", str(tmp_path)]
    both = [
        subprocess.Popen([*command, "--seed", seed], cwd=SERVER, stdout=subprocess.PIPE, text=True)
        for seed in ("1", "2")
    ]
    told = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    study = optuna.load_study(study_name="dense-cnn", storage=storage)
    assert sorted(trial.number for trial in study.trials) == [0, 1, 2, 3]
    assert all("Best: " in one for one in told)
    assert (tmp_path / "parallel-coordinates.png").read_bytes().startswith(b"\x89PNG")


def test_a_trial_that_diverges_ends_no_sweep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wild(trial: Any, recipe: Recipe) -> Recipe:
        rate = 1e12 if trial.number == 0 else recipe.learning_rate
        return dataclasses.replace(recipe, optimizer="sgd", learning_rate=rate)

    monkeypatch.setattr("model.sweep.suggested", wild)
    # Two batches at least: a first step is seen to diverge by the loss of the second.
    arguments = ["--trials", "2", "--epochs", "1", "--limit", "200", "--steps", "3"]
    assert sweep([*arguments, "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "trial 0: given up" in told
    assert "Best: " in told


def test_a_search_takes_the_seeds_that_a_run_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        sweep(["--seed", "-1"])
    assert ended.value.code == 2
    assert "must be from 0 to 1000000000" in capsys.readouterr().err


def test_a_storage_that_cannot_be_used_is_told_of_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--limit", "20", "--storage", "sqlite:////nowhere/at/all.db"]
    assert sweep([*arguments, "--out", str(tmp_path)]) == 2
    assert "cannot be used" in capsys.readouterr().err


def test_a_storages_password_is_told_to_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = f"postgresql+psycopg://somebody:secret@127.0.0.1:{free_port()}/sweeps"
    assert sweep(["--limit", "20", "--storage", storage, "--out", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("The storage postgresql+psycopg://somebody:***@127.0.0.1:")
    assert told.count("\n") == 1
    assert sweep(["--limit", "20", "--storage", "secret", "--out", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("The storage cannot be used: ")
    assert "secret" not in told


def test_a_study_leaves_what_another_one_has_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["--recipe", "mlp", "--trials", "1", "--epochs", "1", "--limit", "20"]
    common += ["--out", str(tmp_path)]
    for study in ("mlp", "a/b"):
        assert sweep([*common, "--study", study]) == 0
    weights = sorted(path.parent.name for path in tmp_path.glob("*/mlp.safetensors"))
    assert weights == ["a%2Fb-trial-0", "mlp-trial-0"]
    # A study of the same name, of which another storage does not know.
    storage = f"sqlite:///{tmp_path / 'other.db'}"
    assert sweep([*common, "--study", "mlp", "--storage", storage]) == 2
    assert "mlp-trial-0 is there already" in capsys.readouterr().err


def test_a_study_keeps_to_its_recipe_and_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.sweep.objective", lambda *_: 0.5)
    common = ["--trials", "1", "--epochs", "1", "--limit", "20", "--study", "one"]
    common += ["--out", str(tmp_path)]
    assert sweep([*common, "--recipe", "lenet"]) == 0
    assert sweep([*common, "--recipe", "lenet"]) == 0
    capsys.readouterr()
    assert sweep([*common, "--recipe", "mlp", "--steps", "2"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("The study one has trials of another recipe and steps: ")
    assert sweep([*common, "--recipe", "lenet", "--limit", "21"]) == 2
    assert "trials of another limit" in capsys.readouterr().err


def test_a_study_knows_own_data_by_its_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine, with other threads, normalises pictures a level differently."""
    monkeypatch.setattr("model.sweep.objective", lambda *_: 0.5)
    rng = np.random.default_rng(0)
    rows = [
        ",".join(map(str, [number % 10, *rng.integers(0, 256, 28 * 28)])) for number in range(40)
    ]
    own = tmp_path / "mine.csv"
    own.write_text("\n".join(rows), encoding="utf-8")
    common = ["--recipe", "lenet", "--trials", "1", "--epochs", "1", "--limit", "40"]
    common += ["--data", str(own), "--out", str(tmp_path)]
    assert sweep(common) == 0
    monkeypatch.setattr("model.sweep.read_images", lambda path: _a_level_darker(read_images(path)))
    assert sweep(common) == 0
    own.write_text("\n".join(rows[1:]), encoding="utf-8")
    assert sweep(common) == 2
    assert "trials of another data" in capsys.readouterr().err


def _a_level_darker(images: Images) -> Images:
    return Images(images.pictures.clip(1) - 1, images.labels)


def test_two_processes_train_one_network(tmp_path: Path) -> None:
    arguments = ["--recipe", "lenet", "--limit", "2000", "--epochs", "3", "--steps", "10"]
    arguments += ["--learning-rate", "0.003", "--track", "none"]
    assert train.main([*arguments, "--out", str(tmp_path / "alone")]) == 0
    # In a process of its own, which starts the second one.
    command = [sys.executable, "-m", "model.train", *arguments, "--devices", "2"]
    ended = subprocess.run(
        [*command, "--out", str(tmp_path / "together")],
        cwd=SERVER,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("Best held-out score") == 1
    alone, together = (log_of(tmp_path / name)[-1] for name in ("alone", "together"))
    assert alone["mnist"] > 0.6
    assert together["mnist"] == pytest.approx(alone["mnist"], abs=0.03)
    # Each learned from half of every batch: with the other's gradients it comes to the same.
    assert together["loss"] == pytest.approx(alone["loss"], abs=1e-3)
    one, other = (load_file(tmp_path / x / "lenet.safetensors") for x in ("alone", "together"))
    assert all(torch.allclose(one[name], other[name], atol=1e-3) for name in one)


def test_two_machines_train_what_the_first_one_was_told(tmp_path: Path) -> None:
    """As the page on training says; both are this machine here."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nnodes", "2"]
    torchrun += ["--nproc-per-node", "1", "--master-addr", "127.0.0.1"]
    torchrun += ["--master-port", str(free_port())]
    what = ["-m", "model.train", "--recipe", "lenet", "--limit", "2000", "--epochs", "2"]
    what += ["--steps", "10", "--track", "none", "--nodes", "2", "--devices", "1"]
    first = ["--node-rank", "0", *what, "--learning-rate", "0.003"]
    second = ["--node-rank", "1", *what, "--learning-rate", "9", "--epochs", "1"]
    both = [
        subprocess.Popen(
            [*torchrun, *options, "--out", str(tmp_path / f"run-{number}")],
            cwd=SERVER,
            env={**os.environ, "GLOO_SOCKET_IFNAME": "lo"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number, options in enumerate([first, second])
    ]
    told = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert ["Best held-out score" in one for one in told] == [True, False]
    assert len(log_of(tmp_path / "run-0")) == 2
    assert log_of(tmp_path / "run-0")[-1]["mnist"] > 0.6
    assert not (tmp_path / "run-1" / "lenet.safetensors").exists()
