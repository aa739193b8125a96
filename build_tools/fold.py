"""Prepares CenterFace: folds its BatchNorms into the transposed convolutions before them.

OpenCV 4.11-4.14 fuses the pair again with each change of the input size, which spoils the result;
folded, onnxruntime also needs less than half the time. The input and output sizes become free.
"""

import numpy as np
import onnx
from onnx import helper, numpy_helper


def fold(data: bytes) -> bytes:
    """The same network without BatchNormalization, for pictures of any size that is a multiple of 32."""
    model = onnx.load_from_string(data)
    graph = model.graph
    weights = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    makers = {node.output[0]: node for node in graph.node}
    for norm in [node for node in graph.node if node.op_type == "BatchNormalization"]:
        _fold_one(graph, norm, makers[norm.input[0]], weights)
    _keep_used(graph, weights)
    for value, size in [*((v, 1) for v in graph.input), *((v, 4) for v in graph.output)]:
        dims = value.type.tensor_type.shape.dim
        dims[0].dim_value = 1
        for axis, name in ((2, "height"), (3, "width")):
            dims[axis].Clear()
            dims[axis].dim_param = name if size == 1 else f"{name}/{size}"
    graph.ClearField("value_info")
    # Operator set 9 reads the same in 11, which is the oldest that current runtimes optimise fully.
    model = onnx.version_converter.convert_version(model, 11)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _fold_one(
    graph: onnx.GraphProto, norm: onnx.NodeProto, conv: onnx.NodeProto, weights: dict[str, np.ndarray]
) -> None:
    if conv.op_type != "ConvTranspose" or len(conv.input) != 2 or _attribute(conv, "group", 1) != 1:
        raise ValueError(f"{norm.name}: no transposed convolution without bias stands before this BatchNorm")
    scale, bias, mean, variance = (weights[name].astype(np.float64) for name in norm.input[1:5])
    factor = scale / np.sqrt(variance + _attribute(norm, "epsilon", 1e-5))
    kernel = weights[conv.input[1]].astype(np.float64) * factor[None, :, None, None]  # IOHW
    weights[conv.input[1]] = kernel.astype(np.float32)
    added = norm.output[0] + ".folded"
    weights[added] = (bias - mean * factor).astype(np.float32)
    conv.input.append(added)
    conv.output[0] = norm.output[0]
    graph.node.remove(norm)


def _attribute(node: onnx.NodeProto, name: str, default: float) -> float:
    for attribute in node.attribute:
        if attribute.name == name:
            return float(helper.get_attribute_value(attribute))
    return default


def _keep_used(graph: onnx.GraphProto, weights: dict[str, np.ndarray]) -> None:
    used = {name for node in graph.node for name in node.input}
    inputs = [value for value in graph.input if value.name not in weights and value.name in used]
    graph.ClearField("initializer")
    graph.initializer.extend(numpy_helper.from_array(weights[n], n) for n in sorted(weights) if n in used)
    graph.ClearField("input")
    graph.input.extend(inputs)
