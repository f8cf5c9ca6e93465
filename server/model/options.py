"""What the numbers among the options of training's commands may be."""

import argparse

LARGEST_SEED = 10**9
"""Seeds of epochs are made of it, and have to fit into 64 bits."""


def positive(text: str) -> int:
    """A number, from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {number}")
    return number


def seed(text: str) -> int:
    """A number, from 0 to `LARGEST_SEED`."""
    number = int(text)
    if not 0 <= number <= LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"must be from 0 to {LARGEST_SEED}, not {number}")
    return number


def learning_rate(text: str) -> float:
    """A number above 0, and below 100."""
    rate = float(text)
    if not 0 < rate < 100:
        raise argparse.ArgumentTypeError(f"must be more than 0, and less than 100, not {text}")
    return rate
