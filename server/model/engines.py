"""The engines that run the pipeline: PyTorch, OpenVINO and onnxruntime behind one interface."""

import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from model.errors import ModelError
from model.files import onnx_path, read_card, read_checked, version

if TYPE_CHECKING:
    import openvino

__all__ = ["Engine", "ModelError", "Reading", "fastest_engine", "load_engine"]

OFTEN = 5
"""A size of which more pictures than this have come gets a graph of its own."""

OWN_GRAPHS = 4
"""So many such graphs are kept. Another one takes a place only where its size has come twice as
often: if five sizes in turns took each other's, each picture would cost a graph."""

COUNTED = 1000
"""After so many pictures counting begins again, so that what came often once gives way."""

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

Run = Callable[[Array], Outputs]
"""What a runtime does with (N, 1, H, W) grey."""


@dataclass(frozen=True)
class PipelineEngine:
    """An engine whose runtime is a function of (N, 1, H, W) grey."""

    name: str
    model: str
    fork_safe: bool
    run: Run

    def recognize(self, grey: Array) -> Reading | None:
        return _reading(self.run(grey[np.newaxis, np.newaxis]), 0)

    def recognize_all(self, greys: Sequence[Array]) -> list[Reading | None]:
        readings: list[Reading | None] = [None] * len(greys)
        of_size: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for index, grey in enumerate(greys):
            of_size[grey.shape].append(index)
        for indices in of_size.values():
            alike = [greys[index] for index in indices]
            pictures = np.stack(alike) if len(alike) > 1 else alike[0][np.newaxis]
            outputs = self.run(pictures[:, np.newaxis])
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


def fastest_engine(model: str) -> str:
    """The fastest engine on a CPU of those that a model has the files for. Raises ModelError."""
    return "onnx" if onnx_path(model).name in read_card(model)["sha256"] else "torch"


def load_engine(name: str = "torch", model: str = "digits", device: str = "CPU") -> Engine:
    """Load an engine.

    name: "torch", "openvino" or "onnx"
    model: name of a model in `weights/`
    device: where OpenVINO computes, e.g. "CPU", "GPU", "NPU"; the others compute on the CPU
    Raises ModelError, with one sentence, for an unknown name, model or device, for missing or
    corrupt weights, and where the library cannot be loaded.
    """
    loaders = {"torch": _torch, "openvino": _openvino, "onnx": _onnx}
    if name not in loaders:
        raise ModelError(f"There is no engine {name!r}; there are: {', '.join(loaders)}.")
    card = read_card(model)
    try:
        run = loaders[name](model, device)
    except ImportError as error:
        raise ModelError(
            f"What the engine {name!r} needs cannot be loaded ({error}). "
            "On Windows all engines need Microsoft's Visual C++ Redistributable."
        ) from error
    return PipelineEngine(name, version(card), fork_safe=name != "openvino", run=run)


def _torch(model: str, device: str) -> Run:
    import torch

    from model.network import fused
    from model.weights import load_pipeline

    # One request, one thread: more threads on one small picture only get in each other's way.
    torch.set_num_threads(1)
    pipeline = load_pipeline(model)
    pipeline.network = fused(pipeline.network)

    def of(module: Callable[[torch.Tensor], tuple[torch.Tensor, ...]]) -> Run:
        def run(grey: Array) -> Outputs:
            with torch.inference_mode():
                output = module(torch.from_numpy(np.ascontiguousarray(grey)))
            return tuple(value.numpy() for value in output)

        return run

    if sys.version_info >= (3, 14):
        return of(pipeline)  # torch.jit is not kept up there

    # Without Python between its operations, and with all that follows from the size computed
    # before, the same graph takes two thirds of the time. To trace it takes 0.1 s.
    def traced(size: tuple[int, ...]) -> Run:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # that sizes become constants, which is the aim
            graph = torch.jit.trace(  # type: ignore[no-untyped-call]
                pipeline, torch.rand(1, 1, *size), check_trace=False
            )
            return of(torch.jit.freeze(graph))

    return _with_own_graphs(of(pipeline), traced, lambda shape: shape[2:])


def _with_own_graphs(
    of_any_size: Run,
    own_graph: Callable[[tuple[int, ...]], Run],
    size_of: Callable[[tuple[int, ...]], tuple[int, ...] | None],
) -> Run:
    """Run pictures of sizes that come often in graphs of their own, which are faster and take a
    while to make: worth it for the size that a page always sends, not for a photograph's.

    size_of: what of a batch's shape (N, 1, H, W) is constant in such a graph; None for a batch that
    gets none
    """
    graphs: dict[tuple[int, ...], Run] = {}
    met: Counter[tuple[int, ...]] = Counter()

    def run(grey: Array) -> Outputs:
        size = size_of(grey.shape)
        if size is None:
            return of_any_size(grey)
        if met.total() >= COUNTED:
            met.clear()
        met[size] += 1
        if size not in graphs:
            if met[size] <= OFTEN:
                return of_any_size(grey)
            if len(graphs) == OWN_GRAPHS:
                rarest = min(graphs, key=lambda kept: met[kept])
                if met[size] <= 2 * met[rarest]:
                    return of_any_size(grey)
                del graphs[rarest]
            graphs[size] = own_graph(size)
        return graphs[size](grey)

    return run


def _of_one_picture(shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of a single picture: waiting requests come in batches of any number."""
    return shape if shape[0] == 1 else None


def _onnx(model: str, device: str) -> Run:
    import onnxruntime

    content = read_checked(onnx_path(model), read_card(model))

    def of(**sizes: int) -> Run:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # To each result its own memory: 0.95 times as long, and no more memory than before.
        options.enable_mem_reuse = False
        for name, size in sizes.items():
            options.add_free_dimension_override_by_name(name, size)
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

        def run(grey: Array) -> Outputs:
            return tuple(session.run(None, {"grey": grey}))

        return run

    # For one shape a quarter of the operations is computed before, which takes 0.04 s.
    def of_shape(shape: tuple[int, ...]) -> Run:
        return of(batch=shape[0], height=shape[2], width=shape[3])

    return _with_own_graphs(of(), of_shape, _of_one_picture)


def _openvino(model: str, device: str) -> Run:
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

    def of(model: openvino.Model) -> Run:
        request = core.compile_model(model, device, on_cpu).create_infer_request()
        return lambda grey: _infer(request, grey)

    # A graph that is compiled for one shape runs a third faster, and takes 0.2 s to compile.
    def of_shape(shape: tuple[int, ...]) -> Run:
        of_this_shape = model_of_any_size.clone()
        of_this_shape.reshape(list(shape))
        return of(of_this_shape)

    return _with_own_graphs(of(model_of_any_size), of_shape, _of_one_picture)


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


def _infer(request: "openvino.InferRequest", array: Array) -> Outputs:
    """What a graph of one input makes of an array, which is looked at where it lies: a copy, and
    the dictionary that `infer` makes of what comes out, would take a fifth of the time."""
    import openvino

    request.set_input_tensor(openvino.Tensor(np.ascontiguousarray(array), shared_memory=True))
    request.infer()
    return tuple(np.array(output.data) for output in request.output_tensors)


def _in_two_parts(front: "openvino.InferRequest", head: "openvino.InferRequest") -> Run:
    """Find and normalise digits on the CPU, and read them one at a time on another device."""

    def run(grey: Array) -> Outputs:
        digits, boxes, frames = _infer(front, grey)
        read = [_infer(head, digit[np.newaxis]) for digit in digits]
        probabilities, is_digit, evidence = (
            np.concatenate(values) for values in zip(*read, strict=True)
        )
        return probabilities, is_digit, boxes, digits, evidence, frames

    return run
