"""Recipes: every hyper-parameter of a training."""

from dataclasses import dataclass

from model.network import DigitNet


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters; a checkpoint and the model card carry them."""

    name: str = "digits"
    """Of the recipe and of the model that it trains."""
    widths: tuple[int, int, int] = (16, 48, 112)
    """Channels of the network's three stages."""
    depths: tuple[int, int, int] = (1, 2, 3)
    """Convolutions of the network's three stages."""
    epochs: int = 56
    steps_per_epoch: int = 500
    batch_mnist: int = 112
    """MNIST pictures in each batch."""
    batch_pen: int = 80
    """Pen digits in each batch."""
    batch_no_digits: int = 32
    """Scribbles, made-up letters, overlaid digits and the like in each batch."""
    batch_letters: int = 32
    """Letters in each batch, as they are, mirrored and turned."""
    drawings: int = 12
    """How often each pen digit is drawn, each time by another hand."""
    drawings_of_letters: int = 2
    """How often each letter is drawn in each of eight ways, mirrored and turned."""
    no_digits_of_a_kind: int = 5000
    """How many of each kind of other things that are no digit are drawn."""
    learning_rate: float = 4e-3
    """The peak of the one-cycle schedule (Smith 2018)."""
    warm_up: float = 0.15
    """Share of the steps in which the learning rate rises."""
    weight_decay: float = 2e-2
    gradient_norm: float = 2.0
    """Gradients are clipped to it."""
    no_digit_weight: float = 1.0
    """Weight of the digit/no digit loss beside the ten digits' loss."""
    doubt_weight: float = 0.1
    """Weight of the loss that keeps the ten digits' probabilities even on what is no digit."""
    average_decay: float = 0.998
    """Decay per step of the exponential moving average of the weights, which is what is kept."""
    augmentation: float = 1.0
    """Strength of the augmentation."""
    bfloat16: bool = True
    """Compute the forward pass in bfloat16 on a CPU that has instructions for it: twice as fast."""
    seed: int = 0

    def network(self) -> DigitNet:
        """A new network of the recipe's size, with random weights."""
        return DigitNet(self.widths, self.depths)


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(),
        Recipe(
            name="quick",
            widths=(16, 32, 64),
            depths=(1, 2, 2),
            epochs=6,
            steps_per_epoch=300,
            drawings=2,
            drawings_of_letters=1,
            no_digits_of_a_kind=500,
            learning_rate=8e-3,
            augmentation=0.7,
        ),
    )
}
"""By name: the one that ships, and one for a quick look."""
