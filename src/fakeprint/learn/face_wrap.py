"""Published face detectors in ONNX, wrapped so that a face finder can run them; the graphs inside are not changed.

YuNet (OpenCV Zoo, MIT)
    Input ``(1, 3, H, W)`` float32 BGR in [0, 255], sides multiples of 32.  Twelve outputs, four for each stride s of 8, 16 and 32, over
    the cells of the grid, row by row: ``cls_s`` and ``obj_s`` ``(1, A, 1)``, ``bbox_s`` ``(1, A, 4)``, ``kps_s`` ``(1, A, 10)``.  The score
    is the root of the product of the first two, each held within [0, 1]; the centre is (cell + offset) s, width and height exp(.) s, and a
    key point (cell + offset) s: right eye, left eye, nose, right and left corner of the mouth.

BlazeFace as exported from MediaPipe (Apache-2.0)
    One input, ``(1, 128, 128, 3)`` or ``(1, 3, 128, 128)``, as ``value / 127.5 - 1``.  Two outputs over 896 anchors, ``(1, 896, 16)``
    places and ``(1, 896, 1)`` logits, in the order that :mod:`fakeprint.media.face_boxes` decodes.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fakeprint.core.errors import UsageError

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto

STRIDES = (8, 16, 32)
KINDS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
_MOST_BYTES = 100_000_000
_IMAGE = "image"
_OWN = "own/"
"""What the names of the wrapped model begin with, so that none meets one of ours."""
_OLDEST = 11


@dataclass(frozen=True)
class Wrapped:
    """A graph that takes ``image`` (1, 3, size, size) and returns ``output``, and what its card must say of it."""

    graph: bytes
    kind: str
    output: str
    size: int
    parameters: int


def wrap(path: Path, *, size: int | None = None) -> Wrapped:
    """Return a published ONNX face detector as a face finder's graph.

    ``size`` is the side of the input, for graphs that leave it open (320 where nothing is said).

    Raises:
        UsageError: no ONNX file, or one of neither layout, or of another size.
    """
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    if path.stat().st_size > _MOST_BYTES:
        raise UsageError(f"{path.name} is larger than a face detector is")
    try:
        model = onnx.load_from_string(path.read_bytes())
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise UsageError(f"{path.name} is not an ONNX model that can be read: {error}") from error
    if min((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), default=0) < _OLDEST:
        raise UsageError(f"{path.name} is written for operators older than version {_OLDEST}; convert it first (onnx.version_converter)")
    names = {one.name for one in model.graph.output}
    shapes = sorted(_shape(one)[1:] for one in model.graph.output)
    model = onnx.compose.add_prefix(model, _OWN)
    weights = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in weights]
    if len(inputs) == 1 and names == {f"{kind}_{stride}" for kind in KINDS for stride in STRIDES}:
        return _yunet(model, inputs[0], size, path.name)
    if len(inputs) == 1 and shapes == [[896, 1], [896, 16]]:
        return _blazeface(model, inputs[0], path.name)
    raise UsageError(f"{path.name} has neither the outputs of YuNet nor those of BlazeFace; it gives {', '.join(sorted(names))}")


def _shape(value: "ValueInfoProto") -> list[int]:
    """Return the dimensions of an input or output; 0 where one is free."""
    return [int(one.dim_value) for one in value.type.tensor_type.shape.dim]


def _yunet(model: "ModelProto", image: "ValueInfoProto", size: int | None, name: str) -> Wrapped:
    shape = _shape(image)
    fixed = shape[2:]
    side = fixed[0] if len(fixed) == 2 and fixed[0] else size or 320
    if len(shape) != 4 or shape[1] != 3 or fixed not in ([side, side], [0, 0]) or side % STRIDES[-1] or size not in (None, side):
        raise UsageError(f"{name}: input {shape} does not fit a size of {size or side}, a multiple of {STRIDES[-1]}")
    pieces = _Pieces(model)
    scaled = pieces.node("Mul", _IMAGE, pieces.number("scale", np.float32(255)), out="scaled")
    pieces.node("Gather", scaled, pieces.number("bgr", np.array([2, 1, 0])), out=image.name, axis=1)
    decoded = [_stride(pieces, stride, side) for stride in STRIDES]
    pieces.node("Concat", *decoded, out="boxes", axis=1)
    cells = sum((side // stride) ** 2 for stride in STRIDES)
    return Wrapped(pieces.finished(side, "boxes", (1, cells, 15)), "YuNet", "boxes", side, pieces.parameters)


def _stride(pieces: "_Pieces", stride: int, side: int) -> str:
    """Add the decoding of one stride; return the name of its (1, A, 15) rows."""
    y, x = np.meshgrid(*[np.arange(side // stride, dtype=np.float32)] * 2, indexing="ij")
    cells = pieces.number(f"cells_{stride}", np.stack([x.ravel(), y.ravel()], axis=1)[None])
    step = pieces.number(f"stride_{stride}", np.float32(stride))
    low, high = pieces.number(f"low_{stride}", np.float32(0)), pieces.number(f"high_{stride}", np.float32(1))
    held = [pieces.node("Clip", f"{_OWN}{kind}_{stride}", low, high) for kind in ("cls", "obj")]
    score = pieces.node("Sqrt", pieces.node("Mul", *held))
    offset, extent = pieces.split(f"{_OWN}bbox_{stride}", 2, 2)
    centre = pieces.node("Mul", pieces.node("Add", offset, cells), step)
    half = pieces.node("Mul", pieces.node("Exp", extent), pieces.number(f"half_{stride}", np.float32(stride / 2)))
    points = [pieces.node("Mul", pieces.node("Add", one, cells), step) for one in pieces.split(f"{_OWN}kps_{stride}", *[2] * 5)]
    corners = (pieces.node("Sub", centre, half), pieces.node("Add", centre, half))
    return pieces.node("Concat", *corners, *points, score, axis=2)


def _blazeface(model: "ModelProto", image: "ValueInfoProto", name: str) -> Wrapped:
    shape = _shape(image)
    last = shape[1:] == [shape[-2], shape[-2], 3]
    side = shape[-2]
    if len(shape) != 4 or side < 32 or not (last or shape[1:] == [3, side, side]):
        raise UsageError(f"{name}: input {shape} is no square picture of three colours")
    pieces = _Pieces(model)
    pieces.node("Transpose" if last else "Identity", _IMAGE, out=image.name, **({"perm": [0, 2, 3, 1]} if last else {}))
    places, logits = sorted((one for one in model.graph.output), key=lambda one: -_shape(one)[2])
    pieces.node("Concat", places.name, logits.name, out="anchors", axis=2)
    return Wrapped(pieces.finished(side, "anchors", (1, 896, 17)), "BlazeFace", "anchors", side, pieces.parameters)


class _Pieces:
    """Nodes and constants put before and behind a model's own."""

    def __init__(self, model: "ModelProto") -> None:
        self.model = model
        self.parameters = sum(int(np.prod(one.dims)) for one in model.graph.initializer)
        self._before: list[NodeProto] = []
        self._behind: list[NodeProto] = []

    def number(self, name: str, value: "np.ndarray | np.generic") -> str:
        """Add a constant."""
        from onnx import numpy_helper

        self.model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, kind: str, *inputs: str, out: str | None = None, **attributes: Any) -> str:
        """Add a node of one output; return the output's name."""
        from onnx import helper

        name = out or f"{kind}_{len(self._behind)}"
        where = self._before if _IMAGE in inputs or "scaled" in inputs else self._behind
        where.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def split(self, name: str, *parts: int) -> list[str]:
        """Cut the last axis into parts."""
        ends = np.cumsum([0, *parts]).tolist()
        cuts = [(("from", start), ("to", end), ("axis", 2)) for start, end in pairwise(ends)]
        return [self.node("Slice", name, *(self.number(f"{name}_{key}_{cut[0][1]}", np.array([one])) for key, one in cut)) for cut in cuts]

    def finished(self, side: int, output: str, shape: tuple[int, ...]) -> bytes:
        """Return the whole as a graph with one input and one output."""
        import onnx
        from onnx import TensorProto, helper

        graph: GraphProto = self.model.graph
        own = list(graph.node)
        del graph.node[:], graph.input[:], graph.output[:], graph.value_info[:]
        graph.node.extend([*self._before, *own, *self._behind])
        graph.input.append(helper.make_tensor_value_info(_IMAGE, TensorProto.FLOAT, [1, 3, side, side]))
        graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, list(shape)))
        onnx.checker.check_model(self.model)
        return bytes(self.model.SerializeToString())
