"""A network with the inputs and outputs of YuNet that finds nothing but drawn faces: their skin is redder than it is blue."""

from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, checker, helper, numpy_helper
from onnx.onnx_ml_pb2 import GraphProto, NodeProto

Tensor = npt.NDArray[Any]

STRIDES = (8, 16, 32)
#: The one stride at which it finds anything, and the size of the faces there, in cells.
FOUND, WIDE, HIGH = 32, 6.0, 8.0
#: Eyes, nose and corners of the mouth from the middle of a face of `drawn.face()`, in cells.
POINTS = ((-1.25, -0.72), (1.25, -0.72), (0.0, 0.6), (-0.9, 2.2), (0.9, 2.2))


def drawn_yunet() -> bytes:
    """Give the .onnx file."""
    nodes: list[NodeProto] = []
    weights: dict[str, Tensor] = {"red_less_blue": np.array([-1, 0, 1], np.float32).reshape(1, 3, 1, 1)}
    nodes.append(helper.make_node("Conv", ["input", "red_less_blue"], ["reddish"]))
    for stride in STRIDES:
        cell = f"cell_{stride}"
        nodes += [
            helper.make_node(
                "AveragePool", ["reddish"], [cell], kernel_shape=[stride] * 2, strides=[stride] * 2
            ),
            helper.make_node(
                "AveragePool",
                [cell],
                [f"wide_{stride}"],
                kernel_shape=[7, 7],
                pads=[3] * 4,
                count_include_pad=1,
            ),
        ]
        # A face with its middle here is certain, one that is half beside is none.
        slope = 0.05 if stride == FOUND else 0.0
        box = (0.5, 0.5, np.log(WIDE), np.log(HIGH))
        points = [value + 0.5 for point in POINTS for value in point]
        for name, scale, shift in (
            ("cls", [slope], [-40 * slope]),
            ("obj", [slope], [-40 * slope]),
            ("bbox", [0.0] * 4, box),
            ("kps", [0.0] * 10, points),
        ):
            weights[f"{name}_{stride}_w"] = np.array(scale, np.float32).reshape(-1, 1, 1, 1)
            weights[f"{name}_{stride}_b"] = np.array(shift, np.float32)
            weights[f"{name}_{stride}_shape"] = np.array([1, -1, len(scale)], np.int64)
            given = [f"wide_{stride}", f"{name}_{stride}_w", f"{name}_{stride}_b"]
            nodes += [
                helper.make_node("Conv", given, [f"{name}_{stride}_map"]),
                helper.make_node(
                    "Transpose", [f"{name}_{stride}_map"], [f"{name}_{stride}_last"], perm=[0, 2, 3, 1]
                ),
                helper.make_node(
                    "Reshape", [f"{name}_{stride}_last", f"{name}_{stride}_shape"], [f"{name}_{stride}"]
                ),
            ]
    return _model(nodes, weights)


def _model(nodes: list[NodeProto], weights: dict[str, Tensor]) -> bytes:
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, "height", "width"])
    outputs = [
        helper.make_tensor_value_info(f"{name}_{stride}", TensorProto.FLOAT, [1, "cells", count])
        for name, count in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
        for stride in STRIDES
    ]
    kept = [numpy_helper.from_array(values, name) for name, values in weights.items()]
    graph: GraphProto = helper.make_graph(nodes, "drawn", [picture], outputs, kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    checker.check_model(model)
    return bytes(model.SerializeToString())
