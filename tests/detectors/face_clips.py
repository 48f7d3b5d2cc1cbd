"""Writes clips of drawn faces, and a face artifact with a known answer: the logit is twenty times the mean red of the crop minus ten."""

import hashlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import av
import numpy as np
import onnx
from onnx import TensorProto, helper

from fakeprint.core.card import Card, CardFile, FaceSpec, InputSpec, OutputSpec
from fakeprint.core.evidence import Question, Route

_HERE = Path(__file__)
drawn = SimpleNamespace(**run_path(str(_HERE.with_name("drawn_faces.py"))))
make = SimpleNamespace(**run_path(str(_HERE.with_name("make.py"))))

Place = tuple[int, int, int, float]
"""Left, top and side of a drawn face in pixels, and how bright its red is."""


def frame(width: int, height: int, places: Sequence[Place]) -> np.ndarray:
    """Return (height, width, 3) uint8: drawn faces of different redness on a plain ground with a little texture."""
    ground = np.random.default_rng(3).integers(-4, 5, (height, width, 1))
    pixels = np.clip(np.array(drawn.BACKGROUND) + ground, 0, 255).astype(np.uint8)
    for left, top, side, red in places:
        face = np.asarray(drawn.drawn_face(side)).astype(np.float64) * (red, 1, 1)
        pixels[top : top + side, left : left + side] = np.clip(face, 0, 255).astype(np.uint8)
    return pixels


def write_clip(
    path: Path, places: Callable[[int], Sequence[Place]], *, frames: int = 16, fps: int = 8, size: tuple[int, int] = (640, 360)
) -> Path:
    """Write an almost lossless clip whose frame n shows the faces that ``places(n)`` gives."""
    with av.open(str(path), "w") as movie:
        stream = movie.add_stream("libx264", rate=fps, options={"crf": "8", "preset": "ultrafast", "g": "8"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(frame(*size, places(number)), format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, fps)
            movie.mux(stream.encode(picture))
        movie.mux(stream.encode())
    return path


def graph() -> bytes:
    """The graph: the mean of the red plane, scaled."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["colours"], axes=[2, 3], keepdims=0),
        helper.make_node("Slice", ["colours", "zero", "one", "axis"], ["red"]),
        helper.make_node("Mul", ["red", "twenty"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "ten"], ["column"]),
        helper.make_node("Squeeze", ["column", "axis"], ["logit"]),
    ]
    constants = [
        helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
        helper.make_tensor("twenty", TensorProto.FLOAT, [], [20.0]),
        helper.make_tensor("ten", TensorProto.FLOAT, [], [10.0]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 64, 64])
    logit = helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["n"])
    model = helper.make_model(
        helper.make_graph(nodes, "red", [image], [logit], constants), opset_imports=[helper.make_opsetid("", 13)], ir_version=8
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def write_artifact(folder: Path, *, name: str = "red-face", calibrated: bool = True, pool: str = "mean_odds", min_side: int = 48) -> Path:
    """Write the artifact and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data = graph()
    (folder / "model.onnx").write_bytes(data)
    card = Card(
        name=name,
        version="1",
        title="Red faces are manipulated",
        question=Question.MANIPULATED,
        route=Route.FACE,
        description="A model for tests.",
        created="2026-01-01",
        architecture="mean of the red plane",
        parameters=1,
        terms="none",
        input=InputSpec(crop=FaceSpec(size=64, scale=1.0, min_side=min_side, pool=pool)),
        outputs=(OutputSpec(name="logit", shape=("n",), meaning="log-odds"),),
        sources=(),
        validated_until="2026-01-01",
        known_failures=("everything that is red",),
        command="tests/detectors/face_clips.py",
        recipe_sha256="0" * 64,
        seed=0,
        files=(CardFile(name="model.onnx", bytes=len(data), sha256=hashlib.sha256(data).hexdigest()),),
        calibration=make.calibration() if calibrated else None,
    )
    (folder / "card.json").write_text(card.model_dump_json(indent=1), encoding="utf-8")
    return folder
