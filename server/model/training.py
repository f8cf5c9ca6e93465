"""What Lightning trains: a recipe's network on a recipe's data, and what a run leaves behind."""

import dataclasses
import json
import logging
import math
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from model import data
from model.calibrate import ACCEPTED, calibrate
from model.download import make_torchvision_importable
from model.errors import DataError, ModelError
from model.figures import confusion_matrix, contact_sheet, filters, learning_curve
from model.network import NetworkOutput
from model.pipeline import Pipeline
from model.prepare import NO_DIGIT, Prepared, normalized, normalized_images, training_data
from model.recipes import DigitsRecipe, LabelledSets, Recipe
from model.recipes.base import seed_of
from model.weights import load_pipeline, save_pipeline

# Lightning imports torchvision wherever there is one.
make_torchvision_importable()
import lightning as L  # noqa: E402
from lightning.fabric.utilities.exceptions import MisconfigurationException  # noqa: E402
from lightning.pytorch.callbacks import (  # noqa: E402
    Callback,
    EarlyStopping,
    ModelCheckpoint,
    TQDMProgressBar,
    WeightAveraging,
)
from lightning.pytorch.tuner.tuning import Tuner  # noqa: E402

__all__ = ["Callback", "Training", "labelled_sets", "train"]

VERSION = "1.3.1"

DRAWN_EVERY = 10
"""Seconds after which the learning curve is drawn anew, which may take longer than an epoch."""

FEWEST = 24
"""Pictures of one's own that can be trained on."""

HELD_OUT = 12
"""One in so many of them is held out."""

LONG = 1000
"""Steps after which an average forgets as slowly as it ever will."""

Batch = tuple[Tensor, Tensor]


def labelled_sets(
    recipe: Recipe,
    limit: int | None = None,
    own: data.Images | None = None,
    cache: Path = data.CHECKOUT / ".cache",
) -> LabelledSets:
    """What a recipe trains on and is judged by. Raises DataError.

    limit: use only so many pictures of each source, for a quick look
    own: digits to train on in MNIST's place; one in twelve is held out
    cache: where what takes long to prepare is kept
    """
    if isinstance(recipe, DigitsRecipe):
        found = training_data(recipe, cache, limit)
        sets = LabelledSets(
            train={
                "mnist": found.mnist,
                "pen": found.pen,
                "no digits": found.no_digits,
                "letters": found.letters,
            },
            validation={"mnist": found.validation_mnist, "pen": found.validation_pen},
            no_digits={
                "no digits": found.validation_no_digits,
                "letters": found.validation_letters,
            },
        )
    else:
        others = [x for x in data.letters() if x.alphabet == data.VALIDATION_ALPHABET][:limit]
        greys = [letter.picture.astype(np.float32) / np.float32(255) for letter in others]
        sets = LabelledSets(
            train={"mnist": _of_mnist("train", limit)} if own is None else {},
            validation={"mnist": _of_mnist("validation", limit)} if own is None else {},
            no_digits={"letters": Prepared(normalized(greys), np.full(len(greys), NO_DIGIT))},
        )
    if own is not None:
        sets.train["mnist"], sets.validation["mnist"] = _split(own, limit, recipe.seed)
    return sets


def _of_mnist(part: str, limit: int | None) -> Prepared:
    images = data.mnist(part)
    return normalized_images(data.Images(images.pictures[:limit], images.labels[:limit]))


def _split(own: data.Images, limit: int | None, seed: int) -> tuple[Prepared, Prepared]:
    order = torch.randperm(len(own.labels), generator=torch.Generator().manual_seed(seed))[:limit]
    if len(order) < FEWEST:
        raise DataError(f"{len(order)} pictures are too few to learn from: {FEWEST} at least.")
    held_out = len(order) // HELD_OUT
    picks = order.numpy()
    parts = (picks[held_out:], picks[:held_out])
    train, validation = (
        normalized_images(data.Images(own.pictures[pick], own.labels[pick])) for pick in parts
    )
    return train, validation


class _Epoch(IterableDataset[Batch]):
    """The batches of the epoch that a trainer has come to."""

    def __init__(self, training: "Training") -> None:
        self._training = training

    def __iter__(self) -> Iterator[Batch]:
        trainer = self._training.trainer
        yield from self._training.recipe.batches(
            self._training.sets, trainer.current_epoch, trainer.global_rank, trainer.world_size
        )

    def __len__(self) -> int:
        return self._training.recipe.steps(self._training.sets)


class Training(L.LightningModule):
    """A recipe's network while it learns."""

    def __init__(self, recipe: Recipe, sets: LabelledSets) -> None:
        super().__init__()
        torch.manual_seed(recipe.seed)
        self.recipe, self.sets = recipe, sets
        self.network = recipe.new_network()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.held_out = {**sets.validation, **sets.no_digits}
        self.outputs: dict[str, list[NetworkOutput]] = {}

    def train_dataloader(self) -> DataLoader[Batch]:
        # With a generator of its own it draws nothing from the one that dropout draws from.
        return DataLoader(_Epoch(self), batch_size=None, generator=torch.Generator())

    def val_dataloader(self) -> list[DataLoader[tuple[Tensor, ...]]]:
        return [
            DataLoader(_tensors(part), batch_size=500, generator=torch.Generator())
            for part in self.held_out.values()
        ]

    def on_train_epoch_start(self) -> None:
        # For dropout: a resumed run repeats an unbroken one.
        torch.manual_seed(seed_of(self.recipe.seed, self.current_epoch, self.global_rank))
        begins = self.recipe.epochs - self.recipe.fine_tuning_epochs
        if self.recipe.fine_tuning_epochs and self.current_epoch == begins:
            for group in self.trainer.optimizers[0].param_groups:
                group["lr"] /= 10

    def training_step(self, batch: Batch) -> Tensor:
        digits, labels = batch
        output = self.network(digits.contiguous(memory_format=torch.channels_last))
        loss = self.recipe.loss(output, labels)
        self.log("loss", loss, prog_bar=True, on_step=False, on_epoch=True, batch_size=len(labels))
        return loss

    def validation_step(self, batch: Batch, index: int, dataloader_idx: int = 0) -> None:
        digits, _ = batch
        with torch.autocast(self.device.type, enabled=False):
            output = self.network(digits.float())
        name = list(self.held_out)[dataloader_idx]
        # The evidence is not judged, and large.
        small = NetworkOutput(output.logits.cpu(), output.digit_logit.cpu(), torch.empty(0))
        self.outputs.setdefault(name, []).append(small)

    def judged(self) -> dict[str, NetworkOutput]:
        """What was said of every held-out set since it was last asked for."""
        outputs = {
            name: NetworkOutput(*(torch.cat(values) for values in zip(*parts, strict=True)))
            for name, parts in self.outputs.items()
        }
        self.outputs = {}
        return outputs

    def configure_optimizers(self) -> Any:
        optimizer = self.recipe.new_optimizer(self.network)
        if self.recipe.schedule == "plateau":
            plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
                optimizer, factor=0.1, patience=self.recipe.patience
            )
            return {
                "optimizer": optimizer,
                "lr_scheduler": {"scheduler": plateau, "monitor": "validation_loss"},
            }
        if self.recipe.schedule == "constant":
            return optimizer
        steps = self.recipe.epochs * self.recipe.steps(self.sets)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, partial(_rate, self.recipe, steps))
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }


def _rate(recipe: Recipe, steps: int, step: int) -> float:
    return recipe.rate(step, steps)


def _tensors(part: Prepared) -> TensorDataset:
    pictures = torch.from_numpy(part.pictures)[:, None].float() / 255
    return TensorDataset(pictures, torch.from_numpy(part.labels))


def scores(sets: LabelledSets, judged: dict[str, NetworkOutput]) -> dict[str, float]:
    """Accuracies on held-out digits, and how well what is no digit is told from them."""
    found: dict[str, float] = {}
    losses = []
    for name, part in sets.validation.items():
        labels = torch.from_numpy(part.labels)
        right = (judged[name].logits.argmax(1) == labels).float()
        found[name] = right.mean().item()
        losses.append(nn.functional.cross_entropy(judged[name].logits, labels).item())
        if name == "pen":
            found["worst_condition"] = right.view(10, -1).mean(1).min().item()
    accuracies = [found[name] for name in sets.validation]
    found["score"] = sum(accuracies) / len(accuracies)
    found["validation_loss"] = sum(losses) / len(losses)
    certainty = torch.cat([judged[name].digit_logit for name in sets.validation])
    threshold = certainty.quantile(1 - ACCEPTED)
    for name in sets.no_digits:
        taken = (judged[name].digit_logit >= threshold).float().mean().item()
        found[f"{name.replace(' ', '_')}_taken_for_digits"] = taken
    return found


class Keeper(Callback):
    """Keeps the best weights, calibrated, with their card, and the log, after every epoch."""

    def __init__(self, folder: Path, facts: dict[str, Any]) -> None:
        """facts: what the model card says of the run beside what is known here"""
        self.folder, self.facts = folder, facts
        self.best = -1.0
        self.entries: list[dict[str, Any]] = []
        self._began = 0.0
        self._drawn = 0.0

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "log": self.entries, "facts": self.facts}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.best, self.entries, self.facts = state["best"], state["log"], state["facts"]

    def on_train_epoch_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        self._began = time.monotonic()

    # Before the average's own callback puts the weights that learn back in their place.
    def on_validation_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        assert isinstance(module, Training)
        judged = module.judged()
        found = scores(module.sets, judged)
        module.log_dict({name: found[name] for name in found})
        if not trainer.is_global_zero:
            return
        epoch = trainer.current_epoch + 1
        if found["score"] > self.best:
            self.best = found["score"]
            self._keep(module, judged, found, epoch)
        self.entries.append(
            {
                "epoch": epoch,
                **{name: round(value, 5) for name, value in found.items()},
                "learning_rate": trainer.optimizers[0].param_groups[0]["lr"],
                "seconds": round(time.monotonic() - self._began, 1),
            }
        )

    # The mean loss is known once the epoch has ended altogether.
    def on_train_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        if not trainer.is_global_zero:
            return
        loss = float(trainer.callback_metrics["loss"])
        if not math.isfinite(loss):
            raise ModelError("The loss is no number any more: choose a smaller --learning-rate.")
        self.entries[-1]["loss"] = round(loss, 5)
        lines = "".join(json.dumps(entry) + "\n" for entry in self.entries)
        (self.folder / "log.jsonl").write_text(lines, encoding="utf-8")
        if time.monotonic() > self._drawn + DRAWN_EVERY:
            learning_curve(self.entries, self.folder / "learning-curve.png")
            self._drawn = time.monotonic()

    def _keep(
        self,
        module: Training,
        judged: dict[str, NetworkOutput],
        found: dict[str, float],
        epoch: int,
    ) -> None:
        recipe, sets = module.recipe, module.sets
        network = recipe.new_network()
        network.load_state_dict(module.network.state_dict())
        pipeline = Pipeline(network).eval()
        digits = [
            (judged[name], torch.from_numpy(part.labels)) for name, part in sets.validation.items()
        ]
        calibrate(pipeline.calibration, digits, [judged[name] for name in sets.no_digits])
        card = {
            "name": recipe.name,
            "version": VERSION,
            "network": recipe.network,
            "parameters": sum(p.numel() for p in network.parameters()),
            "recipe": dataclasses.asdict(recipe),
            "epoch": epoch,
            "validation": {name: round(value, 5) for name, value in found.items()},
            **self.facts,
        }
        save_pipeline(pipeline, card, self.folder)


class Averaging(WeightAveraging):
    """An exponential moving average that is quick at first, so that it forgets where it began."""

    def __init__(self, decay: float, begin: int) -> None:
        """begin: how many steps it has been averaged for already"""
        super().__init__(avg_fn=partial(_moving_average, decay, begin))


def _moving_average(
    decay: float, begin: int, average: Tensor, value: Tensor, updates: Tensor | int
) -> Tensor:
    done = begin + float(updates)
    decay = min(decay, (1 + done) / (10 + done))
    return average + ((value - average) * (1 - decay)).to(average.dtype)


def train(
    recipe: Recipe,
    sets: LabelledSets,
    folder: Path,
    facts: dict[str, Any],
    *,
    network: nn.Module | None = None,
    resume: bool = False,
    patience: int | None = None,
    devices: int = 1,
    nodes: int = 1,
    loggers: Any = False,
    quiet: bool = False,
    callbacks: tuple[Callback, ...] = (),
) -> float:
    """Train to the recipe's end; returns the best score.

    The folder then holds the best weights with their card, the best and the last checkpoint, the
    log, the recipe and pictures.
    facts: what the model card says of the run, e.g. the data's checksums
    network: one to begin with, instead of random weights
    patience: stop after so many epochs without progress
    """
    folder.mkdir(parents=True, exist_ok=True)
    _hush()
    if recipe.find_learning_rate and not resume:
        recipe = dataclasses.replace(
            recipe,
            learning_rate=found_learning_rate(recipe, sets, folder),
            find_learning_rate=False,
        )
    training = Training(recipe, sets)
    if network is not None:
        training.network.load_state_dict(network.state_dict())
    keeper = Keeper(folder, facts)
    used: list[Callback] = [keeper]
    if recipe.average_decay:
        used.append(Averaging(recipe.average_decay, LONG if network is not None else 0))
    used += [
        ModelCheckpoint(folder, "best", "score", mode="max", enable_version_counter=False),
        ModelCheckpoint(folder, "last", enable_version_counter=False),
    ]
    if patience:
        used.append(EarlyStopping("score", mode="max", patience=patience))
    if not quiet:
        used.append(TQDMProgressBar(refresh_rate=10))
    try:
        trainer = L.Trainer(
            accelerator="auto",
            devices=devices,
            num_nodes=nodes,
            strategy="ddp" if devices * nodes > 1 else "auto",
            precision="bf16-mixed" if recipe.bfloat16 and has_bfloat16() else "32-true",
            max_epochs=recipe.epochs,
            gradient_clip_val=recipe.gradient_norm,
            logger=loggers,
            callbacks=[*used, *callbacks],
            default_root_dir=folder,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,
            enable_model_summary=False,
            enable_progress_bar=not quiet,
            log_every_n_steps=50,
        )
    except (MisconfigurationException, ValueError) as error:
        raise ModelError(f"It cannot be trained so here: {error}") from error
    if trainer.is_global_zero:
        text = json.dumps(dataclasses.asdict(recipe), indent=2, ensure_ascii=False) + "\n"
        (folder / "recipe.json").write_text(text, encoding="utf-8")
    trainer.fit(training, ckpt_path=folder / "last.ckpt" if resume else None, weights_only=True)
    if trainer.is_global_zero:
        learning_curve(keeper.entries, folder / "learning-curve.png")
        pictures(recipe, sets, folder)
    return keeper.best


def found_learning_rate(recipe: Recipe, sets: LabelledSets, folder: Path) -> float:
    """Where the loss falls fastest while the learning rate rises (Smith 2017), with its plot.

    Returns the recipe's own where that cannot be told.
    """
    trainer = L.Trainer(
        accelerator="auto",
        devices=1,
        max_epochs=-1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
        num_sanity_val_steps=0,
        limit_val_batches=0,
    )
    constant = dataclasses.replace(recipe, schedule="constant", fine_tuning_epochs=0)
    finder = Tuner(trainer).lr_find(
        Training(constant, sets), min_lr=1e-5, max_lr=1, num_training=100, update_attr=False
    )
    rate = None if finder is None else finder.suggestion()
    if finder is None or rate is None:
        return recipe.learning_rate
    figure = finder.plot(suggest=True)
    if figure is not None:
        figure.savefig(folder / "learning-rate.png", dpi=110)
    return float(rate)


def pictures(recipe: Recipe, sets: LabelledSets, folder: Path) -> None:
    """Draw what the best weights confuse and misread, and their first layer."""
    network = load_pipeline(recipe.name, folder).network
    part = sets.validation["mnist"]
    with torch.inference_mode():
        inputs = torch.from_numpy(part.pictures)[:, None].float() / 255
        digits = torch.cat(
            [network(some).logits.argmax(1) for some in torch.split(inputs, 500)]
        ).numpy()
    confusion_matrix(
        part.labels, digits, f"{recipe.name}, held-out digits", folder / "confusion-matrix.png"
    )
    wrong = (digits != part.labels).nonzero()[0]
    mistakes = [(part.pictures[i], f"{part.labels[i]} read {digits[i]}") for i in wrong]
    if mistakes:
        contact_sheet(mistakes, folder / "mistakes.png")
    first = next(
        layer.weight for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)
    )
    filters(first.detach().numpy(), folder / "first-layer.png")


def has_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16; without the instructions it is slower."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def _hush() -> None:
    """Lightning tells of much that is as it should be."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    for about in (
        ".*does not have many workers.*",
        ".*IterableDataset.*has `__len__`.*",
        ".*treespec.*",
        ".*Checkpoint directory.*",
        ".*logger connector.*",
    ):
        warnings.filterwarnings("ignore", about)
