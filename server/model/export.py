"""Export the pipeline to one ONNX file: `npm run export`, or `python -m model.export`.

With `--run` the trained weights of a run are first put in the place from which they are shipped.
With `--int8` the exported graph is also written in eight bits, as a model of its own.
"""

import argparse
import sys
from pathlib import Path

import onnx
import onnx.inliner
import onnx.parser
import torch

from model.card import UNRELEASED
from model.command import command
from model.files import (
    FOLDER,
    MODEL_HELP,
    onnx_path,
    read_card,
    sha256,
    weights_path,
    write_card,
)
from model.folders import replace_file
from model.pipeline import Pipeline, PipelineOutput
from model.weights import load_pipeline

OPSET = 20

AVERAGE_SQUARES = onnx.parser.parse_function("""
<opset_import: ["" : 20], domain: "digits">
AverageSquares (picture, factor) => (small) {
    one = Constant <value = int64[1] {1}> ()
    side = Reshape (factor, one)
    is_small = Equal (side, one)
    small = If (is_small) <
        then_branch = as_it_is () => (same) { same = Identity (picture) },
        else_branch = in_squares () => (averages) {
            pictures = Shape <start = 0, end = 2> (picture)
            size = Shape <start = 2, end = 4> (picture)
            squares = Div (size, side)
            used = Mul (squares, side)
            left_out = Sub (size, used)
            most_left_out = ReduceMax <keepdims = 1> (left_out)
            none = Constant <value = int64[1] {0}> ()
            is_whole = Equal (most_left_out, none)
            whole = If (is_whole) <
                then_branch = uncut () => (all) { all = Identity (picture) },
                else_branch = cut () => (inner) {
                    start = Constant <value = int64[2] {0, 0}> ()
                    axes = Constant <value = int64[2] {2, 3}> ()
                    inner = Slice (picture, start, used, axes)
                }
            >
            rows, columns = Split <num_outputs = 2> (squares)
            used_height, used_width = Split <num_outputs = 2> (used)
            by_rows = Concat <axis = 0> (pictures, rows, side, used_width)
            strips = Reshape (whole, by_rows)
            within_rows = Constant <value = int64[1] {3}> ()
            sums = ReduceSum <keepdims = 0> (strips, within_rows)
            by_squares = Concat <axis = 0> (pictures, rows, columns, side)
            parts = Reshape (sums, by_squares)
            pixels = Mul (side, side)
            weight = Cast <to = 1> (pixels)
            share = Reciprocal (weight)
            column = Concat <axis = 0> (side, one)
            shares = Expand (share, column)
            together = MatMul (parts, shares)
            last = Constant <value = int64[1] {-1}> ()
            averages = Squeeze (together, last)
        }
    >
}
""")
"""What `model.resampling.shrink` leaves to the graph. Where sizes are known, as for those that come
often, runtimes keep of the branches the one that is taken."""


def export_onnx(pipeline: Pipeline, path: Path) -> None:
    """Write the whole pipeline as one ONNX graph with dynamic batch, height and width.

    Input `grey` (N, 1, H, W); outputs are named as in `PipelineOutput`.
    """
    example = torch.ones(2, 1, 96, 80)
    example[:, :, 20:70, 30:40] = 0
    batch, height, width = (torch.export.Dim(name) for name in ("batch", "height", "width"))
    program = torch.onnx.export(
        pipeline.eval(),
        (example,),
        input_names=["grey"],
        output_names=list(PipelineOutput._fields),
        dynamic_shapes=({0: batch, 2: height, 3: width},),
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    model = program.model_proto
    model.functions.append(AVERAGE_SQUARES)
    model = onnx.inliner.inline_local_functions(model)
    replace_file(path, _without_notes(model).SerializeToString())


def _without_notes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Take off what the exporter notes of every node: stack traces, with this machine's paths, and
    shapes, some of which are those of its example alone: runtimes warn of pictures of other sizes.
    """
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*model.graph.input, *model.graph.output):
        del value.metadata_props[:]
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    return model


def adopt(run: Path, model: str) -> None:
    """Copy a run's weights and card to where they are shipped from.

    Raises ModelError where the run holds no such model.
    """
    load_pipeline(model, run)
    card = read_card(model, run)
    replace_file(weights_path(model, FOLDER), weights_path(model, run).read_bytes())
    write_card({**card, "version": card["version"].removesuffix(UNRELEASED)}, FOLDER)


def export(model: str) -> Path:
    """Export a model's weights into a graph beside them, and note it in its card."""
    path = onnx_path(model)
    export_onnx(load_pipeline(model), path)
    card = read_card(model)
    card["sha256"][path.name] = sha256(path.read_bytes())
    write_card(card, path.parent)
    return path


def export_int8(model: str) -> Path:
    """Write the int8 variant of an exported model beside it, with a card of its own.

    Raises ModelError for a network without convolutions.
    """
    from model.quantize import calibration_pictures, quantize

    exported = onnx_path(model)
    name = f"{exported.stem}-int8"
    path = onnx_path(name, exported.parent)
    quantize(exported, path, calibration_pictures())
    card = {
        **read_card(model),
        "name": name,
        "sha256": {path.name: sha256(path.read_bytes())},
    }
    # They were measured in 32 bits.
    for measured in ("figures", "weaknesses_measured"):
        card.pop(measured, None)
    write_card(card, path.parent)
    return path


@command
def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="export", description=__doc__)
    parser.add_argument("--model", default="digits", help=MODEL_HELP)
    parser.add_argument("--run", type=Path, help="folder of a training run whose weights to ship")
    parser.add_argument("--int8", action="store_true", help="write the int8 variant too")
    options = parser.parse_args(arguments)
    if options.run:
        adopt(options.run, options.model)
    paths = [export(options.model)]
    if options.int8:
        paths.append(export_int8(options.model))
    for path in paths:
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
