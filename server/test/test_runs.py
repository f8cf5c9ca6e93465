"""More than one run: one that goes on from another, is taught by others, or is the mean of some."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from services import skip_without_data
from short_runs import LIMIT, RECIPE, log_of

from model import train
from model.average import average, judge, recipe_of
from model.average import main as average_main
from model.card import OF_OTHERS, markdown
from model.errors import ModelError
from model.export import adopt
from model.files import FOLDER, read_card
from model.keeper import VERSION, calibrated, scores
from model.labelled import labelled_sets
from model.learner import Learner
from model.network import DigitNet, NetworkOutput
from model.prepare import NO_DIGIT, Prepared
from model.recipes import RECIPES, LabelledSets
from model.teachers import TEMPERATURE, Lesson, Teachers, load_teacher
from model.training import train as run
from model.weights import load_pipeline


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> LabelledSets:
    skip_without_data()
    return labelled_sets(RECIPE, LIMIT, cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def folder(sets: LabelledSets, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a run."""
    folder = tmp_path_factory.mktemp("run")
    run(RECIPE, sets, folder, {"data": {}}, quiet=True)
    return folder


def test_a_run_goes_on_from_another_ones_weights(sets: LabelledSets, tmp_path: Path) -> None:
    network = Learner(dataclasses.replace(RECIPE, seed=7), sets).network
    # At a learning rate of nothing what comes out is what went in, but for the means and variances
    # of batch normalisation.
    recipe = dataclasses.replace(RECIPE, learning_rate=0.0, epochs=1)
    run(recipe, sets, tmp_path, {"data": {}, "start": "quick 1.0.0"}, quiet=True, network=network)
    ended = load_pipeline("quick", tmp_path).network.state_dict()
    for name, value in network.named_parameters():
        assert torch.equal(ended[name], value), name
    assert read_card("quick", tmp_path)["start"] == "quick 1.0.0"


@pytest.mark.parametrize(
    ("network", "error"),
    [
        ({**RECIPE.network, "middle": True, "ranks": (0, 4, 4)}, None),
        ({"widths": (8, 8, 8)}, "another size"),
    ],
)
def test_a_run_goes_on_from_weights_of_the_same_sizes_at_any_rank(
    folder: Path,
    sets: LabelledSets,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    network: dict[str, Any],
    error: str | None,
) -> None:
    recipe = dataclasses.replace(RECIPE, network=network, epochs=1)
    monkeypatch.setitem(RECIPES, "quick", recipe)
    monkeypatch.setattr(train, "labelled_sets", lambda *_: sets)
    code = train.main(["--recipe", "quick", "--start", str(folder), "--out", str(tmp_path)])
    if error is None:
        assert code == 0
        card = read_card("quick", tmp_path)
        assert card["network"]["middle"] is True
        assert card["network"]["ranks"] == [0, 4, 4]
        assert card["start"].startswith("quick ")
    else:
        assert code == 2
        assert error in capsys.readouterr().err


def test_teachers_are_heard_on_what_they_read_right_alone() -> None:
    recipe = dataclasses.replace(RECIPE, teaching=0.7)
    ten = torch.zeros(2, 10)
    ten[0, 4], ten[0, 9] = 0.6, 0.4
    ten[1, 1], ten[1, 7] = 0.9, 0.1
    logits = torch.zeros(2, 10, requires_grad=True)
    loss = recipe.loss_of_digits(logits, torch.tensor([4, 7]), Lesson(ten, torch.ones(2)))
    loss.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    four, seven = 2 * logits.grad
    # At even odds the gradient is what is missing: of softened ones, times the temperature.
    of_teachers = TEMPERATURE * (0.1 - ten[0])
    of_label = 0.1 - F.one_hot(torch.tensor(4), 10)
    assert four.tolist() == pytest.approx((0.7 * of_teachers + 0.3 * of_label).tolist())
    assert seven.tolist() == pytest.approx([0.1] * 7 + [-0.9] + [0.1] * 2)


def test_what_teachers_say_is_softened_so_that_other_digits_count() -> None:
    teacher = _sure_of_sevens(second=4.0)
    with torch.no_grad():
        said = teacher.eval()(digit := torch.rand(1, 1, 28, 28)).logits[0]
    for own in (1.0, 0.5):
        (ten,) = Teachers([teacher], [own])(digit).probabilities
        odds = math.exp(float(said[7] - said[2]) / (own * TEMPERATURE))
        assert float(ten[7] / ten[2]) == pytest.approx(odds, rel=1e-4)


def test_a_teacher_brings_the_temperature_that_was_fitted() -> None:
    fitted = load_pipeline("digits").calibration.temperature.item()
    assert load_teacher(FOLDER).temperature == fitted != 1.0


def test_that_a_digit_is_one_is_learned_from_its_label_alone() -> None:
    digit_logit = torch.zeros(2, requires_grad=True)
    output = NetworkOutput(torch.zeros(2, 10), digit_logit, torch.empty(0))
    lesson = Lesson(torch.full((2, 10), 0.1), torch.tensor([0.9, 0.2]))
    RECIPE.loss(output, torch.tensor([4, 4]), lesson).backward()  # type: ignore[no-untyped-call]
    assert digit_logit.grad is not None
    # At even odds, in the mean of two.
    assert digit_logit.grad.tolist() == pytest.approx([-0.25, -0.25])


def test_a_run_learns_from_its_teachers(sets: LabelledSets, tmp_path: Path) -> None:
    """What they say of sevens here is that they might as well be twos."""
    teacher = _sure_of_sevens(second=0.1)
    recipe = dataclasses.replace(RECIPE, epochs=1, steps_per_epoch=80, teaching=1.0)
    sevens = LabelledSets({n: _sevens(x) for n, x in sets.train.items()}, *sets[1:])
    run(recipe, sevens, tmp_path, {"data": {}}, teachers=Teachers([teacher], [1.0]), quiet=True)
    said = judge(load_pipeline("quick", tmp_path).network, sets)
    probabilities = said["mnist"].logits.softmax(1).mean(0)
    assert probabilities[2] > 0.2
    assert probabilities[7] > 0.2


def _sure_of_sevens(second: float) -> DigitNet:
    """It says seven, whatever it sees, and then two. second: logit of seven less that of two"""
    network = RECIPE.new_network()
    assert isinstance(network, DigitNet)
    with torch.no_grad():
        for value in (*network.evidence.parameters(), *network.is_digit.parameters()):
            value.zero_()
        assert network.evidence.bias is not None
        network.evidence.bias[7], network.evidence.bias[2] = 20.0, 20.0 - second
    return network


def _sevens(part: Prepared) -> Prepared:
    return Prepared(part.pictures, np.where(part.labels >= 0, 7, part.labels))


def test_what_teachers_take_for_a_digit_is_not_learned_as_none() -> None:
    labels = torch.tensor([4, NO_DIGIT, NO_DIGIT])
    lesson = Lesson(torch.full((3, 10), 0.1), torch.tensor([0.9, 0.8, 0.2]))
    logits = torch.randn(3, 10, generator=torch.Generator().manual_seed(0)).requires_grad_()
    digit_logit = torch.zeros(3, requires_grad=True)
    output = NetworkOutput(logits, digit_logit, torch.empty(0))
    RECIPE.loss(output, labels, lesson).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert digit_logit.grad is not None
    assert logits.grad.any(1).tolist() == [True, False, True]
    # At even odds the gradient is what they are wrong by: 0.5 less the label of the digit, and 0.7
    # of the teachers' probability of what is none, in the mean of two.
    wrong_by = torch.tensor([0.5 - 1, 0.0, 0.5 - 0.7 * 0.2])
    assert digit_logit.grad == pytest.approx(wrong_by / 2)
    sure = Lesson(lesson.probabilities, torch.full((3,), 0.9))
    assert RECIPE.loss(output, labels, sure).isfinite()


def test_what_the_network_is_sure_is_a_digit_is_not_learned_as_none() -> None:
    labels = torch.tensor([4, NO_DIGIT, NO_DIGIT])
    logits = torch.randn(3, 10, generator=torch.Generator().manual_seed(0)).requires_grad_()
    sure = RECIPE.too_sure + 0.1
    digit_logit = torch.tensor([sure, sure, RECIPE.too_sure - 0.1], requires_grad=True)
    RECIPE.loss(NetworkOutput(logits, digit_logit, torch.empty(0)), labels).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert digit_logit.grad is not None
    assert logits.grad.any(1).tolist() == [True, False, True]
    assert digit_logit.grad.tolist() == pytest.approx([-0.0082, 0.0, 0.4901], abs=1e-4)


def test_labels_are_smoothed_as_the_recipe_says() -> None:
    # All ten digits share a tenth of it; at even odds the gradient is what is missing.
    recipe = dataclasses.replace(RECIPE, label_smoothing=0.1)
    logits = torch.zeros(1, 10, requires_grad=True)
    output = NetworkOutput(logits, torch.zeros(1), torch.empty(0))
    recipe.loss(output, torch.tensor([4])).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert logits.grad[0].tolist() == pytest.approx([0.09] * 4 + [-0.81] + [0.09] * 5)


def test_a_run_of_another_recipe_teaches_on_when_a_run_is_resumed(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = ["--recipe", "lenet", "--out", str(tmp_path / "run")]
    begin = [*options, "--limit", "60", "--epochs", "1", "--patience", "7", "--teachers"]
    assert train.main([*begin, str(tmp_path)]) == 2
    assert "is no folder of a run" in capsys.readouterr().err
    assert train.main([*begin, str(folder)]) == 0
    quick = read_card("quick", folder)
    card = read_card("lenet", tmp_path / "run")
    assert card["teachers"] == [f"quick {quick['version']}, epoch {quick['epoch']}"]
    text = markdown(card)
    assert f"taught by {card['teachers'][0]}, with at most 60 pictures of each source" in text

    recipe = tmp_path / "run" / "recipe.json"
    recipe.write_text(recipe.read_text().replace('"epochs": 1', '"epochs": 2'))
    lessons: list[int] = []
    teach = Teachers.__call__

    def counted(self: Teachers, digits: torch.Tensor) -> Lesson:
        lessons.append(len(digits))
        return teach(self, digits)

    monkeypatch.setattr(Teachers, "__call__", counted)
    assert train.main([*options, "--resume"]) == 0
    assert lessons == [60]
    assert len(log_of(tmp_path / "run")) == 2

    assert train.main([*options, "--resume"]) == 2
    assert "has come to its end" in capsys.readouterr().err
    assert train.main([*options, "--resume", "--devices", "2"]) == 2
    assert "The run began with 1 processes" in capsys.readouterr().err
    assert len(log_of(tmp_path / "run")) == 2

    began = tmp_path / "run" / "run.json"
    assert json.loads(began.read_text())["patience"] == 7
    sha256 = quick["sha256"]["quick.safetensors"]
    began.write_text(began.read_text().replace(sha256, "0" * 64))
    assert train.main([*options, "--resume"]) == 2
    assert "other weights than when it began to teach" in capsys.readouterr().err
    began.write_text("{}")
    assert train.main([*options, "--resume"]) == 2
    assert "holds no run that can be gone on with" in capsys.readouterr().err


def test_what_is_shipped_has_no_version_of_a_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = read_card("quick", folder)
    assert run["version"] == f"{VERSION}-dev"
    monkeypatch.setattr("model.export.FOLDER", tmp_path)
    adopt(folder, "quick")
    assert read_card("quick", tmp_path) == {**run, "version": VERSION}
    load_pipeline("quick", tmp_path)


def test_a_classic_does_not_teach_what_is_no_digit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = ["--limit", "60", "--epochs", "1"]
    assert train.main(["--recipe", "lenet", "--out", str(tmp_path / "classic"), *short]) == 0
    pupil = ["--recipe", "quick", "--out", str(tmp_path / "pupil"), *short]
    assert train.main([*pupil, "--teachers", str(tmp_path / "classic")]) == 2
    assert "Classics cannot teach" in capsys.readouterr().err


def test_digits_of_other_hands_count_in_the_score_and_not_for_the_calibration(
    folder: Path, sets: LabelledSets
) -> None:
    judged = judge(load_pipeline("quick", folder).network, sets)
    calibration = calibrated(sets, judged)
    found = scores(sets, judged, calibration)
    names = ["mnist", "pen", "varied_pen", "varied_pen_accepted", "pages", "pages_accepted"]
    assert found["score"] == pytest.approx(np.mean([found[name] for name in names]))
    none_is = {
        name: said._replace(digit_logit=said.digit_logit - 99) for name, said in judged.items()
    }
    refused = scores(sets, judged | {name: none_is[name] for name in sets.varied}, calibration)
    for name in sets.varied:
        assert refused[name] == found[name]
        assert refused[f"{name}_accepted"] == 0 < found[f"{name}_accepted"] <= found[name]
    for name in sets.varied:
        logits = -judged[name].logits
        judged[name] = judged[name]._replace(
            logits=logits, digit_logit=judged[name].digit_logit - 9
        )
    assert calibrated(sets, judged).state_dict() == calibration.state_dict()
    assert scores(sets, judged, calibration)["score"] < found["score"]


def test_only_the_card_of_what_ships_claims_its_weaknesses_as_measured(folder: Path) -> None:
    own = {**read_card("quick", folder), "version": "1.0.0"}
    assert OF_OTHERS in markdown(own)
    assert OF_OTHERS not in markdown(read_card("digits"))


def test_runs_are_averaged(folder: Path, sets: LabelledSets, tmp_path: Path) -> None:
    network = load_pipeline("quick", folder).network
    other = dataclasses.replace(RECIPE, seed=1, epochs=1, learning_rate=1e-3)
    facts = {"data": {}, "start": "quick 1.0.0, epoch 2"}
    run(other, sets, tmp_path / "other", facts, quiet=True, network=network)
    runs = [folder, tmp_path / "other"]
    recipe = dataclasses.replace(recipe_of(folder, "quick"), settling=2)
    *_, found = average(runs, recipe, sets, tmp_path / "mean")
    first, second, mean = (
        load_pipeline("quick", path).network.state_dict() for path in (*runs, tmp_path / "mean")
    )
    settled = load_pipeline("quick", tmp_path / "mean").network
    recipe.settle(settled, sets)
    for name, value in mean.items():
        if "running" in name:
            assert torch.allclose(value, settled.state_dict()[name], atol=1e-5), name
            assert not torch.allclose(value, (first[name] + second[name]) / 2), name
        elif value.is_floating_point():
            assert torch.allclose(value, (first[name] + second[name]) / 2), name
    card = read_card("quick", tmp_path / "mean")
    assert card["validation"]["mnist"] == pytest.approx(found["mnist"], abs=1e-5)
    assert [f"seed {seed}" in of for seed, of in enumerate(card["mean_of"])] == [True, True]
    assert "begun at quick 1.0.0, epoch 2" in markdown(card)
    # What the mean says is what its file says.
    pipeline = load_pipeline("quick", tmp_path / "mean")
    assert scores(sets, judge(pipeline.network, sets), pipeline.calibration) == found


def test_networks_of_different_sizes_have_no_mean(
    folder: Path, sets: LabelledSets, tmp_path: Path
) -> None:
    other = dataclasses.replace(RECIPE, network={"widths": (8, 8, 8), "depths": (1, 1, 1)})
    run(dataclasses.replace(other, epochs=1), sets, tmp_path / "other", {"data": {}}, quiet=True)
    with pytest.raises(ModelError, match="different sizes"):
        average([folder, tmp_path / "other"], RECIPE, sets, tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


def test_what_cannot_be_averaged_is_told_of(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*runs: Path, out: Path = tmp_path / "mean") -> str:
        assert average_main(["--recipe", "quick", *map(str, runs), "--out", str(out)]) == 2
        return capsys.readouterr().err

    assert f"{tmp_path} holds no model 'quick'" in refused(tmp_path, folder)
    assert "holds no model 'quick'" in refused(Path(__file__), folder)
    assert f"{folder} holds weights already" in refused(folder, folder, out=folder)
    # It was trained with no note of its data.
    assert "learned from other data" in refused(folder, folder)
    with pytest.raises(SystemExit):
        average_main([str(folder), "--out", str(tmp_path / "mean")])
    assert "two runs at least" in capsys.readouterr().err
    assert not (tmp_path / "mean").exists()


def test_a_mean_has_no_place_where_a_file_is(
    folder: Path, sets: LabelledSets, tmp_path: Path
) -> None:
    (tmp_path / "mean").write_text("a file")
    with pytest.raises(ModelError, match="cannot be made"):
        average([folder, folder], recipe_of(folder, "quick"), sets, tmp_path / "mean")
