"""The recipe of the shipped network: every hyper-parameter of its training."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters; a checkpoint and the model card carry them."""

    epochs: int = 30
    steps_per_epoch: int = 400
    batch_mnist: int = 112
    """MNIST pictures in each batch."""
    batch_pen: int = 112
    """Pen digits in each batch."""
    batch_no_digits: int = 32
    """Letters, scribbles and overlaid digits in each batch."""
    drawings: int = 10
    """How often each pen digit is drawn, each time by another hand."""
    learning_rate: float = 4e-3
    """The peak of the one-cycle schedule (Smith 2018)."""
    warm_up: float = 0.15
    """Share of the steps in which the learning rate rises."""
    weight_decay: float = 2e-2
    gradient_norm: float = 2.0
    """Gradients are clipped to it."""
    no_digit_weight: float = 0.3
    """Weight of the digit/no digit loss beside the ten digits' loss."""
    average_decay: float = 0.998
    """Decay per step of the exponential moving average of the weights, which is what is kept."""
    augmentation: float = 1.0
    """Strength of the augmentation; it fades to `final_augmentation` in the last epochs."""
    final_augmentation: float = 0.5
    seed: int = 0
