"""Networks from the textbooks, in the places of `DigitNet`: what has been tried before it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.network import NetworkOutput

MAP = 7
"""Cells along each side of the evidence maps."""


class Classifier(nn.Module):
    """A network that knows ten digits and nothing else.

    How much a picture looks like a digit at all is the negative free energy of its logits, the
    logarithm of the sum of their exponentials (Liu et al. 2020), and its evidence comes from
    everywhere alike: such a network does not say where it has it from.
    """

    def __init__(self, layers: nn.Sequential, lowest: float = 0.0, highest: float = 1.0) -> None:
        """layers: from (N, 1, 28, 28) to (N, 10) logits
        lowest, highest: what the layers are given for paper and for full ink
        """
        super().__init__()
        self.layers = layers
        self.lowest, self.highest = lowest, highest

    def forward(self, digit: Tensor) -> NetworkOutput:
        """Read. digit: (N, 1, 28, 28) in 0..1, 1 = ink."""
        logits: Tensor = self.layers(self.lowest + (self.highest - self.lowest) * digit)
        return NetworkOutput(
            logits=logits,
            digit_logit=logits.logsumexp(1),
            evidence=logits[:, :, None, None].expand(-1, -1, MAP, MAP),
        )


class LeNet(Classifier):
    """Two convolutions and three dense layers, as LeCun et al. (1998) had them, with 3×3 filters,
    rectifiers and max-pooling."""

    def __init__(self) -> None:
        super().__init__(
            nn.Sequential(
                nn.Conv2d(1, 6, 3),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(6, 16, 3),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Flatten(),
                nn.Linear(16 * 5 * 5, 120),
                nn.ReLU(),
                nn.Linear(120, 84),
                nn.ReLU(),
                nn.Linear(84, 10),
            )
        )


class Perceptron(Classifier):
    """A multi-layer perceptron: one hidden layer of sigmoids on bare pixels (Rumelhart et al.
    1986)."""

    def __init__(self, hidden: int = 5) -> None:
        super().__init__(
            nn.Sequential(
                nn.Flatten(), nn.Linear(28 * 28, hidden), nn.Sigmoid(), nn.Linear(hidden, 10)
            )
        )


class KerasCnn(Classifier):
    """Two convolutions, max-pooling and a broad dense layer, on inputs of -1 … 1."""

    def __init__(self) -> None:
        super().__init__(
            nn.Sequential(
                nn.Conv2d(1, 32, 3),
                nn.ReLU(),
                nn.Conv2d(32, 64, 3),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Dropout(0.25),
                nn.Flatten(),
                nn.Linear(64 * 12 * 12, 128),
                nn.ReLU(),
                nn.Dropout(0.5),
                nn.Linear(128, 10),
            ),
            lowest=-1.0,
        )


class DenseCnn(Classifier):
    """Convolutions, each followed by max-pooling, then dense layers, all of them rectified."""

    def __init__(
        self, channels: tuple[int, ...] = (16, 32), dense: tuple[int, ...] = (128,)
    ) -> None:
        layers: list[nn.Module] = []
        inputs, side = 1, 28
        for width in channels:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            inputs, side = width, side // 2
        layers.append(nn.Flatten())
        inputs *= side * side
        for width in dense:
            layers += [nn.Linear(inputs, width), nn.ReLU()]
            inputs = width
        layers.append(nn.Linear(inputs, 10))
        super().__init__(nn.Sequential(*layers))


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions beside a shortcut connection (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        same = inputs == outputs and stride == 1
        self.short_cut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride)

    def forward(self, values: Tensor) -> Tensor:
        return F.relu(self.convolutions(values) + self.short_cut(values))


class ResNet(nn.Module):
    """A convolution, three residual blocks of growing width, and a dense layer on their mean."""

    def __init__(self, widths: tuple[int, int, int] = (16, 32, 64), dropout: float = 0.2) -> None:
        super().__init__()
        first, second, third = widths
        self.features = nn.Sequential(
            nn.Conv2d(1, first, 3, padding=1, bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(inplace=True),
            nn.Dropout2d(dropout / 2),
            ResidualBlock(first, first, 1),
            ResidualBlock(first, second, 2),
            ResidualBlock(second, third, 2),
        )
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(third, 10)

    def forward(self, digit: Tensor) -> NetworkOutput:
        """Read. digit: (N, 1, 28, 28) in 0..1, 1 = ink."""
        features = self.features(digit)
        logits = self.dense(self.dropout(features.mean((2, 3))))
        # The dense layer on each cell by itself: the class activation map (Zhou et al. 2016).
        evidence = F.conv2d(features, self.dense.weight[:, :, None, None], self.dense.bias)
        return NetworkOutput(logits, torch.logsumexp(logits, 1), evidence)
