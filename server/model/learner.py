"""A recipe's network while it learns, as Lightning wants it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from model.errors import ModelError
from model.loop import L, WeightAveraging
from model.network import NetworkOutput
from model.prepare import Prepared
from model.recipes import LabelledSets, Recipe
from model.recipes.base import seed_of
from model.teachers import Teachers

Batch = tuple[Tensor, Tensor]


class _Epoch(IterableDataset[Batch]):
    """The batches of the epoch that a trainer has come to."""

    def __init__(self, training: "Learner") -> None:
        self._training = training

    def __iter__(self) -> Iterator[Batch]:
        trainer = self._training.trainer
        yield from self._training.recipe.batches(
            self._training.sets, trainer.current_epoch, trainer.global_rank, trainer.world_size
        )

    def __len__(self) -> int:
        return self._training.recipe.steps(self._training.sets)


class Learner(L.LightningModule):
    """A recipe's network while it learns."""

    def __init__(
        self,
        recipe: Recipe,
        sets: LabelledSets,
        teachers: Teachers | None = None,
        told: Any = None,
    ) -> None:
        """told: what has to be the same in all processes, beside the recipe"""
        super().__init__()
        torch.manual_seed(recipe.seed)
        self.recipe, self.sets, self.teachers, self.told = recipe, sets, teachers, told
        self.network = recipe.new_network()
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.outputs: dict[str, list[NetworkOutput]] = {}

    def setup(self, stage: str) -> None:
        # Processes that took steps of different lengths would train different networks.
        self.recipe = self.trainer.strategy.broadcast(self.recipe)
        same = self.trainer.strategy.broadcast(self.told) == self.told
        # All of them end, or those that were told the same would wait for the others.
        if not self.trainer.strategy.reduce_boolean_decision(same):
            raise ModelError(
                "Recipe, data, limit, patience, start and teachers have to be the same for all "
                "processes."
            )
        self.trainer.fit_loop.max_epochs = self.recipe.epochs

    def train_dataloader(self) -> DataLoader[Batch]:
        # With a generator of its own it draws nothing from the one that dropout draws from.
        return DataLoader(_Epoch(self), batch_size=None, generator=torch.Generator())

    def val_dataloader(self) -> list[DataLoader[tuple[Tensor, ...]]]:
        return [
            DataLoader(_tensors(part), batch_size=500, generator=torch.Generator())
            for part in self.sets.held_out.values()
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
        digits = digits.contiguous(memory_format=torch.channels_last)
        lesson = self.teachers(digits) if self.teachers else None
        loss = self.recipe.loss(self.network(digits), labels, lesson)
        self.log(
            "loss",
            loss,
            prog_bar=True,
            on_step=False,
            on_epoch=True,
            batch_size=len(labels),
            sync_dist=True,
        )
        return loss

    # The average's own callback has put it in the place of the weights that learn.
    def on_validation_epoch_start(self) -> None:
        self.recipe.settle(self.network, self.sets)

    def validation_step(self, batch: Batch, index: int, dataloader_idx: int = 0) -> None:
        digits, _ = batch
        with torch.autocast(self.device.type, enabled=False):
            output = self.network(digits.float())
        name = list(self.sets.held_out)[dataloader_idx]
        # The evidence is not judged, and large.
        small = NetworkOutput(output.logits.cpu(), output.digit_logit.cpu(), torch.empty(0))
        self.outputs.setdefault(name, []).append(small)

    def take_outputs(self) -> dict[str, NetworkOutput]:
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
            # By an epoch's steps: what goes by epochs is asked only after the checkpoint is kept,
            # so that a resumed run would lack it.
            by_epoch = {"interval": "step", "frequency": self.recipe.steps(self.sets)}
            return {
                "optimizer": optimizer,
                "lr_scheduler": {"scheduler": plateau, "monitor": "validation_loss", **by_epoch},
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


class Averaging(WeightAveraging):
    """An exponential moving average that is quick at first, so that it forgets where it began."""

    def __init__(self, decay: float, begin: int) -> None:
        """begin: how many steps it has been averaged for already"""
        super().__init__(multi_avg_fn=partial(_moving_average, decay, begin))


def _moving_average(
    decay: float,
    begin: int,
    averages: Sequence[Tensor],
    values: Sequence[Tensor],
    updates: Tensor | int,
) -> None:
    done = begin + float(updates)
    decay = min(decay, (1 + done) / (10 + done))
    for average, value in zip(averages, values, strict=True):
        average += ((value - average) * (1 - decay)).to(average.dtype)
