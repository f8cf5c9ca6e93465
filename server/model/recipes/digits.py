"""`digits`, which ships, `wide`, `quick`: MNIST, pens, what is no digit, and a head that tells."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from model.augment import augment
from model.network import NetworkOutput
from model.recipes.base import LabelledSets, Recipe, seed_of
from model.teachers import Lesson


@dataclass(frozen=True, kw_only=True)
class DigitsRecipe(Recipe):
    """A recipe whose batches mix four sources, and which learns what is no digit."""

    name: str = "digits"
    source: str = "ours, see RESULTS.md"
    network: dict[str, Any] = field(
        default_factory=lambda: {
            "widths": (16, 64, 128),
            "depths": (1, 2, 3),
            "middle": True,
            "ranks": (0, 32, 48),
        }
    )
    epochs: int = 60
    steps_per_epoch: int = 500
    batch: int = 272
    """The sum of the four that follow."""
    batch_mnist: int = 128
    """MNIST pictures in each batch."""
    batch_pen: int = 80
    """Pen digits in each batch."""
    batch_no_digits: int = 32
    """Scribbles, made-up letters, overlaid digits and the like in each batch."""
    batch_letters: int = 32
    """Letters in each batch, as they are, mirrored and turned."""
    drawings: int = 12
    """How often each pen digit is drawn, each time by another hand."""
    pages: int = 20000
    """How many MNIST digits are written on pages and cut out of them again. They stand among the
    pen digits."""
    drawings_of_letters: int = 3
    """How often each letter is drawn in each of eight ways, mirrored and turned."""
    no_digits_of_a_kind: int = 10000
    """How many of each kind of other things that are no digit are drawn."""
    optimizer: Literal["adam", "adamw", "sgd"] = "adamw"
    learning_rate: float = 4e-3
    schedule: Literal["constant", "one cycle", "cosine", "plateau"] = "one cycle"
    weight_decay: float = 2e-2
    label_smoothing: float = 0.05
    gradient_norm: float | None = 2.0
    no_digit_weight: float = 1.0
    """Weight of the digit/no digit loss beside the ten digits' loss."""
    doubt_weight: float = 0.1
    """Weight of the loss that keeps the ten digits' probabilities even on what is no digit."""
    too_sure: float = 4.0
    """Log-odds of being a digit above which nothing is learned from what is said to be none."""
    average_decay: float | None = 0.998
    augmentation: float = 1.0
    settling: int = 40
    bfloat16: bool = True

    def batches(
        self, data: LabelledSets, epoch: int, rank: int = 0, processes: int = 1
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """An epoch's batches, each with its share of every source."""
        generator = Generator().manual_seed(seed_of(self.seed, epoch, rank))
        sizes = {
            "mnist": self.batch_mnist,
            "pen": self.batch_pen,
            "no digits": self.batch_no_digits,
            "letters": self.batch_letters,
        }
        sources = [
            (torch.from_numpy(data.train[name].pictures), torch.from_numpy(data.train[name].labels))
            for name in sizes
        ]
        for _ in range(self.steps_per_epoch):
            picks = [
                torch.randint(len(labels), (size // processes,), generator=generator)
                for (_, labels), size in zip(sources, sizes.values(), strict=True)
            ]
            pictures = torch.cat([x[pick] for (x, _), pick in zip(sources, picks, strict=True)])
            labels = torch.cat([y[pick] for (_, y), pick in zip(sources, picks, strict=True)])
            yield augment(pictures[:, None].float() / 255, self.augmentation, generator), labels

    def limited(self, limit: int) -> Self:
        """An epoch shows about as many pictures as the four sources then have."""
        steps = min(self.steps_per_epoch, math.ceil(4 * limit / self.batch))
        return replace(self, steps_per_epoch=steps, settling=min(self.settling, steps))

    def loss(self, output: NetworkOutput, labels: Tensor, lesson: Lesson | None = None) -> Tensor:
        """Cross entropy of the ten digits on digits, and of digit/no digit on everything.

        labels: (B,) 0..9, or -1 for what is no digit; lesson: of B pictures, too

        What is no digit also draws the ten digits' probabilities together, so that the network is
        not sure of what it has never seen (outlier exposure, Hendrycks et al. 2019). Of what
        teachers, or the network itself, take for a digit nothing is learned as no digit: some
        letters, mirrored or turned, are digits. That a digit is one is learned from its label
        alone: teachers doubt whatever they have not seen.
        """
        is_digit = labels >= 0
        no_digit = ~is_digit
        digit = is_digit.float()
        logits, digit_logit = output.logits.float(), output.digit_logit.float()
        no_digit &= digit_logit.detach() <= self.too_sure
        if lesson is not None:
            no_digit &= lesson.is_digit <= 0.5
            digit = torch.where(no_digit, self.teaching * lesson.is_digit, digit)
            lesson = Lesson(lesson.probabilities[is_digit], lesson.is_digit[is_digit])
        digits_loss = self.loss_of_digits(logits[is_digit], labels[is_digit], lesson)
        judged = is_digit | no_digit
        is_digit_loss = F.binary_cross_entropy_with_logits(digit_logit[judged], digit[judged])
        # Cross entropy with the uniform distribution.
        doubts = -F.log_softmax(logits[no_digit], dim=1).mean(1)
        doubt = doubts.sum() / max(len(doubts), 1)
        return digits_loss + self.no_digit_weight * is_digit_loss + self.doubt_weight * doubt


DIGITS = DigitsRecipe()

QUICK = DigitsRecipe(
    name="quick",
    source="ours: as accurate as can be in five minutes on two cores",
    network={"widths": (16, 32, 64), "depths": (1, 2, 2), "middle": True},
    epochs=12,
    steps_per_epoch=300,
    batch=256,
    batch_mnist=152,
    batch_pen=56,
    batch_no_digits=24,
    batch_letters=24,
    drawings=2,
    pages=2000,
    drawings_of_letters=1,
    no_digits_of_a_kind=500,
    learning_rate=8e-3,
    label_smoothing=0.0,
    augmentation=0.7,
    settling=0,
)

WIDE = replace(
    DIGITS,
    name="wide",
    source="ours: to teach digits, at four times the work",
    network={"widths": (32, 64, 128), "depths": (2, 3, 3), "middle": True},
    epochs=13,
    label_smoothing=0.0,
)
