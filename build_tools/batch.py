"""Lets a network read any number of pictures at once: the first size of its input and outputs becomes free.

Nothing is computed in another way: weights and operators stay, so a batch of one gives what it gave before.
"""

import numpy as np
import onnx
from onnx import helper, numpy_helper

from build_tools.tflite_to_onnx import OPSET

#: The name of the free size.
BATCH = "batch"
#: "To the end", as Slice takes it.
END = np.iinfo(np.int64).max


def free_batch(data: bytes) -> bytes:
    """The same network for batches of any size; ValueError where its graph fixes the size in a way not known."""
    model = onnx.load_from_string(data)
    graph = model.graph
    weights = {weight.name: weight for weight in graph.initializer}
    # The sizes of a batch of one are known only while it is one.
    for node in [node for node in graph.node if node.op_type == "Concat"]:
        _added(graph, node, weights)
    for node in graph.node:
        if node.op_type == "Reshape":
            _reshaped(weights[node.input[1]])
        elif node.op_type == "Slice":
            _whole(node, weights)
    for value in (*graph.input, *graph.output):
        _free(value)
    graph.ClearField("value_info")
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _reshaped(weight: onnx.TensorProto) -> None:
    """Leave the first size free; a single row without one gets one."""
    sizes = numpy_helper.to_array(weight).tolist()
    if len(sizes) > 1 and sizes[0] != 1:
        raise ValueError(f"{weight.name}: a Reshape that mixes the members of a batch")
    _set(weight, [-1, *(sizes[1:] if len(sizes) > 1 else sizes)])


def _set(weight: onnx.TensorProto, values: list[int]) -> None:
    weight.CopyFrom(numpy_helper.from_array(np.array(values, np.int64), weight.name))


def _whole(node: onnx.NodeProto, weights: dict[str, onnx.TensorProto]) -> None:
    """Let a Slice take all of the batch."""
    starts, ends, axes = (numpy_helper.to_array(weights[name]).tolist() for name in node.input[1:4])
    if 0 in axes:
        if starts[axes.index(0)] != 0:
            raise ValueError(f"{node.name}: a Slice that leaves out the first of a batch")
        ends[axes.index(0)] = END
        _set(weights[node.input[2]], ends)


def _added(graph: onnx.GraphProto, node: onnx.NodeProto, weights: dict[str, onnx.TensorProto]) -> None:
    """Put a constant before each member of a batch: room for it by Pad, then Add, which is exact beside zeros."""
    makers = {one.output[0]: one for one in graph.node}
    first, rest = node.input
    cast = makers.get(first)
    weight = weights[cast.input[0] if cast is not None and cast.op_type == "Cast" else first]
    token = numpy_helper.to_array(weight)
    axis = next(one.i for one in node.attribute if one.name == "axis") % token.ndim
    if token.shape[0] != 1 or axis == 0:
        raise ValueError(f"{node.name}: a Concat that is not of one constant and a batch")
    whole = _sizes(graph, node.output[0])
    room, constant = f"{node.output[0]}.room", f"{node.output[0]}.first"
    begin = [token.shape[axis] if number == axis else 0 for number in range(token.ndim)]
    filled = np.zeros([1, *whole[1:]], token.dtype)
    filled[tuple(slice(size) for size in token.shape)] = token
    weight.CopyFrom(numpy_helper.from_array(filled, weight.name))
    pads = numpy_helper.from_array(np.array([*begin, *[0] * token.ndim], np.int64), constant)
    graph.initializer.append(pads)
    place = list(graph.node).index(node)
    graph.node.remove(node)
    graph.node.insert(place, helper.make_node("Pad", [rest, constant], [room]))
    graph.node.insert(place + 1, helper.make_node("Add", [room, first], [node.output[0]]))


def _sizes(graph: onnx.GraphProto, name: str) -> list[int]:
    """The sizes of what a node gives, for a batch of one."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    known = onnx.shape_inference.infer_shapes(model).graph.value_info
    value = next(value for value in known if value.name == name)
    return [size.dim_value for size in value.type.tensor_type.shape.dim]


def _free(value: onnx.ValueInfoProto) -> None:
    sizes = value.type.tensor_type.shape.dim
    if sizes[0].dim_value != 1:
        sizes.insert(0, onnx.TensorShapeProto.Dimension())
    sizes[0].Clear()
    sizes[0].dim_param = BATCH
