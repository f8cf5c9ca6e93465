"""The pipeline: from grey pixels to calibrated probabilities, as one module."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from model.ink import Ink
from model.normalize import Normalize
from model.resampling import shrink


class PipelineOutput(NamedTuple):
    """What the pipeline says of N pictures; the names are those of the exported graph."""

    probabilities: Tensor
    """(N, 10), calibrated, each row sums to 1."""
    is_digit: Tensor
    """(N,) 0..1, how much it looks like a digit at all: 99 % of held-out digits reach a half, and
    it is no probability. 0 on blank paper; of a speck, whose `box` is all 0, it means nothing."""
    box: Tensor
    """(N, 4) left, top, right, bottom of the ink in input pixels; all 0 where nothing is drawn."""
    digit: Tensor
    """(N, 1, 28, 28) the picture that the network saw, 1 = ink."""
    evidence: Tensor
    """(N, 10, 7, 7) what speaks for (positive) and against (negative) each digit, and where."""
    frame: Tensor
    """(N, 4) left, top, right, bottom of the square that `digit` and `evidence` show, in input
    pixels; it may reach beyond the picture, and means nothing where nothing is drawn."""


class Calibration(nn.Module):
    """Turns logits into honest probabilities: temperature scaling (Guo et al. 2017).

    Whether it is a digit at all is told by the network's log-odds of that and by its largest logit,
    which is lower for what it has not learned (Hendrycks et al. 2022): a logistic regression on the
    two. All four numbers are fitted on held-out data after training.
    """

    temperature: Tensor
    digit_scale: Tensor
    largest_scale: Tensor
    digit_shift: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("temperature", torch.ones(()))
        self.register_buffer("digit_scale", torch.ones(()))
        self.register_buffer("largest_scale", torch.zeros(()))
        self.register_buffer("digit_shift", torch.zeros(()))

    def forward(self, logits: Tensor, digit_logit: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 10) logits and (N,) log-odds in; out come (N, 10) probabilities and (N,) `is_digit`,
        0..1, which is none (see `PipelineOutput`)."""
        probabilities = torch.softmax(logits / self.temperature, dim=1)
        return probabilities, torch.sigmoid(self.digit_log_odds(logits, digit_logit))

    def digit_log_odds(self, logits: Tensor, digit_logit: Tensor) -> Tensor:
        """(N, 10) logits and (N,) log-odds in, the (N,) logit of `is_digit` out: it is above 0 for
        99 % of the held-out digits."""
        largest = logits.amax(1)
        return digit_logit * self.digit_scale + largest * self.largest_scale + self.digit_shift


class Preprocessing(nn.Module):
    """Shrink → Ink → Normalize: the only way from pixels to what the network sees."""

    def __init__(self) -> None:
        super().__init__()
        self.ink = Ink()
        self.normalize = Normalize()

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Find the digit. grey: (N, 1, H, W) float32, 0 = black, 1 = white, any height and width.

        Returns digit (N, 1, 28, 28), 1 = ink; box (N, 4), left, top, right, bottom of the ink in
        pixels of `grey`; frame (N, 4), the same edges of what `digit` shows; and drawn (N,), 1, or
        0 where there is nothing but paper.
        """
        small, factor = shrink(grey)
        ink, drawn = self.ink(small.squeeze(1))
        digit, box, frame = self.normalize(ink)
        return digit, box * factor, frame * factor, drawn


class Pipeline(nn.Module):
    """Preprocessing → a network, DigitNet → Calibration: the only way from pixels to an answer."""

    def __init__(self, network: nn.Module) -> None:
        """network: what answers a `NetworkOutput`, see `networks.KINDS`"""
        super().__init__()
        self.preprocessing = Preprocessing()
        self.network = network
        self.calibration = Calibration()

    def forward(self, grey: Tensor) -> PipelineOutput:
        """Recognise. grey: (N, 1, H, W) float32, 0 = black, 1 = white, any height and width."""
        digit, box, frame, drawn = self.preprocessing(grey)
        output = self.network(digit)
        probabilities, is_digit = self.calibration(output.logits, output.digit_logit)
        return PipelineOutput(probabilities, is_digit * drawn, box, digit, output.evidence, frame)
