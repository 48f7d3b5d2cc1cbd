"""Published detectors in ONNX as face finders: models of the same layout with random weights, decoded by plain loops beside."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("torch")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from fakeprint.core.errors import UsageError  # noqa: E402
from fakeprint.detectors.artifact import load_artifact  # noqa: E402
from fakeprint.detectors.face_finder import FaceFinder  # noqa: E402
from fakeprint.learn.face_convert import convert  # noqa: E402
from fakeprint.learn.face_wrap import KINDS, STRIDES, wrap  # noqa: E402

SIDE = 64


def saved(
    path: Path, nodes: list, weights: dict[str, np.ndarray], image: tuple[str, list], outputs: dict[str, list], opset: int = 11
) -> Path:
    graph = helper.make_graph(
        nodes,
        "detector",
        [helper.make_tensor_value_info(image[0], TensorProto.FLOAT, image[1])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.save(model, path)
    return path


def yunet(path: Path, *, shape: tuple[object, object] = (SIDE, SIDE), opset: int = 11, without: str = "") -> Path:
    """The twelve outputs of YuNet, each one convolution of the picture; scores reach beyond 0 and 1."""
    random = np.random.default_rng(5)
    nodes, weights, outputs = [], {}, {}
    for stride in STRIDES:
        for kind, width in KINDS.items():
            name = f"{kind}_{stride}"
            scale = 0.5 if kind in ("cls", "obj") else 1.0
            weights[f"w_{name}"] = (random.normal(0, scale, (width, 3, stride, stride)) / (255 * stride)).astype(np.float32)
            weights[f"b_{name}"] = np.full(width, 0.7 if kind in ("cls", "obj") else 0.2, np.float32)
            weights[f"s_{name}"] = np.array([1, -1, width], np.int64)
            nodes += [
                helper.make_node("Conv", ["input", f"w_{name}", f"b_{name}"], [f"c_{name}"], strides=[stride, stride]),
                helper.make_node("Transpose", [f"c_{name}"], [f"t_{name}"], perm=[0, 2, 3, 1]),
                helper.make_node("Reshape", [f"t_{name}", f"s_{name}"], [name]),
            ]
            if name != without:
                outputs[name] = [1, None, width]
    return saved(path, nodes, weights, ("input", [1, 3, *shape]), outputs, opset)


def decoded(raw: dict[str, np.ndarray], side: int) -> np.ndarray:
    """The published rule in plain loops: rows of x1, y1, x2, y2, five points, score."""
    rows = []
    for stride in STRIDES:
        for number in range((side // stride) ** 2):
            r, c = divmod(number, side // stride)
            bbox, kps = raw[f"bbox_{stride}"][0, number], raw[f"kps_{stride}"][0, number]
            score = np.sqrt(np.prod([min(max(raw[f"{kind}_{stride}"][0, number, 0], 0.0), 1.0) for kind in ("cls", "obj")]))
            cx, cy, w, h = (c + bbox[0]) * stride, (r + bbox[1]) * stride, np.exp(bbox[2]) * stride, np.exp(bbox[3]) * stride
            points = [(kps[i] + (c, r)[i % 2]) * stride for i in range(10)]
            rows.append([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2, *points, score])
    return np.array(rows)


def run(graph: bytes | str, image: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(names, {session.get_inputs()[0].name: image}), strict=True))


@pytest.mark.parametrize("shape", [(SIDE, SIDE), ("h", "w")])
def test_yunet_decodes_as_published(tmp_path: Path, shape: tuple[object, object]) -> None:
    path = yunet(tmp_path / "yunet.onnx", shape=shape)
    rgb = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3)).astype(np.float32)
    wanted = decoded(run(str(path), np.ascontiguousarray(rgb[..., ::-1].transpose(2, 0, 1)[None])), SIDE)
    wrapped = wrap(path, size=SIDE)
    given = run(wrapped.graph, (rgb / 255).transpose(2, 0, 1)[None].copy())["boxes"]
    assert given.shape == (1, 84, 15)
    assert given[0] == pytest.approx(wanted, rel=1e-4, abs=1e-3)
    assert 0 < (wanted[:, 14] > 0.5).mean() < 1


def test_yunet_as_a_face_finder(tmp_path: Path) -> None:
    card = convert(yunet(tmp_path / "yunet.onnx"), tmp_path / "artifact")
    assert (card.name, card.terms.split()[0], card.input.crop.size) == ("yunet", "MIT", SIDE)
    finder = FaceFinder(load_artifact(tmp_path / "artifact"), policy="whole")
    rgb = np.random.default_rng(2).integers(0, 256, (2 * SIDE, SIDE, 3), dtype=np.uint8)
    faces = finder.find(rgb)
    assert faces
    for one in faces:
        assert one.keypoints.shape == (4, 2)
        assert np.isfinite([*one.box, one.score, *one.keypoints.ravel()]).all()
    assert [one.box for one in finder.find(rgb)] == [one.box for one in faces]


def blazeface(path: Path, *, last: bool, side: int = 128) -> Path:
    """Two outputs over 896 anchors, from one convolution; the picture has its colours first or last."""
    random = np.random.default_rng(7)
    weights = {"w": random.normal(0, 0.05, (14 * 17, 3, 16, 16)).astype(np.float32), "shape": np.array([1, 896, 17], np.int64)}
    weights |= {"zero": np.array([0]), "sixteen": np.array([16]), "seventeen": np.array([17]), "axis": np.array([2])}
    nodes = [
        helper.make_node("Transpose" if last else "Identity", ["image"], ["first"], **({"perm": [0, 3, 1, 2]} if last else {})),
        helper.make_node("Conv", ["first", "w"], ["maps"], strides=[16, 16]),
        helper.make_node("Transpose", ["maps"], ["cells"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["cells", "shape"], ["rows"]),
        helper.make_node("Slice", ["rows", "sixteen", "seventeen", "axis"], ["classificators"]),
        helper.make_node("Slice", ["rows", "zero", "sixteen", "axis"], ["regressors"]),
    ]
    shape = [1, side, side, 3] if last else [1, 3, side, side]
    return saved(path, nodes, weights, ("image", shape), {"classificators": [1, 896, 1], "regressors": [1, 896, 16]})


@pytest.mark.parametrize("last", [True, False])
def test_blazeface_of_mediapipe(tmp_path: Path, last: bool) -> None:
    path = blazeface(tmp_path / "short.onnx", last=last)
    image = np.random.default_rng(3).uniform(-1, 1, (1, 3, 128, 128)).astype(np.float32)
    raw = run(str(path), image.transpose(0, 2, 3, 1).copy() if last else image)
    wrapped = wrap(path)
    assert (wrapped.kind, wrapped.size, wrapped.output) == ("BlazeFace", 128, "anchors")
    given = run(wrapped.graph, image)["anchors"]
    assert np.array_equal(given, np.concatenate([raw["regressors"], raw["classificators"]], axis=2))
    card = convert(path, tmp_path / "artifact")
    assert card.name == "blazeface-front"
    FaceFinder(tmp_path / "artifact").find(np.zeros((90, 120, 3), np.uint8))


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "no.onnx").write_bytes(b"\xff\xfe not a model")
    with pytest.raises(UsageError, match="not an ONNX model"):
        wrap(tmp_path / "no.onnx")
    with pytest.raises(UsageError, match="neither the outputs"):
        wrap(yunet(tmp_path / "a.onnx", without="kps_16"))
    with pytest.raises(UsageError, match="does not fit a size of 320"):
        wrap(yunet(tmp_path / "b.onnx"), size=320)
    with pytest.raises(UsageError, match="multiple of 32"):
        wrap(yunet(tmp_path / "c.onnx", shape=("h", "w")), size=100)
    with pytest.raises(UsageError, match="older than version 11"):
        wrap(yunet(tmp_path / "d.onnx", opset=9))
    with pytest.raises(UsageError, match="no square picture"):
        wrap(saved(tmp_path / "e.onnx", [helper.make_node("Identity", ["image"], ["x"]), helper.make_node("Identity", ["image"], ["y"])],
                   {}, ("image", [1, 4, 6, 3]), {"x": [1, 896, 16], "y": [1, 896, 1]}))  # fmt: skip
