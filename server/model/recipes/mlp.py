"""`mlp`: what five neurons can do."""

from model.recipes.base import Recipe

MLP = Recipe(
    name="mlp",
    source="Rumelhart, Hinton, Williams: Learning representations by back-propagating errors, "
    "1986; five sigmoids between 784 pixels (0 … 1) and ten classes, with Adam",
    network={"kind": "Perceptron", "hidden": 5},
    epochs=200,
    batch=6000,
    learning_rate=0.01,
)
