"""Every kind of network that a model card may name."""

from typing import Any

from torch import nn

from model.classics import DenseCnn, KerasCnn, LeNet, Perceptron, ResNet
from model.errors import ModelError
from model.network import DigitNet

KINDS: dict[str, type[nn.Module]] = {
    kind.__name__: kind for kind in (DigitNet, LeNet, Perceptron, KerasCnn, DenseCnn, ResNet)
}


def build(description: dict[str, Any]) -> nn.Module:
    """A network with random weights.

    description: its `kind`, where it is no DigitNet, and the arguments of that kind, as a model
    card holds them
    Raises ModelError for what there is not.
    """
    arguments = {name: value for name, value in description.items() if name != "kind"}
    kind = description.get("kind", "DigitNet")
    if kind not in KINDS:
        raise ModelError(f"There is no kind of network {kind!r}; there are: {', '.join(KINDS)}.")
    try:
        return KINDS[kind](**arguments)
    except (TypeError, ValueError) as error:
        raise ModelError(f"The model card describes no {kind}: {error}") from error
