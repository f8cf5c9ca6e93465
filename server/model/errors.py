"""The recogniser's own failures: each carries one sentence for a person to act on."""


class ModelError(Exception):
    """An engine or a model cannot be had: unknown name, missing or corrupt weights."""


class DivergedError(ModelError):
    """A training's loss is no number any more."""


class DataError(Exception):
    """A data file is missing or corrupt; the message names it."""
