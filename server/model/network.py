"""DigitNet: the convolutional network that reads a normalised digit."""

from copy import deepcopy
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


class NetworkOutput(NamedTuple):
    """What the network says of N normalised pictures."""

    logits: Tensor
    """(N, 10) unnormalised log-probabilities of the ten digits."""
    digit_logit: Tensor
    """(N,) log-odds that it is a digit at all."""
    evidence: Tensor
    """(N, 10, 7, 7) where each digit's logit comes from; its mean over the map is the logit."""


class DigitNet(nn.Module):
    """3×3 convolutions in three stages, then a head that is averaged over the map.

    Because the ten evidence maps are computed before the averaging, the class activation map
    (Zhou et al. 2016) is a by-product.

    middle: compute the last stages for the middle 20×20 of the 28×28 pixels alone, where a
        normalised digit is: the second stage's last two convolutions are not padded. Half the work.
        Raises ValueError where the second stage has fewer.
    ranks: of each stage's convolutions, as matrices of a cell's neighbourhood, 0 for any: those
        with more inputs than their rank are two, a 3×3 one to so many channels and a 1×1 one from
        these (Zhang et al. 2016, https://arxiv.org/abs/1505.06798)
    """

    def __init__(
        self,
        widths: tuple[int, int, int] = (24, 48, 96),
        depths: tuple[int, int, int] = (2, 2, 3),
        middle: bool = False,
        ranks: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        super().__init__()
        if middle and depths[1] < 2:
            raise ValueError("With middle, the second stage has two convolutions at least")
        layers: list[nn.Module] = []
        channels = 1
        for stage, (width, depth, rank) in enumerate(zip(widths, depths, ranks, strict=True)):
            if stage:
                layers.append(nn.MaxPool2d(2))
            for left in range(depth, 0, -1):
                padded = not (middle and stage == 1 and left <= 2)
                lower = rank if rank < channels else 0
                layers.append(convolution(channels, width, padded=padded, rank=lower))
                channels = width
        self.features = nn.Sequential(*layers)
        self.margin = 1 if middle else 0
        # Whole channels: of single cells the average over the map would leave nothing.
        self.dropout = nn.Dropout2d(0.2)
        self.evidence = nn.Conv2d(channels, 10, 1)
        self.is_digit = nn.Linear(2 * channels, 1)

    def forward(self, digit: Tensor) -> NetworkOutput:
        """Read. digit: (N, 1, 28, 28) in 0..1, 1 = ink."""
        features = self.features(digit)
        # Outside the middle nothing speaks for any digit: cells of zeros.
        evidence = F.pad(self.evidence(self.dropout(features)), (self.margin,) * 4)
        pooled = torch.cat([features.mean((2, 3)), features.amax((2, 3))], dim=1)
        return NetworkOutput(
            logits=evidence.mean((2, 3)),
            digit_logit=self.is_digit(pooled).squeeze(1),
            evidence=evidence,
        )


@torch.inference_mode()
def outputs_of(network: nn.Module, pictures: Tensor) -> NetworkOutput:
    """What a network says of many pictures, without its evidence, which is large.

    pictures: (N, 28, 28), 0..255, 255 = ink
    """
    outputs = [network(some[:, None].float() / 255) for some in torch.split(pictures, 500)]
    return NetworkOutput(
        torch.cat([output.logits for output in outputs]),
        torch.cat([output.digit_logit for output in outputs]),
        torch.empty(0),
    )


def convolution(inputs: int, outputs: int, *, padded: bool, rank: int = 0) -> nn.Module:
    """3×3 convolution, batch normalisation, rectifier.

    rank: if it is not 0, the channels by way of which it goes
    """
    filters = [nn.Conv2d(inputs, rank or outputs, 3, padding=int(padded), bias=False)]
    if rank:
        filters.append(nn.Conv2d(rank, outputs, 1, bias=False))
    return nn.Sequential(*filters, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def fused(network: nn.Module) -> nn.Module:
    """A copy that answers the same, faster: a DigitNet's batch normalisation folded into its
    convolutions, and the channels of a pixel side by side in memory. It cannot be trained."""
    copy = deepcopy(network).eval()
    if not isinstance(copy, DigitNet):
        return copy
    for i, layer in enumerate(copy.features):
        if isinstance(layer, nn.Sequential):
            *before, filters, normalisation, rectifier = layer
            assert isinstance(filters, nn.Conv2d)
            assert isinstance(normalisation, nn.BatchNorm2d)
            folded = fuse_conv_bn_eval(filters, normalisation)
            copy.features[i] = nn.Sequential(*before, folded, rectifier)
    return copy.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]
