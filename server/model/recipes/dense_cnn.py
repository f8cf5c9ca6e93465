"""`dense-cnn`: convolutions, then dense rectified layers, with mini-batch SGD and momentum."""

from model.recipes.base import Recipe

DENSE_CNN = Recipe(
    name="dense-cnn",
    source="LeCun et al. 1998, with rectifiers (Nair, Hinton 2010) and mini-batch SGD (Robbins, "
    "Monro 1951) with momentum (Polyak 1964); the hyper-parameters are those of `npm run sweep`, "
    "see RESULTS.md",
    network={"kind": "DenseCnn", "channels": (16, 32), "dense": (128,)},
    epochs=15,
    batch=64,
    optimizer="sgd",
    learning_rate=0.06,
    momentum=0.9,
    weight_decay=4e-5,
    label_smoothing=0.2,
    schedule="cosine",
)
