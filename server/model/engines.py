"""The engines that run the pipeline: PyTorch, OpenVINO and onnxruntime behind one interface."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from model.errors import ModelError
from model.weights import load_pipeline, onnx_path, read_card, read_checked, version

if TYPE_CHECKING:
    import openvino

__all__ = ["Engine", "ModelError", "Reading", "load_engine"]

OFTEN = 5
"""OpenVINO compiles a graph of its own for a size of which more pictures than this have come."""

OWN_GRAPHS = 4
"""So many such graphs are kept."""

SIZES_WATCHED = 256
"""Of so many sizes pictures are counted before counting begins again."""

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What was read on one picture."""

    probabilities: Array
    """(10,) calibrated, they sum to 1."""
    is_digit: float
    """0..1, how much it looks like a digit at all; a half accepts it (see `PipelineOutput`)."""
    box: tuple[int, int, int, int]
    """Left, top, right, bottom of the ink in pixels of the picture."""
    seen: Array
    """(28, 28) what the network saw, 1 = ink."""
    evidence: Array
    """(10, 7, 7) what speaks for (positive) and against (negative) each digit, and where."""
    frame: tuple[float, float, float, float]
    """Left, top, right, bottom of the square that `seen` and `evidence` show, in pixels of the
    picture; it may reach beyond it."""


class Engine(Protocol):
    """Runs the pipeline on one picture."""

    @property
    def name(self) -> str:
        """What runs it: "torch", "openvino" or "onnx"."""

    @property
    def model(self) -> str:
        """Name and version of the model, e.g. "digits 1.0.0"."""

    @property
    def fork_safe(self) -> bool:
        """Whether an engine that was loaded before a fork works after it."""

    def recognize(self, grey: Array) -> Reading | None:
        """Read a picture.

        grey: (H, W) float32, 0 = black, 1 = white, any height and width from 1
        Returns None when nothing is drawn.
        """

    def recognize_all(self, greys: Sequence[Array]) -> list[Reading | None]:
        """Like `recognize`, for many pictures: those of one size are read in one pass."""


Outputs = tuple[Array, ...]
"""In the order of `PipelineOutput`."""


@dataclass(frozen=True)
class PipelineEngine:
    """An engine whose runtime is a function of (N, 1, H, W) grey."""

    name: str
    model: str
    fork_safe: bool
    run: Callable[[Array], Outputs]

    def recognize(self, grey: Array) -> Reading | None:
        return _reading(self.run(grey[np.newaxis, np.newaxis]), 0)

    def recognize_all(self, greys: Sequence[Array]) -> list[Reading | None]:
        readings: list[Reading | None] = [None] * len(greys)
        of_size: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for index, grey in enumerate(greys):
            of_size[grey.shape].append(index)
        for indices in of_size.values():
            outputs = self.run(np.stack([greys[index] for index in indices])[:, np.newaxis])
            for place, index in enumerate(indices):
                readings[index] = _reading(outputs, place)
        return readings


def _reading(outputs: Outputs, index: int) -> Reading | None:
    """What the outputs say of one picture; None when nothing is drawn."""
    probabilities, is_digit, box, digit, evidence, frame = (values[index] for values in outputs)
    left, top, right, bottom = (int(edge) for edge in box)
    if right <= left:
        return None
    return Reading(
        probabilities=probabilities,
        is_digit=float(is_digit),
        box=(left, top, right, bottom),
        seen=digit[0],
        evidence=evidence,
        frame=tuple(frame.tolist()),
    )


def load_engine(name: str = "torch", model: str = "digits", device: str = "CPU") -> Engine:
    """Load an engine.

    name: "torch", "openvino" or "onnx"
    model: name of a model in `weights/`
    device: where OpenVINO computes, e.g. "CPU", "GPU", "NPU"; the others compute on the CPU
    Raises ModelError, with one sentence, for an unknown name, model or device, and for missing or
    corrupt weights.
    """
    loaders = {"torch": _torch, "openvino": _openvino, "onnx": _onnx}
    if name not in loaders:
        raise ModelError(f"There is no engine {name!r}; there are: {', '.join(loaders)}.")
    card = read_card(model)
    run = loaders[name](model, device)
    return PipelineEngine(name, version(card), fork_safe=name != "openvino", run=run)


def _torch(model: str, device: str) -> Callable[[Array], Outputs]:
    import torch

    from model.network import fused

    # One request, one thread: more threads on one small picture only get in each other's way.
    torch.set_num_threads(1)
    pipeline = load_pipeline(model)
    pipeline.network = fused(pipeline.network)

    def run(grey: Array) -> Outputs:
        with torch.inference_mode():
            output = pipeline(torch.from_numpy(np.ascontiguousarray(grey)))
        return tuple(value.numpy() for value in output)

    return run


def _onnx(model: str, device: str) -> Callable[[Array], Outputs]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    content = read_checked(onnx_path(model), read_card(model))
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def run(grey: Array) -> Outputs:
        return tuple(session.run(None, {"grey": grey}))

    return run


def _openvino(model: str, device: str) -> Callable[[Array], Outputs]:
    import openvino

    from model.split import split

    content = read_checked(onnx_path(model), read_card(model))
    core = openvino.Core()
    # Some CPUs compute in bfloat16 unless they are told not to.
    settings = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    on_cpu = {**settings, "INFERENCE_NUM_THREADS": "1"}
    model_of_any_size = core.read_model(content)
    if device != "CPU":
        front, head = split(model_of_any_size)
        before = core.compile_model(front, "CPU", on_cpu).create_infer_request()
        return _in_two_parts(before, _compiled(core, head, device, settings).create_infer_request())
    settings = on_cpu
    of_any_size = core.compile_model(model_of_any_size, device, settings)
    request = of_any_size.create_infer_request()

    # A graph that is compiled for one size runs a third faster, and takes 0.2 s to compile: worth
    # it for the size that a page always sends, not for a photograph's.
    @lru_cache(maxsize=OWN_GRAPHS)
    def request_for(shape: tuple[int, ...]) -> openvino.InferRequest:
        of_this_size = model_of_any_size.clone()
        of_this_size.reshape(list(shape))
        return core.compile_model(of_this_size, device, settings).create_infer_request()

    met: Counter[tuple[int, ...]] = Counter()

    def run(grey: Array) -> Outputs:
        shape = grey.shape
        if len(met) >= SIZES_WATCHED and shape not in met:
            met.clear()
        met[shape] += 1
        now = request_for(shape) if met[shape] > OFTEN else request
        results = now.infer([grey])
        return tuple(np.array(results[index]) for index in range(len(results)))

    return run


def _compiled(
    core: "openvino.Core", model: "openvino.Model", device: str, settings: dict[str, str]
) -> "openvino.CompiledModel":
    try:
        return core.compile_model(model, device, settings)
    except RuntimeError as error:
        raise ModelError(
            f"OpenVINO cannot use the device {device!r} for this model; "
            f"there are: {', '.join(core.available_devices)}."
        ) from error


def _in_two_parts(
    front: "openvino.InferRequest", head: "openvino.InferRequest"
) -> Callable[[Array], Outputs]:
    """Find and normalise digits on the CPU, and read them one at a time on another device."""

    def run(grey: Array) -> Outputs:
        digits, boxes, frames = (np.array(value) for value in front.infer([grey]).values())
        read = [
            [np.array(value) for value in head.infer([digit[np.newaxis]]).values()]
            for digit in digits
        ]
        probabilities, is_digit, evidence = (
            np.concatenate(values) for values in zip(*read, strict=True)
        )
        return probabilities, is_digit, boxes, digits, evidence, frames

    return run
