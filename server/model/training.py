"""Training a recipe from its first step to its last, and what a run leaves behind."""

import dataclasses
import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn

from model.errors import ModelError
from model.figures import confusion_matrix, contact_sheet, filters, learning_curve
from model.folders import replace_file
from model.keeper import Keeper
from model.learner import Averaging, Learner
from model.learning_rate import found_learning_rate
from model.loop import (
    Callback,
    EarlyStopping,
    L,
    MisconfigurationException,
    ModelCheckpoint,
    TQDMProgressBar,
    fit,
    rank_zero_only,
)
from model.network import outputs_of
from model.recipes import LabelledSets, Recipe
from model.runs import CHECKPOINT, LAST_PICTURE
from model.teachers import Teachers
from model.weights import load_pipeline

STEPS_AVERAGED_BEFORE = 1000
"""Steps that count as averaged already where a run goes on from weights that were trained: it need
not forget them as quickly as random ones."""


def train(
    recipe: Recipe,
    sets: LabelledSets,
    folder: Path,
    facts: dict[str, Any],
    *,
    network: nn.Module | None = None,
    teachers: Teachers | None = None,
    resume: bool = False,
    patience: int | None = None,
    devices: int = 1,
    nodes: int = 1,
    told: Any = None,
    loggers: Any = False,
    quiet: bool = False,
    callbacks: tuple[Callback, ...] = (),
) -> float | None:
    """Train to the recipe's end; returns the best score, and None in all processes but the first.

    The folder then holds the best weights with their card, the best and the last checkpoint, the
    log, the recipe and pictures.
    facts: what the model card says of the run, e.g. the data's checksums
    network: one to begin with, instead of random weights
    teachers: networks to learn from, beside the labels
    resume: go on from the folder's last checkpoint
    patience: stop after so many epochs without progress
    devices, nodes: processes on each machine, and machines, that share every batch
    told: what has to be the same in all processes, beside the recipe's hyper-parameters
    loggers: Lightning's, that track the run, or False; quiet: without a progress bar; callbacks:
        Lightning's, beside ours
    Raises ModelError where `told` differs between processes, or where there are no such devices;
    DivergedError where the loss is no number any more; OSError; and KeyboardInterrupt.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _hush()
    accelerator = accelerator_for(devices, nodes)
    if recipe.find_learning_rate and not resume:
        # The others get the first process's recipe, see `Learner`.
        if rank_zero_only.rank == 0:  # type: ignore[attr-defined]
            rate = found_learning_rate(recipe, sets, folder, network, teachers, accelerator)
            recipe = dataclasses.replace(recipe, learning_rate=rate)
        recipe = dataclasses.replace(recipe, find_learning_rate=False)
    learner = Learner(recipe, sets, teachers, told)
    if network is not None:
        learner.network.load_state_dict(network.state_dict())
    keeper = Keeper(folder, facts)
    used: list[Callback] = [keeper]
    if recipe.average_decay:
        before = STEPS_AVERAGED_BEFORE if network or "start" in facts else 0
        used.append(Averaging(recipe.average_decay, before))
    used += [
        ModelCheckpoint(folder, "best", "score", mode="max", enable_version_counter=False),
        ModelCheckpoint(folder, "last", enable_version_counter=False),
    ]
    if patience:
        used.append(EarlyStopping("score", mode="max", patience=patience))
    if not quiet:
        used.append(TQDMProgressBar(refresh_rate=10))
    try:
        trainer = L.Trainer(
            accelerator=accelerator,
            devices=devices,
            num_nodes=nodes,
            strategy="ddp" if devices * nodes > 1 else "auto",
            precision=precision(recipe, accelerator),
            max_epochs=recipe.epochs,
            gradient_clip_val=recipe.gradient_norm,
            logger=loggers,
            callbacks=[*used, *callbacks],
            default_root_dir=folder,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,
            enable_model_summary=False,
            enable_progress_bar=not quiet,
            log_every_n_steps=50,
        )
    except (MisconfigurationException, ValueError) as error:
        raise ModelError(f"It cannot be trained so here: {error}") from error
    if trainer.is_global_zero:
        text = json.dumps(dataclasses.asdict(recipe), indent=2, ensure_ascii=False) + "\n"
        replace_file(folder / "recipe.json", text.encode())
    # Denormal numbers appear late in training and slow a CPU down many times.
    torch.set_flush_denormal(True)
    try:
        checkpoint = folder / CHECKPOINT if resume else None
        fit(trainer, learner, ckpt_path=checkpoint, weights_only=True)
    finally:
        torch.set_flush_denormal(False)
    if not trainer.is_global_zero:
        return None
    learning_curve(keeper.entries, folder / "learning-curve.png")
    pictures(recipe, sets, folder)
    return keeper.best


def pictures(recipe: Recipe, sets: LabelledSets, folder: Path) -> None:
    """Draw what the best weights confuse and misread, and their first layer."""
    network = load_pipeline(recipe.name, folder).network
    part = sets.validation["mnist"]
    digits = outputs_of(network, torch.from_numpy(part.pictures)).logits.argmax(1).numpy()
    confusion_matrix(
        part.labels, digits, f"{recipe.name}, held-out digits", folder / "confusion-matrix.png"
    )
    wrong = (digits != part.labels).nonzero()[0]
    mistakes = [(part.pictures[i], f"{part.labels[i]} read {digits[i]}") for i in wrong]
    if mistakes:
        contact_sheet(mistakes, folder / "mistakes.png")
    first = next(
        layer.weight for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)
    )
    filters(first.detach().numpy(), folder / LAST_PICTURE)


def accelerator_for(devices: int, nodes: int) -> Literal["auto", "cpu"]:
    """What so many processes on each of so many machines compute on.

    Where there are not as many GPUs of NVIDIA or AMD they take the processor: of one GPU, or of
    Apple's, they could not each have their own. So they do where this PyTorch was not built for a
    GPU, which is older or newer.
    """
    found = torch.cuda.device_count()
    if devices * nodes > 1 and found < devices:
        return "cpu"
    built_for = torch.cuda.get_arch_list() if found else []
    if not all(_has_code(torch.cuda.get_device_capability(i), built_for) for i in range(found)):
        if rank_zero_only.rank == 0:  # type: ignore[attr-defined]
            print(
                "This PyTorch has no code for a GPU that is here: it was built for newer or older "
                "ones. The processor trains.",
                file=sys.stderr,
            )
        return "cpu"
    return "auto"


def _has_code(capability: tuple[int, int], built_for: list[str]) -> bool:
    """Whether a build for such architectures ("sm_86", "compute_120") runs on an NVIDIA GPU; one
    for AMD's ("gfx90a") is taken to run on what it finds.

    Its code runs on the same generation from that version on, and what is to be compiled
    ("compute") on all that are newer.
    """
    for name in built_for:
        kind, _, digits = name.rstrip("af").partition("_")
        if kind not in ("sm", "compute"):
            return True
        major, minor = divmod(int(digits), 10)
        newer = capability >= (major, minor)
        if newer and (kind == "compute" or capability[0] == major):
            return True
    return False


def precision(
    recipe: Recipe, accelerator: Literal["auto", "cpu"] = "auto"
) -> Literal["bf16-mixed", "16-mixed", "32-true"]:
    """What the forward pass is computed in: half precision where there are instructions for it.

    A GPU without any for bfloat16 computes in float16, and losses are scaled so that gradients are
    not too small for it. A processor without them is slower in bfloat16 than in 32 bits; those of
    ARM's take 32 bits, too.
    """
    if not recipe.bfloat16:
        return "32-true"
    if accelerator != "cpu" and torch.cuda.is_available():
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bf16-mixed" if native else "16-mixed"
    return "bf16-mixed" if torch.cpu.get_capabilities().get("avx512_bf16") else "32-true"


def _hush() -> None:
    """Lightning tells of much that is as it should be."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    for about in (
        ".*does not have many workers.*",
        ".*IterableDataset.*has `__len__`.*",
        ".*treespec.*",
        ".*Checkpoint directory.*",
        ".*logger connector.*",
    ):
        warnings.filterwarnings("ignore", about)
