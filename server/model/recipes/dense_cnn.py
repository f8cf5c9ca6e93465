"""`dense-cnn`: convolutions, then dense rectified layers, with plain mini-batch SGD."""

from model.recipes.base import Recipe

DENSE_CNN = Recipe(
    name="dense-cnn",
    source="LeCun et al. 1998, with rectifiers (Nair, Hinton 2010) and mini-batch SGD (Robbins, "
    "Monro 1951)",
    network={"kind": "DenseCnn", "channels": (16, 32), "dense": (128,)},
    epochs=15,
    batch=64,
    optimizer="sgd",
    learning_rate=0.03,
    weight_decay=5e-4,
    schedule="cosine",
)
