"""`keras-cnn`: the convolutional network that most tutorials begin with."""

from model.recipes.base import Recipe

KERAS_CNN = Recipe(
    name="keras-cnn",
    source="the MNIST example that came with Keras (Chollet 2015), with inputs of -1 … 1 and Adam",
    network={"kind": "KerasCnn"},
    epochs=12,
    batch=128,
    learning_rate=1e-3,
    bfloat16=True,
)
