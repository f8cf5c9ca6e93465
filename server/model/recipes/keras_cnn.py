"""`keras-cnn`: the convolutional network that most tutorials begin with."""

from model.recipes.base import Recipe

KERAS_CNN = Recipe(
    name="keras-cnn",
    source="the MNIST example that came with Keras (Chollet 2015), with inputs of -1 … 1, Adam, a "
    "learning rate of one cycle, averaged weights, and digits that are varied",
    network={"kind": "KerasCnn"},
    epochs=12,
    batch=128,
    learning_rate=3e-3,
    schedule="one cycle",
    average_decay=0.999,
    augmentation=0.5,
    bfloat16=True,
)
