"""Training: a few real steps on a little of the real data."""

import csv
import dataclasses
import io
import json
import re
import zipfile
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from services import skip_without_data
from short_runs import LIMIT, RECIPE, log_of
from torch import nn
from uploads import file_of, one

from app.settings import ROOT
from model import data
from model import training_data as training_data_module
from model.augment import augment
from model.corrections import read_corrections, with_corrections
from model.errors import DataError, ModelError
from model.export import export_onnx
from model.labelled import labelled_sets
from model.learner import Learner
from model.loop import Callback, ModelCheckpoint
from model.network import DigitNet
from model.pipeline import Pipeline
from model.prepare import NO_DIGIT, Prepared, sampled_indices, without_ones
from model.recipes import RECIPES, DigitsRecipe, LabelledSets, Recipe
from model.training import accelerator_for, precision
from model.training import train as run
from model.training_data import TrainingData, training_data
from model.weights import load_pipeline


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def prepared(cache: Path) -> TrainingData:
    skip_without_data()
    return training_data(RECIPE, cache, LIMIT)


@pytest.fixture(scope="module")
def sets(prepared: TrainingData, cache: Path) -> LabelledSets:
    return labelled_sets(RECIPE, LIMIT, cache=cache)


class PowerCut(Callback):
    """In the second epoch, after some steps."""

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        if trainer.global_step == 9:
            raise OSError("the power is gone")


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(folder / "last.ckpt", weights_only=False)[
        "state_dict"
    ]
    return found


def test_every_source_is_prepared_as_normalised_pictures(prepared: TrainingData) -> None:
    sizes = [len(part.pictures) for part in prepared]
    assert [sizes[i] for i in (0, 4, 5, 8, 9)] == [LIMIT, LIMIT, LIMIT, 7 * 6, LIMIT]
    # Digits that cannot be seen on their paper are taken out.
    assert all(0.9 * LIMIT < sizes[i] <= LIMIT for i in (1, 6, 7))
    # Upright strokes are taken out of what is no digit.
    assert 0.8 * 7 * 6 < sizes[2] <= 7 * 6
    assert 0.8 * LIMIT < sizes[3] <= LIMIT
    for part in prepared:
        assert part.pictures.shape[1:] == (28, 28)
        assert len(part.labels) == len(part.pictures)
    assert set(prepared.no_digits.labels) == {NO_DIGIT}
    # All ten conditions show the same digits, and none is blank.
    conditions = prepared.validation_pen.pictures.reshape(10, LIMIT // 10, 28, 28)
    assert conditions.max(axis=(2, 3)).min() > 200
    assert np.abs(conditions[1] / 255 - conditions[7] / 255).mean() < 0.03


def test_a_limit_picks_from_all_over() -> None:
    """Letters are sorted by alphabet."""
    rng = np.random.default_rng(0)
    picks = sampled_indices(1000, 40, rng)
    assert len(set(picks)) == 40
    assert list(picks) == sorted(picks)
    assert all(((picks >= low) & (picks < low + 250)).sum() >= 4 for low in (0, 250, 500, 750))
    for limit in (40, None):
        assert list(sampled_indices(30, limit, rng)) == list(range(30))


def test_a_limit_of_one_leaves_something_of_every_source(cache: Path) -> None:
    skip_without_data()
    for part in training_data(RECIPE, cache / "one", 1):
        assert 5 <= len(part.pictures) <= 14


def test_prepared_data_is_read_back_from_the_cache(prepared: TrainingData, cache: Path) -> None:
    again = training_data(RECIPE, cache, LIMIT)
    for part, expected in zip(again, prepared, strict=True):
        assert (part.pictures == expected.pictures).all()


def test_runs_that_prepare_the_same_data_at_once_write_files_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_without_data()
    written: list[Path] = []

    def savez(path: Path, **_: Any) -> None:
        written.append(path)
        path.touch()

    monkeypatch.setattr(np, "savez", savez)
    for _ in range(2):
        training_data(RECIPE, tmp_path, 1)
        next(tmp_path.glob("prepared-*.npz")).unlink()
    first, second = written
    assert first != second


def test_runs_of_every_seed_learn_from_the_same_pictures(
    prepared: TrainingData, cache: Path
) -> None:
    again = training_data(dataclasses.replace(RECIPE, seed=7), cache, LIMIT)
    assert len(list(cache.glob("*.npz"))) == 1
    for part, expected in zip(again, prepared, strict=True):
        assert (part.pictures == expected.pictures).all()


@pytest.mark.parametrize(
    ("gpu", "native", "expected"),
    [
        (True, True, "bf16-mixed"),
        (True, False, "16-mixed"),
        (False, True, "bf16-mixed"),
        (False, False, "32-true"),
    ],
    ids=["a GPU with bfloat16", "one without", "a processor with it", "one without it"],
)
def test_half_precision_is_what_there_are_instructions_for(
    gpu: bool, native: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where a GPU only emulates it, which is slow, torch says that it is supported, too.
    def supported(including_emulation: bool = True) -> bool:
        return including_emulation or native

    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": native})
    assert precision(RECIPES["digits"]) == expected
    assert precision(RECIPES["lenet"]) == "32-true"


@pytest.mark.parametrize(
    ("gpus", "devices", "nodes", "expected"),
    [(0, 1, 1, "auto"), (0, 2, 1, "cpu"), (1, 2, 1, "cpu"), (2, 2, 1, "auto"), (1, 1, 2, "auto")],
)
def test_processes_that_would_share_a_gpu_compute_on_the_processor(
    gpus: int, devices: int, nodes: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: gpus)
    monkeypatch.setattr("torch.cuda.get_device_capability", lambda _: (8, 6))
    monkeypatch.setattr("torch.cuda.get_arch_list", lambda: ["sm_80"])
    assert accelerator_for(devices, nodes) == expected


def test_a_moved_runs_best_score_is_remembered(tmp_path: Path) -> None:
    before, after = (
        ModelCheckpoint(tmp_path / name, "best", "score", mode="max") for name in ("a", "b")
    )
    before.best_model_score = torch.tensor(0.9)
    after.load_state_dict(before.state_dict())
    assert after.best_model_score == before.best_model_score


@pytest.fixture(scope="module")
def folder(sets: LabelledSets, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a run that nobody stopped."""
    folder = tmp_path_factory.mktemp("run")
    run(RECIPE, sets, folder, {"data": {}}, quiet=True)
    return folder


def test_the_loss_falls(folder: Path) -> None:
    first, second = log_of(folder)
    assert second["loss"] < first["loss"]


def test_a_resumed_run_ends_like_an_unbroken_one(
    folder: Path, sets: LabelledSets, tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="power"):
        run(RECIPE, sets, tmp_path, {"data": {}}, quiet=True, callbacks=(PowerCut(),))
    assert len(log_of(tmp_path)) == 1
    torch.manual_seed(99)
    run(RECIPE, sets, tmp_path, {"data": {}}, quiet=True, resume=True)
    assert [entry["loss"] for entry in log_of(tmp_path)] == [
        entry["loss"] for entry in log_of(folder)
    ]
    resumed = weights_of(tmp_path)
    for name, value in weights_of(folder).items():
        assert torch.equal(resumed[name], value), name


def test_a_resumed_run_knows_how_long_there_was_no_progress(
    sets: LabelledSets, tmp_path: Path
) -> None:
    # Nothing is learned, so that after the second epoch the plateau divides its rate.
    recipe = dataclasses.replace(
        RECIPE, schedule="plateau", patience=0, epochs=3, learning_rate=2e-8
    )
    for name, power_cut in (("whole", ()), ("cut", (PowerCut(),))):
        with nullcontext() if name == "whole" else pytest.raises(OSError, match="power"):
            run(recipe, sets, tmp_path / name, {"data": {}}, quiet=True, callbacks=power_cut)
    run(recipe, sets, tmp_path / "cut", {"data": {}}, quiet=True, resume=True)
    for name in ("whole", "cut"):
        rates = [entry["learning_rate"] for entry in log_of(tmp_path / name)]
        assert rates == pytest.approx([2e-8, 2e-8, 2e-9], abs=0, rel=1e-6), name


def test_processes_that_were_told_otherwise_do_not_begin(sets: LabelledSets) -> None:
    learner = Learner(RECIPE, sets, told={"limit": 10})
    first = Learner(RECIPE, sets, told={"limit": None})
    said = iter([first.recipe, first.told])
    learner._trainer = SimpleNamespace(  # type: ignore[assignment]
        strategy=SimpleNamespace(
            broadcast=lambda _: next(said), reduce_boolean_decision=lambda same: same
        )
    )
    with pytest.raises(ModelError, match="the same for all processes"):
        learner.setup("fit")


def test_a_run_that_goes_on_from_another_averages_as_long_when_it_is_resumed(
    folder: Path, sets: LabelledSets, tmp_path: Path
) -> None:
    facts = {"data": {}, "start": "a run"}
    start = load_pipeline(RECIPE.name, folder).network
    for name, power_cut in (("whole", ()), ("cut", (PowerCut(),))):
        with nullcontext() if name == "whole" else pytest.raises(OSError, match="power"):
            run(
                RECIPE,
                sets,
                tmp_path / name,
                facts,
                network=start,
                quiet=True,
                callbacks=power_cut,
            )
    run(RECIPE, sets, tmp_path / "cut", facts, quiet=True, resume=True)
    resumed = weights_of(tmp_path / "cut")
    for name, value in weights_of(tmp_path / "whole").items():
        assert torch.equal(resumed[name], value), name


def test_a_run_leaves_weights_that_load_a_log_and_pictures(folder: Path) -> None:
    log = log_of(folder)
    assert [entry["epoch"] for entry in log] == [1, 2]
    assert 0 <= log[-1]["pen"] <= 1
    for name in ("learning-curve", "confusion-matrix", "mistakes", "first-layer"):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((folder / "recipe.json").read_text())["steps_per_epoch"] == 6
    pipeline = load_pipeline("quick", folder)
    output = pipeline(torch.ones(1, 1, 50, 50).index_fill_(3, torch.tensor([20, 21, 22]), 0))
    assert output.probabilities.sum().item() == pytest.approx(1, abs=1e-5)


CLASSICS = [name for name, recipe in RECIPES.items() if not isinstance(recipe, DigitsRecipe)]


@pytest.mark.parametrize("name", CLASSICS)
def test_the_classics_are_trained_like_ours(
    prepared: TrainingData, tmp_path: Path, name: str
) -> None:
    tuned = RECIPES[name].schedule in ("constant", "plateau")
    recipe = dataclasses.replace(
        RECIPES[name], epochs=2, steps_per_epoch=3, fine_tuning_epochs=int(tuned), bfloat16=False
    )
    best = run(recipe, labelled_sets(recipe, LIMIT), tmp_path, {"data": {}}, quiet=True)
    assert best is not None
    assert 0 <= best <= 1
    assert (tmp_path / "learning-rate.png").is_file() == recipe.find_learning_rate
    first, second = log_of(tmp_path)
    if recipe.fine_tuning_epochs:
        assert second["learning_rate"] == pytest.approx(first["learning_rate"] / 10)
    grey = torch.ones(1, 1, 50, 50).index_fill_(3, torch.tensor([20, 21, 22]), 0)
    output = load_pipeline(name, tmp_path)(grey)
    assert output.probabilities.sum().item() == pytest.approx(1, abs=1e-5)
    assert output.evidence.shape == (1, 10, 7, 7)
    assert torch.allclose(output.evidence.mean((2, 3)).argmax(1), output.probabilities.argmax(1))


def test_only_a_rate_without_a_schedule_of_its_own_is_fine_tuned() -> None:
    with pytest.raises(ValueError, match="no fine-tuning in the schedule 'cosine'"):
        dataclasses.replace(RECIPES["lenet"], schedule="cosine", fine_tuning_epochs=1)


# One with dense layers on a flattened map, one with short cuts and a mean.
@pytest.mark.parametrize("name", ["lenet", "resnet"])
def test_the_classics_are_exported_like_ours(tmp_path: Path, name: str) -> None:
    pipeline = Pipeline(RECIPES[name].new_network()).eval()
    export_onnx(pipeline, tmp_path / "it.onnx")
    grey = np.ones((2, 1, 90, 70), np.float32)
    grey[0, :, 20:70, 30:38] = 0
    session = onnxruntime.InferenceSession((tmp_path / "it.onnx").read_bytes())
    with torch.inference_mode():
        expected = pipeline(torch.from_numpy(grey))
    for found, value in zip(session.run(None, {"grey": grey}), expected, strict=True):
        np.testing.assert_allclose(found, value.numpy(), atol=1e-4)


def test_processes_share_the_pictures_of_an_epoch(prepared: TrainingData) -> None:
    recipe: Recipe = dataclasses.replace(RECIPES["lenet"], batch=16)
    sets = labelled_sets(recipe, LIMIT)
    seen = []
    for rank in (0, 1):
        batches = list(recipe.batches(sets, 0, rank, 2))
        assert [len(labels) for _, labels in batches] == [8, 8, 4]
        seen += [picture.numpy().tobytes() for pictures, _ in batches for picture in pictures]
    assert len(set(seen)) == LIMIT


def test_no_process_is_left_without_a_picture(prepared: TrainingData) -> None:
    recipe: Recipe = dataclasses.replace(RECIPES["lenet"], batch=13)
    sets = labelled_sets(recipe, LIMIT)
    for rank in (0, 1, 2):
        sizes = [len(labels) for _, labels in recipe.batches(sets, 0, rank, 3)]
        assert sizes == [5 - (rank > 0)] * 3 + [1]


def test_upright_strokes_are_no_examples_of_what_is_no_digit() -> None:
    pictures = np.zeros((5, 28, 28), np.uint8)
    pictures[0, 4:24, 13:16] = 255  # a stroke
    pictures[1, 4:24, 13:16] = 255  # in two pieces
    pictures[1, 12:15] = 0
    pictures[2, 13:16, 4:24] = 255  # lying
    pictures[3, 4:24, 13:16] = 255  # with a bar
    pictures[3, 4:7, 6:22] = 255
    for row in range(20):  # leaning
        pictures[4, 4 + row, 11 + row // 5 : 14 + row // 5] = 255
    kept = without_ones(Prepared(pictures, np.arange(5)))
    assert kept.labels.tolist() == [1, 2, 3]


def archive_of(
    folder: Path,
    *rows: tuple[str, str],
    table: str = "corrections.csv",
    model: str = "digits",
    **pictures: Image.Image,
) -> Path:
    """An archive of corrections as a server hands it out: a one, with what was said of it."""
    path = folder / "corrections.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, picture in {"one": one(), **pictures}.items():
            archive.writestr(f"{name}.png", file_of(picture))
        archive.writestr("text.png", b"no picture")
        lines = ["file,made,read,was,model", *(f"{file},,7,{was},{model}" for file, was in rows)]
        archive.writestr(table, "\r\n".join(lines))
    return path


def test_corrections_are_trained_on(sets: LabelledSets, tmp_path: Path) -> None:
    path = archive_of(tmp_path, ("one.png", "1"), ("one.png", "no digit"))
    corrections = read_corrections(path)
    assert corrections.labels.tolist() == [1, NO_DIGIT]
    assert corrections.pictures[0].max() > 200
    blank = Prepared(0 * corrections.pictures, corrections.labels)
    without = with_corrections(sets, blank, times=3)
    assert len(without.train["pen"].labels) == len(sets.train["pen"].labels)
    more = with_corrections(sets, corrections, times=3)
    pen = sets.train["pen"].labels
    assert more.train["pen"].labels[-4:].tolist() == [pen[-1], 1, 1, 1]
    assert len(more.train["no digits"].labels) == len(sets.train["no digits"].labels) + 3
    assert more.validation is sets.validation
    _, labels = next(iter(RECIPE.batches(more, 0)))
    assert len(labels) == RECIPE.batch


def test_of_what_the_page_saves_the_corrected_drawings_are_read(tmp_path: Path) -> None:
    source = (ROOT / "client/src/history/archive.ts").read_text(encoding="utf-8")
    columns = re.findall(r"'(\w+)'", source[source.index("COLUMNS = [") : source.index("];")])
    path = tmp_path / "drawings.zip"
    with zipfile.ZipFile(path, "w") as archive, io.StringIO(newline="") as table:
        rows = csv.DictWriter(table, columns)
        rows.writeheader()
        for number, was in enumerate(["1", "", "no digit"]):
            archive.writestr(f"{number}.png", file_of(one()))
            rows.writerow({"file": f"{number}.png", "read": "7", "correction": was})
        archive.writestr("readings.csv", table.getvalue())
    assert read_corrections(path).labels.tolist() == [1, NO_DIGIT]


def test_corrections_of_sixteen_bits_or_without_paper_are_read_like_others(tmp_path: Path) -> None:
    grey = one().convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    inked = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    inked.putalpha(ImageOps.invert(grey))
    rows = [(f"{name}.png", "1") for name in ("one", "deep", "inked")]
    path = archive_of(tmp_path, *rows, deep=deep, inked=inked)
    plain, *others = read_corrections(path).pictures
    for other in others:
        np.testing.assert_array_equal(other, plain)


def test_a_lines_number_is_that_of_an_editor(tmp_path: Path) -> None:
    path = tmp_path / "blank-line.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("corrections.csv", "file,was\n\n1.png,7\n")
    with pytest.raises(DataError, match="line 3: there is no picture"):
        read_corrections(path)


@pytest.mark.parametrize("model", ["a\u2028b", "a\u2029b", "a\x85b", "a\x0bb", '"a\x0c, b"'])
def test_what_looks_like_the_end_of_a_line_breaks_no_row(tmp_path: Path, model: str) -> None:
    path = archive_of(tmp_path, ("one.png", "1"), ("one.png", "no digit"), model=model)
    assert read_corrections(path).labels.tolist() == [1, NO_DIGIT]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("one.png", "1"), ("one.png", "ten")], "line 3: was is 'ten'"),
        ([("two.png", "1")], "line 2: there is no picture 'two.png'"),
        ([("text.png", "1")], "line 2: text.png is no PNG"),
        ([], "holds no corrections"),
    ],
)
def test_corrections_that_cannot_be_used_are_named(
    tmp_path: Path, rows: list[tuple[str, str]], reason: str
) -> None:
    with pytest.raises(DataError, match=reason):
        read_corrections(archive_of(tmp_path, *rows))


def test_what_is_no_archive_of_corrections_is_told_of(tmp_path: Path) -> None:
    text = tmp_path / "corrections.zip"
    text.write_text("no archive")
    with pytest.raises(DataError, match="is no archive"):
        read_corrections(text)
    with pytest.raises(DataError, match=r"holds no corrections\.csv and no readings\.csv"):
        read_corrections(archive_of(tmp_path, table="other.csv"))


def test_a_learning_rate_that_is_too_high_is_told_of(sets: LabelledSets, tmp_path: Path) -> None:
    recipe = dataclasses.replace(RECIPES["lenet"], epochs=2, steps_per_epoch=20, batch=20)
    wild = dataclasses.replace(recipe, optimizer="sgd", learning_rate=1e12)
    with pytest.raises(ModelError, match="smaller --learning-rate"):
        run(wild, labelled_sets(wild, LIMIT), tmp_path, {"data": {}}, quiet=True)
    # Nothing takes what there is for a trained network, and another rate may be tried there.
    assert not list(tmp_path.glob("*.safetensors"))
    assert not list(tmp_path.glob("*.ckpt"))


def test_a_classic_learns_from_data_of_ones_own(sets: LabelledSets) -> None:
    pictures, labels = sets.train["mnist"]
    own = labelled_sets(RECIPES["lenet"], own=data.Images(pictures, labels))
    assert [len(part.labels) for part in own.train.values()] == [LIMIT - LIMIT // 12]
    assert [len(part.labels) for part in own.validation.values()] == [LIMIT // 12]
    other = dataclasses.replace(RECIPES["lenet"], seed=1)
    again = labelled_sets(other, own=data.Images(pictures, labels))
    assert np.array_equal(again.train["mnist"].pictures, own.train["mnist"].pictures)
    blank = data.Images(np.concatenate([pictures, 0 * pictures]), np.tile(labels, 2))
    without = labelled_sets(RECIPES["lenet"], own=blank)
    assert (
        sum(len(part.labels) for part in (*without.train.values(), *without.validation.values()))
        == LIMIT
    )
    assert without.train["mnist"].pictures.any((1, 2)).all()
    # What is read from pictures, or drawn, is what a network sees, already.
    as_seen = labelled_sets(RECIPES["lenet"], own=data.Seen(pictures, labels))
    known = {picture.tobytes() for picture in pictures}
    assert {x.tobytes() for x in as_seen.train["mnist"].pictures} <= known
    assert not {x.tobytes() for x in own.train["mnist"].pictures} <= known
    for few in (data.Images(pictures[:9], labels[:9]), data.Images(0 * pictures, labels)):
        with pytest.raises(DataError, match="too few"):
            labelled_sets(RECIPES["lenet"], own=few)


def test_of_strokes_whole_writers_are_held_out(sets: LabelledSets) -> None:
    pictures, labels = sets.train["mnist"]
    number = len(labels)
    recipe = RECIPES["lenet"]

    def held_out(writers: NDArray[np.int64]) -> set[int]:
        own = data.Seen(pictures, labels, writers)
        split = labelled_sets(recipe, own=own)
        by = {picture.tobytes(): writer for picture, writer in zip(pictures, writers, strict=True)}
        train, held = (
            {by[picture.tobytes()] for picture in part["mnist"].pictures}
            for part in (split.train, split.validation)
        )
        assert not train & held
        assert len(train | held) == len(set(writers.tolist()))
        return held

    # Those of the pen data as everywhere; of others as few as are a digit in twelve; never all.
    assert held_out(np.arange(number) % 30 + 1) == data.VALIDATION_WRITERS
    assert len(held_out(100 + np.arange(number) % 6)) == 1
    assert len(held_out(np.arange(number) % 2)) == 1
    alone = labelled_sets(recipe, own=data.Seen(pictures, labels, np.full(number, 7)))
    assert len(alone.validation["mnist"].labels) == number // 12


def test_who_is_held_out_is_kept_from_all_that_is_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_without_data()
    given: dict[str, list[Any]] = {}

    def note(name: str) -> None:
        real = getattr(training_data_module, name)

        def noted(source: Any, *arguments: Any, **named: Any) -> Any:
            given.setdefault(name, []).append(source)
            return real(source, *arguments, **named)

        monkeypatch.setattr(training_data_module, name, noted)

    for name in ("varied_pen", "no_digits", "letters", "pages", "normalized_images"):
        note(name)
    training_data(RECIPE, tmp_path, 10)
    # Of each: what is learned from, then what is held out.
    for name in ("varied_pen", "no_digits"):
        learned, held_out = ({digit.writer for digit in part} for part in given[name])
        assert learned == set(range(1, 31)) - data.VALIDATION_WRITERS
        assert held_out <= data.VALIDATION_WRITERS
    learned, held_out = ({letter.alphabet for letter in part} for part in given["letters"])
    assert data.VALIDATION_ALPHABET not in learned
    assert held_out == {data.VALIDATION_ALPHABET}
    everything = data.read_idx(data.data_folder() / "mnist" / "train-images-idx3-ubyte.gz")
    for name in ("pages", "normalized_images"):
        learned, held_out = (images.pictures for images in given[name])
        few = len(learned)
        assert np.array_equal(learned, everything[:few])
        assert np.array_equal(held_out, everything[55_000 : 55_000 + len(held_out)])


def test_prepared_data_that_is_damaged_is_made_anew(tmp_path: Path) -> None:
    skip_without_data()
    before = training_data(RECIPE, tmp_path, 1)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"PK" + bytes(100)):
        kept.write_bytes(damaged)
        again = training_data(RECIPE, tmp_path, 1)
        assert np.array_equal(again.mnist.pictures, before.mnist.pictures)
        assert len(kept.read_bytes()) == len(whole)


def test_a_gpu_that_this_pytorch_has_no_code_for_is_not_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    monkeypatch.setattr(
        "torch.cuda.get_arch_list", lambda: ["sm_75", "sm_80", "sm_90a", "compute_120"]
    )
    for capability, expected in {
        (6, 1): "cpu",
        (7, 0): "cpu",
        (7, 5): "auto",
        (8, 9): "auto",
        (9, 0): "auto",
        (12, 1): "auto",
        (13, 0): "auto",
    }.items():
        monkeypatch.setattr("torch.cuda.get_device_capability", lambda _, found=capability: found)
        assert accelerator_for(1, 1) == expected
        assert ("has no code for a GPU" in capsys.readouterr().err) == (expected == "cpu")

    monkeypatch.setattr("torch.cuda.get_arch_list", lambda: ["sm_80", "sm_90"])
    monkeypatch.setattr("torch.cuda.get_device_capability", lambda _: (12, 0))
    assert accelerator_for(1, 1) == "cpu"

    monkeypatch.setattr("torch.cuda.get_arch_list", lambda: ["gfx906", "gfx90a", "gfx1100"])
    assert accelerator_for(1, 1) == "auto"


def test_validation_has_scribbles_of_its_own(prepared: TrainingData) -> None:
    seen = {picture.tobytes() for picture in prepared.no_digits.pictures}
    assert not any(picture.tobytes() in seen for picture in prepared.validation_no_digits.pictures)


def test_the_learning_rate_rises_then_falls() -> None:
    rates = [RECIPE.rate(step, 100) for step in range(100)]
    peak = int(np.argmax(rates))
    assert rates == sorted(rates[: peak + 1]) + sorted(rates[peak + 1 :], reverse=True)
    assert rates[peak] == pytest.approx(1)
    assert rates[-1] < 0.01 * rates[peak]


def test_batch_normalisation_settles_on_pictures_as_they_are(sets: LabelledSets) -> None:
    recipe = dataclasses.replace(RECIPE, settling=2)
    network = recipe.new_network().eval()
    assert isinstance(network, DigitNet)
    recipe.settle(network, sets)
    assert not network.training
    plain = dataclasses.replace(recipe, augmentation=0.0, steps_per_epoch=2)
    filters, normalisation, _ = network.features[0].children()
    assert isinstance(normalisation, nn.BatchNorm2d)
    assert normalisation.running_mean is not None
    with torch.no_grad():
        means = [filters(digits).mean((0, 2, 3)) for digits, _ in plain.batches(sets, 0)]
    assert torch.allclose(normalisation.running_mean, torch.stack(means).mean(0), atol=1e-5)
    before = normalisation.running_mean.clone()
    dataclasses.replace(recipe, settling=0).settle(network, sets)
    assert torch.equal(normalisation.running_mean, before)


def test_augmentation_varies_each_picture_and_keeps_range_and_shape() -> None:
    digits = torch.zeros(8, 1, 28, 28)
    digits[:, :, 4:24, 12:16] = 1
    varied = augment(digits, 1.0, torch.Generator().manual_seed(0))
    assert varied.shape == digits.shape
    assert varied.min() >= 0
    assert varied.max() <= 1
    assert all(not torch.allclose(varied[i], varied[0], atol=0.05) for i in range(1, 8))
    assert 0.4 < varied.sum() / digits.sum() < 2
    assert torch.equal(augment(digits, 0.0, torch.Generator()), digits)
