"""The files of a model: weights, exported graph, and the card that says what they are.

What needs no PyTorch: to import it takes longer than all else that a server starts with.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from model.card import markdown
from model.errors import ModelError
from model.folders import replace_file

FOLDER = Path(__file__).parent / "weights"

RUNS = Path(__file__).resolve().parents[2] / (os.environ.get("DIGITS_RUNS") or "runs")
"""Where training leaves what it has trained, each model in a folder of its name; a relative path is
one from the checkout's root."""

MODEL_HELP = "name of the model, or the folder of a run, e.g. runs/digits (default: digits)"


NEEDED = ("name", "version", "network", "sha256")
"""What every model card holds."""

OBJECTS = ("network", "sha256")
"""Those of them that are JSON objects."""


def place_of(model: str) -> tuple[Path, str]:
    """The folder in which a model lies, and the name that its files begin with.

    model: a name, which is looked for among the shipped models and then among the runs; the folder
    of a run, with a slash in it; or such a folder and a name in it, e.g. `runs/lenet/lenet-int8`
    Raises ModelError for a folder that holds no weights, or those of several models.
    """
    path = Path(model)
    if len(path.parts) > 1:
        return (path, weights_in(path).stem) if path.is_dir() else (path.parent, path.name)
    run = RUNS / model
    shipped = (FOLDER / f"{model}.json").is_file() or not (run / f"{model}.json").is_file()
    return FOLDER if shipped else run, model


def weights_in(run: Path) -> Path:
    """The one file of weights in a run's folder. Raises ModelError."""
    weights = list(run.glob("*.safetensors"))
    if len(weights) != 1:
        raise ModelError(f"{run} is no folder of a run: it has {len(weights)} files of weights.")
    return weights[0]


def _file(model: str, folder: Path | None, suffix: str) -> Path:
    place, name = (folder, model) if folder else place_of(model)
    return place / f"{name}{suffix}"


def weights_path(model: str, folder: Path | None = None) -> Path:
    """Where the weights of a model lie, e.g. `weights/digits.safetensors`."""
    return _file(model, folder, ".safetensors")


def card_path(model: str, folder: Path | None = None) -> Path:
    """Where the model card of a model lies, e.g. `weights/digits.json`."""
    return _file(model, folder, ".json")


def onnx_path(model: str, folder: Path | None = None) -> Path:
    """Where the exported pipeline of a model lies, e.g. `weights/digits.onnx`."""
    return _file(model, folder, ".onnx")


def read_card(model: str, folder: Path | None = None) -> dict[str, Any]:
    """Read a model card.

    Raises ModelError if it is corrupt, or, naming the models there are, if there is none.
    """
    path = card_path(model, folder)
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if path.parent != FOLDER:
            raise ModelError(f"{path.parent} holds no model {path.stem!r}.") from None
        known = ", ".join(sorted(card.stem for card in FOLDER.glob("*.json"))) or "none"
        raise ModelError(f"There is no model {model!r}; there are: {known}.") from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ModelError(f"The model card {path.name} is corrupt: {error}") from error
    if not isinstance(card, dict):
        raise ModelError(f"The model card {path.name} is corrupt: it is no JSON object.")
    if missing := [name for name in NEEDED if name not in card]:
        raise ModelError(f"The model card {path.name} is corrupt: {missing[0]!r} is missing.")
    if wrong := [name for name in OBJECTS if not isinstance(card[name], dict)]:
        raise ModelError(f"The model card {path.name} is corrupt: {wrong[0]!r} is no JSON object.")
    return card


def version(card: dict[str, Any]) -> str:
    """Name and version as people read it, e.g. "digits 1.0.0"."""
    return f"{card['name']} {card['version']}"


def origin(card: dict[str, Any]) -> str:
    """Version and what a run kept, e.g. "digits 1.0.0, epoch 3"."""
    runs = card.get("mean_of")
    return f"{version(card)}, " + (
        f"mean of {len(runs)} runs" if runs else f"epoch {card['epoch']}"
    )


def read_checked(path: Path, card: dict[str, Any]) -> bytes:
    """Read a file whose SHA-256 the model card holds.

    Raises ModelError when it is missing or is not the file that the card speaks of.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}") from error
    if sha256(content) != card["sha256"].get(path.name):
        raise ModelError(f"{path.name} is corrupt or not the file that its model card describes")
    return content


def write_card(card: dict[str, Any], folder: Path) -> None:
    """Write a model card, as JSON for programs and as Markdown for people."""
    path = card_path(card["name"], folder)
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    replace_file(path, text.encode())
    replace_file(path.with_suffix(".md"), markdown(card).encode())


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()
