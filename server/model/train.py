"""Train the network: `npm run train`, or `python -m model.train` in `server/`."""

import argparse
import dataclasses
import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from model.augment import augment
from model.calibrate import ACCEPTED, calibrate
from model.corrections import checksum, read_corrections, with_corrections
from model.data import CHECKOUT, checksums
from model.download import ensure_data
from model.errors import DataError, ModelError
from model.figures import learning_curve
from model.network import NetworkOutput
from model.pipeline import Pipeline
from model.prepare import Prepared, TrainingData, training_data
from model.recipe import RECIPES, Recipe
from model.run import Run
from model.weights import load_pipeline, read_card, save_pipeline, version

VERSION = "1.3.1"


def learning_rate(step: int, steps: int, recipe: Recipe) -> float:
    """One cycle: a linear rise, then a cosine down to a thousandth of the peak."""
    rise = max(1, round(steps * recipe.warm_up))
    if step < rise:
        return recipe.learning_rate * (0.05 + 0.95 * step / rise)
    done = (step - rise) / max(1, steps - rise)
    return recipe.learning_rate * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * done)))


def batches(data: TrainingData, recipe: Recipe, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """An epoch's batches, the same ones for the same seed: (B, 1, 28, 28) in 0..1 and (B,)."""
    generator = torch.Generator().manual_seed(recipe.seed * 100_003 + epoch)
    sizes = (
        recipe.batch_mnist,
        recipe.batch_pen,
        recipe.batch_no_digits,
        recipe.batch_letters,
    )
    sources = [
        (torch.from_numpy(part.pictures), torch.from_numpy(part.labels))
        for part in (data.mnist, data.pen, data.no_digits, data.letters)
    ]
    for _ in range(recipe.steps_per_epoch):
        picks = [
            torch.randint(len(labels), (size,), generator=generator)
            for (_, labels), size in zip(sources, sizes, strict=True)
        ]
        pictures = torch.cat([x[pick] for (x, _), pick in zip(sources, picks, strict=True)])
        labels = torch.cat([y[pick] for (_, y), pick in zip(sources, picks, strict=True)])
        digits = pictures[:, None].float() / 255
        yield augment(digits, recipe.augmentation, generator), labels


def loss_of(output: NetworkOutput, labels: Tensor, recipe: Recipe) -> Tensor:
    """Cross entropy of the ten digits on digits, and of digit/no digit on everything.

    What is no digit also draws the ten digits' probabilities together, so that the network is not
    sure of what it has never seen (outlier exposure, Hendrycks et al. 2019).
    """
    is_digit = labels >= 0
    logits = output.logits.float()
    ten = F.cross_entropy(logits[is_digit], labels[is_digit])
    two = F.binary_cross_entropy_with_logits(output.digit_logit.float(), is_digit.float())
    doubt = -F.log_softmax(logits[~is_digit], dim=1).mean()
    return ten + recipe.no_digit_weight * two + recipe.doubt_weight * doubt


def has_bfloat16() -> bool:
    """Whether this CPU multiplies in bfloat16; without the instructions it would be slower."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def train_epoch(run: Run, data: TrainingData, progress: "tqdm[Any]") -> float:
    """One epoch; returns the mean loss."""
    run.network.train()
    recipe, total = run.recipe, 0.0
    # For dropout; each epoch has its own, so that a resumed run repeats an unbroken one.
    torch.manual_seed(recipe.seed * 100_003 + run.epoch)
    steps = recipe.epochs * recipe.steps_per_epoch
    quick = recipe.bfloat16 and has_bfloat16()
    for i, (digits, labels) in enumerate(batches(data, recipe, run.epoch)):
        rate = learning_rate(run.epoch * recipe.steps_per_epoch + i, steps, recipe)
        for group in run.optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16, enabled=quick):
            output = run.network(digits.contiguous(memory_format=torch.channels_last))
        loss = loss_of(output, labels, recipe)
        run.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(run.network.parameters(), recipe.gradient_norm)
        run.optimizer.step()
        run.average.update_parameters(run.network)
        total += loss.item()
        progress.update()
    return total / recipe.steps_per_epoch


def predict(network: nn.Module, data: Prepared) -> NetworkOutput:
    """The network's output on prepared pictures, in evaluation mode."""
    network.eval()
    pictures = torch.from_numpy(data.pictures)[:, None].float() / 255
    with torch.inference_mode():
        parts = [network(part) for part in torch.split(pictures, 500)]
    return NetworkOutput(*(torch.cat(values) for values in zip(*parts, strict=True)))


def validate(network: nn.Module, data: TrainingData) -> dict[str, float]:
    """Accuracies on held-out images and writers, and how well no digits are told from digits."""
    right, certainty = {}, []
    for name, part in (("mnist", data.validation_mnist), ("pen", data.validation_pen)):
        output = predict(network, part)
        right[name] = (output.logits.argmax(1) == torch.from_numpy(part.labels)).float()
        certainty.append(output.digit_logit)
    threshold = torch.cat(certainty).quantile(1 - ACCEPTED)
    conditions = right["pen"].view(10, -1).mean(1)

    def taken(part: Prepared) -> float:
        return (predict(network, part).digit_logit >= threshold).float().mean().item()

    return {
        "mnist": right["mnist"].mean().item(),
        "pen": right["pen"].mean().item(),
        "worst_condition": conditions.min().item(),
        "letters_taken_for_digits": taken(data.validation_letters),
        "no_digits_taken_for_digits": taken(data.validation_no_digits),
    }


def keep_best(run: Run, data: TrainingData, scores: dict[str, float], folder: Path) -> None:
    """Save calibrated weights and their card if these scores are the best so far."""
    score = (scores["mnist"] + scores["pen"]) / 2
    if score <= run.best:
        return
    run.best = score
    network = run.recipe.network()
    network.load_state_dict(run.average.module.state_dict())
    pipeline = Pipeline(network).eval()
    digits = [
        (predict(network, part), torch.from_numpy(part.labels))
        for part in (data.validation_mnist, data.validation_pen)
    ]
    others = [
        predict(network, part) for part in (data.validation_no_digits, data.validation_letters)
    ]
    calibrate(pipeline.calibration, digits, others)
    card = {
        "name": run.recipe.name,
        "version": VERSION,
        "network": {"widths": run.recipe.widths, "depths": run.recipe.depths},
        "parameters": sum(p.numel() for p in network.parameters()),
        "recipe": dataclasses.asdict(run.recipe),
        "data": run.data,
        "epoch": run.epoch,
        "validation": {name: round(value, 5) for name, value in scores.items()},
    }
    if run.origin:
        card["start"] = run.origin
    save_pipeline(pipeline, card, folder)


def train(run: Run, data: TrainingData, folder: Path) -> None:
    """Train to the end of the recipe; the folder holds the best weights, a checkpoint, the log."""
    folder.mkdir(parents=True, exist_ok=True)
    recipe = run.recipe
    progress = tqdm(
        total=recipe.epochs * recipe.steps_per_epoch,
        initial=run.epoch * recipe.steps_per_epoch,
        unit="step",
        mininterval=1,
    )
    while run.epoch < recipe.epochs:
        start = time.monotonic()
        loss = train_epoch(run, data, progress)
        run.epoch += 1
        scores = validate(run.average.module, data)
        keep_best(run, data, scores, folder)
        seconds = round(time.monotonic() - start, 1)
        run.log.append({"epoch": run.epoch, "loss": loss, **scores, "seconds": seconds})
        run.save(folder / "checkpoint.pt")
        lines = "".join(json.dumps(entry) + "\n" for entry in run.log)
        (folder / "log.jsonl").write_text(lines, encoding="utf-8")
        learning_curve(run.log, folder / "learning-curve.png")
        progress.set_postfix(
            loss=f"{loss:.3f}", mnist=f"{scores['mnist']:.2%}", pen=f"{scores['pen']:.2%}"
        )
    progress.close()


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="train", description=__doc__)
    parser.add_argument(
        "--recipe", choices=RECIPES, default="digits", help="what to train (default: digits)"
    )
    parser.add_argument(
        "--out", type=Path, help="folder of the run (default: runs/ and the recipe's name)"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on from the run's checkpoint, with the settings that it began with",
    )
    parser.add_argument("--epochs", type=int, help="epochs, instead of the recipe's")
    parser.add_argument("--steps", type=int, help="steps in each epoch, instead of the recipe's")
    parser.add_argument("--limit", type=int, help="use only so many items of each data source")
    parser.add_argument(
        "--start", type=Path, help="folder of a run to go on from: its weights, and a new recipe"
    )
    parser.add_argument("--learning-rate", type=float, help="its peak, instead of the recipe's")
    parser.add_argument(
        "--corrections", type=Path, help="archive of corrections, fetched from a server, to use too"
    )
    parser.add_argument("--seed", type=int, help="of everything random (default: 0)")
    parser.add_argument("--threads", type=int, help="threads of torch (default: all cores)")
    options = parser.parse_args(arguments)
    options.out = options.out or CHECKOUT / "runs" / options.recipe
    settings = ("epochs", "steps", "limit", "seed", "start", "learning_rate")
    if options.resume and any(getattr(options, name) is not None for name in settings):
        parser.error("--resume goes on with the settings that the run began with")
    return options


def chosen_recipe(options: argparse.Namespace) -> Recipe:
    """The recipe with what the command line changes in it."""
    changes = {
        "epochs": options.epochs,
        "steps_per_epoch": options.steps,
        "seed": options.seed,
        "learning_rate": options.learning_rate,
    }
    return dataclasses.replace(
        RECIPES[options.recipe],
        **{name: value for name, value in changes.items() if value is not None},
    )


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    # Denormal numbers appear late in training and slow a CPU down many times.
    torch.set_flush_denormal(True)
    if options.threads:
        torch.set_num_threads(options.threads)
    checkpoint = options.out / "checkpoint.pt"
    if options.resume and not checkpoint.is_file():
        print(f"There is nothing to resume: {checkpoint} does not exist.", file=sys.stderr)
        return 2
    if checkpoint.is_file() and not options.resume:
        print(
            f"{options.out} holds a run already: go on with it (--resume), "
            "or name another folder (--out).",
            file=sys.stderr,
        )
        return 2
    try:
        ensure_data()
        run = (
            Run.resume(checkpoint)
            if options.resume
            else Run.start(chosen_recipe(options), options.limit)
        )
        if options.start:
            card = read_card(run.recipe.name, options.start)
            network = load_pipeline(run.recipe.name, options.start).network
            run.go_on_from(network, f"{version(card)}, epoch {card['epoch']}")
        files = checksums()
        if options.corrections:
            files["corrections"] = checksum(options.corrections)
        if not options.resume:
            run.data = files
        elif run.data != files:
            raise DataError("The data files are not those that this run began with.")
        data = training_data(run.recipe, CHECKOUT / ".cache", run.limit)
        if options.corrections:
            corrections = read_corrections(options.corrections)
            data = with_corrections(data, corrections, run.recipe.drawings)
    except (DataError, ModelError) as error:
        print(error, file=sys.stderr)
        return 2
    train(run, data, options.out)
    print(f"Done. Weights, log and learning curve are in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
