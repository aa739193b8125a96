"""Turns the .tflite graphs of MediaPipe's face landmarker into ONNX, so that one runtime serves all models.

Covers the operator kinds those graphs use and refuses any other. Convolutions run in NCHW, all else
keeps TensorFlow's NHWC; transposes are put in only where the layouts meet. Padding is written as
explicit numbers, because OpenCV 5 reads `SAME_UPPER` wrongly. Half-precision weights stay half
precision in the file and are cast while loading. The format: tensorflow/lite/schema/schema.fbs.
"""

from typing import Any

import numpy as np
import onnx
import tflite  # type: ignore[import-untyped]
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
#: tflite.TensorType -> numpy: float32, float16, int32, int64.
TYPES = {0: np.float32, 1: np.float16, 2: np.int32, 4: np.int64}
RELU, RELU6, NO_ACTIVATION = 1, 3, 0
SAME = 0
TO_NCHW, TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]
PLAIN = {"MUL": "Mul", "SUB": "Sub", "DIV": "Div", "NEG": "Neg", "SQRT": "Sqrt"}


def convert(data: bytes, name: str) -> bytes:
    """The ONNX form of a .tflite file; ValueError names an operator that is not known."""
    model = _Conversion(tflite.Model.GetRootAs(data, 0), name).run()
    return bytes(model.SerializeToString(deterministic=True))


class _Conversion:
    """One graph on its way from tflite to ONNX."""

    def __init__(self, model: Any, name: str) -> None:
        self.model, self.name, self.graph = model, name, model.Subgraphs(0)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, np.ndarray] = {}
        #: Tensor number -> its constant value; -> its name per layout.
        self.constants: dict[int, np.ndarray] = {}
        self.names: dict[tuple[int, str], str] = {}
        self.kinds = {
            getattr(tflite.BuiltinOperator, kind): kind
            for kind in dir(tflite.BuiltinOperator)
            if kind.isupper()
        }

    def run(self) -> onnx.ModelProto:
        inputs = [int(i) for i in self.graph.InputsAsNumpy()]
        outputs = [int(i) for i in self.graph.OutputsAsNumpy()]
        for number in range(self.graph.TensorsLength()):
            self._constant(number)
        for number, title in zip(inputs, self._titles("input", inputs), strict=True):
            self.names[number, "plain"] = title
        for number in range(self.graph.OperatorsLength()):
            self._operator(self.graph.Operators(number))
        for number, title in zip(outputs, self._titles("output", outputs), strict=True):
            self.nodes.append(helper.make_node("Identity", [self._plain(number)], [title]))
        graph = helper.make_graph(
            self.nodes,
            self.name,
            [self._info(n, t) for n, t in zip(inputs, self._titles("input", inputs), strict=True)],
            [self._info(n, t) for n, t in zip(outputs, self._titles("output", outputs), strict=True)],
            [numpy_helper.from_array(value, key) for key, value in self.weights.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model

    # ------------------------------------------------------------ tensors

    @staticmethod
    def _titles(stem: str, numbers: list[int]) -> list[str]:
        return [f"{stem}{index}" for index in range(len(numbers))]

    def _shape(self, number: int) -> list[int]:
        tensor = self.graph.Tensors(number)
        return [int(size) for size in tensor.ShapeAsNumpy()] if tensor.ShapeLength() else []

    def _info(self, number: int, title: str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(title, TensorProto.FLOAT, self._shape(number))

    def _constant(self, number: int) -> None:
        tensor = self.graph.Tensors(number)
        buffer = self.model.Buffers(tensor.Buffer())
        if buffer.DataLength():
            values = np.frombuffer(buffer.DataAsNumpy().tobytes(), TYPES[tensor.Type()])
            self.constants[number] = values.reshape(self._shape(number))

    def _weight(self, value: np.ndarray) -> str:
        """Adds a constant as float32 to the graph, kept as float16 where that loses nothing."""
        key = f"w{len(self.weights)}"
        half = value.astype(np.float16)
        if value.size < 64 or not np.array_equal(half.astype(np.float32), value):
            self.weights[key] = value.astype(np.float32)
            return key
        self.weights[key] = half
        self.nodes.append(helper.make_node("Cast", [key], [key + "f"], to=TensorProto.FLOAT))
        return key + "f"

    def _ints(self, values: list[int]) -> str:
        key = f"w{len(self.weights)}"
        self.weights[key] = np.array(values, np.int64)
        return key

    def _emit(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        out = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def _plain(self, number: int) -> str:
        if (number, "plain") not in self.names:
            if number in self.constants:
                self.names[number, "plain"] = self._weight(self.constants[number])
            else:
                moved = self._emit("Transpose", [self.names[number, "nchw"]], perm=TO_NHWC)
                self.names[number, "plain"] = moved
        return self.names[number, "plain"]

    def _nchw(self, number: int) -> str:
        if (number, "nchw") not in self.names:
            moved = self._emit("Transpose", [self._plain(number)], perm=TO_NCHW)
            self.names[number, "nchw"] = moved
        return self.names[number, "nchw"]

    def _value(self, number: int) -> list[int]:
        return [int(v) for v in self.constants[number].ravel()]

    # ------------------------------------------------------------ operators

    def _operator(self, operator: Any) -> None:
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        kind = self.kinds[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = [int(i) for i in operator.InputsAsNumpy()]
        out = int(operator.OutputsAsNumpy()[0])
        if kind == "DEQUANTIZE":
            self.constants[out] = self.constants[inputs[0]].astype(np.float32)
            return
        if kind in PLAIN:
            self.names[out, "plain"] = self._emit(PLAIN[kind], [self._plain(i) for i in inputs])
            self._no_activation(operator, kind)
            return
        convert_one = getattr(self, "_" + kind.lower(), None)
        if convert_one is None:
            raise ValueError(f"{self.name}: the operator {kind} is not known to this converter")
        convert_one(operator, inputs, out)

    @staticmethod
    def _options(operator: Any, kind: str) -> Any:
        options = getattr(tflite, kind)()
        table = operator.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
        return options

    def _no_activation(self, operator: Any, kind: str) -> None:
        if operator.BuiltinOptions() is None or kind not in {"ADD", "SUB", "MUL", "DIV"}:
            return
        if self._options(operator, kind.title() + "Options").FusedActivationFunction():
            raise ValueError(f"{self.name}: {kind} with an activation is not known to this converter")

    def _activated(self, name: str, activation: int) -> str:
        if activation == NO_ACTIVATION:
            return name
        if activation == RELU:
            return self._emit("Relu", [name])
        if activation == RELU6:
            bounds = [self._weight(np.array(0.0)), self._weight(np.array(6.0))]
            return self._emit("Clip", [name, *bounds])
        raise ValueError(f"{self.name}: activation {activation} is not known to this converter")

    def _pads(self, source: int, out: int, kernel: list[int], options: Any, dilation: list[int]) -> list[int]:
        """Explicit ONNX pads of TensorFlow's SAME, which puts the odd pixel below and to the right."""
        if options.Padding() != SAME:
            return [0, 0, 0, 0]
        strides = [options.StrideH(), options.StrideW()]
        have, want = self._shape(source)[1:3], self._shape(out)[1:3]
        total = [
            max(0, (want[a] - 1) * strides[a] + (kernel[a] - 1) * dilation[a] + 1 - have[a]) for a in (0, 1)
        ]
        return [t // 2 for t in total] + [t - t // 2 for t in total]

    def _conv(self, inputs: list[int], out: int, weight: np.ndarray, options: Any, group: int) -> None:
        dilation = [options.DilationHFactor(), options.DilationWFactor()]
        kernel = list(weight.shape[2:])
        names = [self._nchw(inputs[0]), self._weight(weight)]
        if len(inputs) > 2:
            names.append(self._weight(self.constants[inputs[2]]))
        made = self._emit(
            "Conv",
            names,
            kernel_shape=kernel,
            strides=[options.StrideH(), options.StrideW()],
            dilations=dilation,
            group=group,
            pads=self._pads(inputs[0], out, kernel, options, dilation),
        )
        self.names[out, "nchw"] = self._activated(made, options.FusedActivationFunction())

    def _conv_2d(self, operator: Any, inputs: list[int], out: int) -> None:
        weight = self.constants[inputs[1]].transpose(0, 3, 1, 2)  # OHWI -> OIHW
        self._conv(inputs, out, weight, self._options(operator, "Conv2DOptions"), group=1)

    def _depthwise_conv_2d(self, operator: Any, inputs: list[int], out: int) -> None:
        weight = self.constants[inputs[1]].transpose(3, 0, 1, 2)  # 1HWC -> C1HW
        group = self._shape(inputs[0])[3]
        self._conv(inputs, out, weight, self._options(operator, "DepthwiseConv2DOptions"), group)

    def _max_pool_2d(self, operator: Any, inputs: list[int], out: int) -> None:
        options = self._options(operator, "Pool2DOptions")
        kernel = [options.FilterHeight(), options.FilterWidth()]
        made = self._emit(
            "MaxPool",
            [self._nchw(inputs[0])],
            kernel_shape=kernel,
            strides=[options.StrideH(), options.StrideW()],
            pads=self._pads(inputs[0], out, kernel, options, [1, 1]),
        )
        self.names[out, "nchw"] = self._activated(made, options.FusedActivationFunction())

    def _prelu(self, _operator: Any, inputs: list[int], out: int) -> None:
        """Writes max(x, 0) + s min(x, 0) as s x + sign(1 - s) relu(|1 - s| x), by 1x1 depthwise convolutions.

        The same numbers, but onnxruntime 1.31 keeps its blocked layout then: the face mesh takes
        5 ms so, 15 ms with PRelu, 7 ms with Mul and Max.
        """
        source, slope = self._nchw(inputs[0]), self.constants[inputs[1]].ravel()
        bent = self._emit("Relu", [self._scaled(source, np.abs(1 - slope))])
        if (slope > 1).any():
            bent = self._scaled(bent, np.sign(1 - slope))
        self.names[out, "nchw"] = self._emit("Add", [self._scaled(source, slope), bent])

    def _scaled(self, name: str, factors: np.ndarray) -> str:
        weight = self._weight(factors.reshape(-1, 1, 1, 1))
        return self._emit("Conv", [name, weight], kernel_shape=[1, 1], group=factors.size)

    def _pad(self, _operator: Any, inputs: list[int], out: int) -> None:
        amounts = self.constants[inputs[1]].reshape(-1, 2)[TO_NCHW]
        pads = self._ints([*amounts[:, 0], *amounts[:, 1]])
        self.names[out, "nchw"] = self._emit("Pad", [self._nchw(inputs[0]), pads], mode="constant")

    def _add(self, operator: Any, inputs: list[int], out: int) -> None:
        self._no_activation(operator, "ADD")
        if all((i, "nchw") in self.names for i in inputs):
            self.names[out, "nchw"] = self._emit("Add", [self._nchw(i) for i in inputs])
        else:
            self.names[out, "plain"] = self._emit("Add", [self._plain(i) for i in inputs])

    def _logistic(self, _operator: Any, inputs: list[int], out: int) -> None:
        self.names[out, "plain"] = self._emit("Sigmoid", [self._plain(inputs[0])])

    def _reshape(self, _operator: Any, inputs: list[int], out: int) -> None:
        shape = self._ints(self._shape(out))
        self.names[out, "plain"] = self._emit("Reshape", [self._plain(inputs[0]), shape])

    def _transpose(self, _operator: Any, inputs: list[int], out: int) -> None:
        order = self._value(inputs[1])
        self.names[out, "plain"] = self._emit("Transpose", [self._plain(inputs[0])], perm=order)

    def _mean(self, operator: Any, inputs: list[int], out: int) -> None:
        self.names[out, "plain"] = self._emit(
            "ReduceMean",
            [self._plain(inputs[0])],
            axes=self._value(inputs[1]),
            keepdims=int(self._options(operator, "ReducerOptions").KeepDims()),
        )

    def _sum(self, operator: Any, inputs: list[int], out: int) -> None:
        self.names[out, "plain"] = self._emit(
            "ReduceSum",
            [self._plain(inputs[0]), self._ints(self._value(inputs[1]))],
            keepdims=int(self._options(operator, "ReducerOptions").KeepDims()),
        )

    def _squared_difference(self, _operator: Any, inputs: list[int], out: int) -> None:
        difference = self._emit("Sub", [self._plain(i) for i in inputs])
        self.names[out, "plain"] = self._emit("Mul", [difference, difference])

    def _rsqrt(self, _operator: Any, inputs: list[int], out: int) -> None:
        self.names[out, "plain"] = self._emit("Reciprocal", [self._emit("Sqrt", [self._plain(inputs[0])])])

    def _concatenation(self, operator: Any, inputs: list[int], out: int) -> None:
        axis = self._options(operator, "ConcatenationOptions").Axis()
        self.names[out, "plain"] = self._emit("Concat", [self._plain(i) for i in inputs], axis=axis)

    def _strided_slice(self, operator: Any, inputs: list[int], out: int) -> None:
        """Slices whole axes or [begin:end:1]; the masks say where begin or end means the edge."""
        options = self._options(operator, "StridedSliceOptions")
        if options.EllipsisMask() or options.NewAxisMask():
            raise ValueError(f"{self.name}: such a STRIDED_SLICE is not known to this converter")
        begin, end, steps = (self._value(i) for i in inputs[1:4])
        shape = self._shape(inputs[0])
        for axis in range(len(begin)):
            if options.BeginMask() >> axis & 1:
                begin[axis] = 0
            if options.EndMask() >> axis & 1:
                end[axis] = shape[axis]
        axes = self._ints(list(range(len(begin))))
        numbers = [self._ints(begin), self._ints(end), axes, self._ints(steps)]
        sliced = self._emit("Slice", [self._plain(inputs[0]), *numbers])
        self.names[out, "plain"] = self._emit("Reshape", [sliced, self._ints(self._shape(out))])
