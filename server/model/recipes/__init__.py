"""Recipes: from the classics to ours, each in a file of its own."""

from model.recipes.base import LabelledSets, Recipe
from model.recipes.dense_cnn import DENSE_CNN
from model.recipes.digits import DIGITS, QUICK, WIDE, DigitsRecipe
from model.recipes.keras_cnn import KERAS_CNN
from model.recipes.lenet import LENET
from model.recipes.mlp import MLP
from model.recipes.resnet import RESNET

__all__ = ["RECIPES", "DigitsRecipe", "LabelledSets", "Recipe"]

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (DIGITS, WIDE, QUICK, LENET, MLP, KERAS_CNN, DENSE_CNN, RESNET)
}
"""By name; the first one ships."""
