"""`resnet`: shortcut connections, smoothed labels, and a learning rate that is looked for."""

from model.recipes.base import Recipe

RESNET = Recipe(
    name="resnet",
    source="He, Zhang, Ren, Sun: Deep residual learning for image recognition, 2016; learning rate "
    "by Smith's range test, 2017; labels smoothed as by Szegedy et al., 2016",
    network={"kind": "ResNet", "widths": (16, 32, 64), "dropout": 0.2},
    epochs=30,
    fine_tuning_epochs=10,
    batch=64,
    learning_rate=2e-3,
    find_learning_rate=True,
    schedule="plateau",
    label_smoothing=0.1,
    augmentation=1.0,
    bfloat16=True,
)
