"""The pipeline in two parts, for devices that compile networks of fixed size alone, as NPUs do."""

import openvino
from openvino import opset13 as opset

from model.normalize import SIDE

FRONT = ("digit", "box", "frame")
"""What the first part says, in the order of its outputs."""

HEAD = ("probabilities", "is_digit", "evidence")
"""What the second part says of a normalised digit."""


def split(pipeline: openvino.Model) -> tuple[openvino.Model, openvino.Model]:
    """Cut an exported pipeline behind Normalize.

    Returns what finds and normalises digits, of any size, and the network with its calibration, for
    one digit (1, 1, 28, 28).
    """
    front = pipeline.clone()
    front = openvino.Model(
        [opset.result(_source(front, name)) for name in FRONT], front.get_parameters(), "front"
    )
    head = pipeline.clone()
    digit = opset.parameter([1, 1, SIDE, SIDE], openvino.Type.f32, name="digit")
    for consumer in _source(head, "digit").get_target_inputs():
        if consumer.get_node().get_type_name() != "Result":
            consumer.replace_source_output(digit.output(0))
    # The pipeline also multiplies by whether anything is drawn, which the first part knows.
    is_digit = next(
        value
        for value in _source(head, "is_digit").get_node().input_values()
        if value.get_node().get_type_name() == "Sigmoid"
    )
    says = [_source(head, "probabilities"), is_digit, _source(head, "evidence")]
    return front, openvino.Model([opset.result(value) for value in says], [digit], "head")


def _source(model: openvino.Model, name: str) -> openvino.Output:
    """Where one of a model's outputs comes from."""
    return model.output(name).get_node().input_value(0)
