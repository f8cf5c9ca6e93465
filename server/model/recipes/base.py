"""What a recipe is: every hyper-parameter of a training, and what is trained on what."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, Self

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from torch.optim.swa_utils import update_bn

from model.augment import augment
from model.network import NetworkOutput
from model.networks import build
from model.prepare import Prepared
from model.teachers import TEMPERATURE, Lesson


class LabelledSets(NamedTuple):
    """What a training uses, by name where there are several sets."""

    train: dict[str, Prepared]
    validation: dict[str, Prepared]
    """Held-out digits."""
    varied: dict[str, Prepared]
    """Held-out digits as other hands write them and on other paper. They count in the score, not
    for the calibration: what is hard to tell would make everything else pass as a digit."""
    no_digits: dict[str, Prepared]
    """Held-out pictures of other things."""

    @property
    def held_out(self) -> dict[str, Prepared]:
        """All that a network is judged by."""
        return self.validation | self.varied | self.no_digits

    def __deepcopy__(self, memo: Any) -> "LabelledSets":
        """Itself: it is large and never changes, and averaging copies all that a module holds."""
        return self


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Hyper-parameters of a classifier of ten digits; a run and the model card carry them."""

    name: str
    """Of the recipe and of the model that it trains."""
    source: str
    """Where it comes from."""
    network: dict[str, Any]
    """Kind and arguments, see `networks.build`."""
    epochs: int
    batch: int
    """Pictures in a batch."""
    steps_per_epoch: int | None = None
    """None goes through all pictures once."""
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    learning_rate: float
    """Where the schedule begins, or its peak (one cycle)."""
    find_learning_rate: bool = False
    """Look for the learning rate first (Smith 2017)."""
    momentum: float = 0.9
    """Of SGD."""
    weight_decay: float = 0.0
    schedule: Literal["constant", "one cycle", "cosine", "plateau"] = "constant"
    warm_up: float = 0.15
    """Share of the steps in which the learning rate rises, in one cycle."""
    patience: int = 2
    """Epochs without progress after which a plateau divides the learning rate by ten. (What ends a
    run is another one, `--patience`.)"""
    fine_tuning_epochs: int = 0
    """Last epochs, at a tenth of the learning rate and without augmentation, of a constant one or a
    plateau."""
    label_smoothing: float = 0.0
    """Of a run without teachers."""
    gradient_norm: float | None = None
    """Gradients are clipped to it."""
    average_decay: float | None = None
    """Decay per step of the exponential moving average of the weights, which is what is kept."""
    augmentation: float = 0.0
    """Strength of the augmentation."""
    settling: int = 0
    """Batches of pictures as they are on which batch normalisation is estimated before an epoch is
    judged: augmented pictures are blurred a little, and networks notice (Touvron et al. 2019)."""
    bfloat16: bool = False
    """Compute the forward pass in bfloat16 on a processor that has instructions for it, and in
    float16 on a GPU that has none."""
    teaching: float = 0.7
    """Weight of what teachers say, where a run has some, beside the labels' (1 less this)."""
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError."""
        if self.fine_tuning_epochs and self.schedule not in ("constant", "plateau"):
            raise ValueError(f"There is no fine-tuning in the schedule {self.schedule!r}.")

    def new_network(self) -> nn.Module:
        """A network with random weights."""
        return build(self.network)

    def batches(
        self, data: LabelledSets, epoch: int, rank: int = 0, processes: int = 1
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """An epoch's batches, the same ones for the same seed: (B, 1, 28, 28) in 0..1 and (B,).

        rank, processes: which part of each batch this process takes
        """
        (digits,) = data.train.values()
        pictures, labels = torch.from_numpy(digits.pictures), torch.from_numpy(digits.labels)
        generator = Generator().manual_seed(seed_of(self.seed, epoch))
        varying = Generator().manual_seed(seed_of(self.seed, epoch, rank))
        order = torch.randperm(len(labels), generator=generator)
        strength = 0.0 if self.is_fine_tuning(epoch) else self.augmentation
        for step in range(self.steps(data)):
            start = step * self.batch % len(order)
            pick = order[start : start + self.batch]
            if len(pick) < processes:  # so that each of them has a picture
                pick = torch.cat([pick, order])[:processes]
            pick = pick[rank::processes]
            yield augment(pictures[pick, None].float() / 255, strength, varying), labels[pick]

    def settle(self, network: nn.Module, data: LabelledSets) -> None:
        """Estimate a network's batch normalisations on pictures as they are, in place."""
        if self.settling:
            as_they_are = replace(self, augmentation=0.0, steps_per_epoch=self.settling)
            device = next(network.parameters()).device
            update_bn(as_they_are.batches(data, epoch=0), network, device)

    def limited(self, limit: int) -> Self:
        """For a look at no more than so many pictures of each source: an epoch shows about as many
        as there then are."""
        return self

    def steps(self, data: LabelledSets) -> int:
        """How many batches an epoch has."""
        size = sum(len(part.labels) for part in data.train.values())
        return self.steps_per_epoch or math.ceil(size / self.batch)

    def loss(self, output: NetworkOutput, labels: Tensor, lesson: Lesson | None = None) -> Tensor:
        """What is made small: the ten digits' loss."""
        return self.loss_of_digits(output.logits.float(), labels, lesson)

    def loss_of_digits(self, logits: Tensor, labels: Tensor, lesson: Lesson | None) -> Tensor:
        """Cross entropy of digits with their labels, and where teachers have a say, which they have
        not on what they misread, also how far from theirs the answers are, both softened.

        logits: (B, 10); labels: (B,)
        """
        if lesson is None:
            return F.cross_entropy(logits, labels, label_smoothing=self.label_smoothing)
        right = lesson.probabilities.argmax(1) == labels
        of_labels = F.cross_entropy(logits, labels, reduction="none")
        softened = (logits / TEMPERATURE).log_softmax(1)
        divergence = F.kl_div(softened, lesson.probabilities, reduction="none").sum(1)
        of_teachers = divergence * TEMPERATURE**2
        of_both = torch.lerp(of_labels, of_teachers, self.teaching)
        return torch.where(right, of_both, of_labels).mean()

    def is_fine_tuning(self, epoch: int) -> bool:
        """Whether an epoch, counted from 0, is one of the last."""
        return epoch >= self.epochs - self.fine_tuning_epochs

    def rate(self, step: int, steps: int) -> float:
        """The learning rate's factor, 0..1, at a step of so many: of one cycle, or a cosine."""
        done = step / max(1, steps)
        if self.schedule == "cosine":
            return 0.5 * (1 + math.cos(math.pi * done))
        rise = max(1, round(steps * self.warm_up))
        if step < rise:
            return 0.05 + 0.95 * step / rise
        fall = (step - rise) / max(1, steps - rise)
        return 0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * fall))

    def new_optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        """The optimizer of a network's weights. Weight decay is not for biases and the like."""
        parameters = list(network.parameters())
        groups = [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": self.weight_decay},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]
        if self.optimizer == "sgd":
            return torch.optim.SGD(groups, self.learning_rate, momentum=self.momentum)
        kind = torch.optim.AdamW if self.optimizer == "adamw" else torch.optim.Adam
        return kind(groups, self.learning_rate)


def seed_of(seed: int, epoch: int, rank: int = 0) -> int:
    """A seed for each epoch, so that a resumed run repeats an unbroken one, and each process."""
    return (seed * 100_003 + epoch) * 1009 + rank
