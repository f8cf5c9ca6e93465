"""`lenet`: the network that read America's cheques, with today's rectifiers and Adam."""

from model.recipes.base import Recipe

LENET = Recipe(
    name="lenet",
    source="LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document "
    "recognition, 1998; with 3×3 filters, rectifiers, max-pooling and Adam",
    network={"kind": "LeNet"},
    epochs=40,
    batch=1000,
    learning_rate=0.00136,
)
