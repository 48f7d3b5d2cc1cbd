"""A model that redraws faces: its maps stand beside the score of the face that scores highest."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from fakeprint.core.card import Card, CardFile, FaceSpec, InputSpec, OutputSpec
from fakeprint.core.errors import ArtifactError
from fakeprint.core.evidence import EvidenceStatus, Question, Route
from fakeprint.core.limits import Limits
from fakeprint.detectors.face_swap import FaceSwapDetector
from fakeprint.detectors.load import load_detector
from fakeprint.detectors.recce import RecceDetector
from fakeprint.detectors.redrawing import WHITE, redrawing_pictures
from fakeprint.media.item import MediaItem
from fakeprint.media.probe import open_media

SIZE = 96
MAPS = ("reconstruction", "residual", "attention")


def graph(outputs: tuple[str, ...]) -> bytes:
    """The logit is ten times the mean red minus five; the redrawing is half as bright as the face."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["colours"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["colours", "red", "minus"], ["column"]),
        helper.make_node("Squeeze", ["column", "axis"], ["logit"]),
        helper.make_node("Mul", ["image", "half"], ["reconstruction"]),
        helper.make_node("ReduceMean", ["reconstruction"], ["residual"], axes=[1], keepdims=1),
        helper.make_node("AveragePool", ["residual"], ["attention"], kernel_shape=[16, 16], strides=[16, 16]),
    ]
    constants = [
        helper.make_tensor("red", TensorProto.FLOAT, [3, 1], [10.0, 0.0, 0.0]),
        helper.make_tensor("minus", TensorProto.FLOAT, [1], [-5.0]),
        helper.make_tensor("half", TensorProto.FLOAT, [], [0.5]),
        helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
    ]
    shapes = {"logit": ["n"], "reconstruction": ["n", 3, "h", "w"], "residual": ["n", 1, "h", "w"], "attention": ["n", 1, "r", "c"]}
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in outputs]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "height", "width"])
    made = helper.make_graph(nodes, "redraws", [image], given, constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture
def redrawing(make: SimpleNamespace, tmp_path: Path) -> Callable[..., Path]:
    """Write an artifact of that kind and return its folder."""

    def write(*, maps: bool = True, calibrated: bool = True) -> Path:
        folder = make.write_artifact(tmp_path / f"models-{maps}-{calibrated}", calibrated=calibrated)
        data = graph(("logit", *(MAPS if maps else ())))
        (folder / "model.onnx").write_bytes(data)
        card = Card.model_validate_json((folder / "card.json").read_bytes()).model_copy(
            update={
                "name": "redraws",
                "question": Question.MANIPULATED,
                "route": Route.FACE,
                "input": InputSpec(crop=FaceSpec(size=SIZE, scale=1.3, min_side=40)),
                "outputs": tuple(OutputSpec(name=name, shape=("n",), meaning="known") for name in ("logit", *(MAPS if maps else ()))),
                "labels": (),
                "attribution": None,
                "files": (CardFile(name="model.onnx", bytes=len(data), sha256=hashlib.sha256(data).hexdigest()),),
            }
        )
        (folder / "card.json").write_text(card.model_dump_json())
        return folder

    return write


scene = run_path(str(Path(__file__).with_name("drawn_faces.py")))["scene"]


@pytest.fixture
def portrait(tmp_path: Path) -> Callable[..., MediaItem]:
    """Write a picture with drawn faces at (left, top, side) and open it."""

    def write(*places: tuple[int, int, int], want_pictures: bool = True) -> MediaItem:
        path = tmp_path / "people.png"
        Image.fromarray(scene(700, 360, *places)).save(path)
        opened = open_media(path, Limits())
        assert opened.media is not None
        assert opened.container is not None
        return MediaItem(opened.media, opened.container, path, path.name, Limits(), want_pictures=want_pictures)

    return write


def test_outputs_choose_the_detector(redrawing: Callable[..., Path]) -> None:
    assert isinstance(load_detector(redrawing()), RecceDetector)
    assert type(load_detector(redrawing(maps=False))) is FaceSwapDetector


def test_maps_stand_beside_the_score(redrawing: Callable[..., Path], portrait: Callable[..., MediaItem]) -> None:
    item = portrait((50, 60, 200))
    evidence = load_detector(redrawing()).examine(item)
    assert evidence.status is EvidenceStatus.OK
    assert [one.name for one in evidence.files] == [f"redraws-{name}.png" for name in MAPS]
    assert {one.role for one in evidence.files} == {"map"}
    pictures = [np.asarray(Image.open(BytesIO(item.attachments[one.sha256]))) for one in evidence.files]
    assert [one.shape for one in pictures] == [(SIZE, 2 * SIZE, 3), (SIZE, SIZE), (SIZE, SIZE)]
    face, redrawn = pictures[0][:, :SIZE].astype(int), pictures[0][:, SIZE:].astype(int)
    assert np.abs(redrawn * 2 - face).max() <= 1, "the redrawing of this model is half as bright"
    assert np.abs(pictures[1] - np.clip(face.mean(2) / 2 / WHITE, 0, 255)).max() <= 2


def test_the_face_that_scores_highest_is_shown(redrawing: Callable[..., Path], portrait: Callable[..., MediaItem]) -> None:
    item = portrait((30, 60, 200), (400, 60, 200))
    evidence = load_detector(redrawing()).examine(item)
    highest = max(evidence.regions, key=lambda one: one.score or 0.0)
    (red,) = [one.score for one in evidence.regions if one is highest]
    shown = np.asarray(Image.open(BytesIO(item.attachments[evidence.files[0].sha256])))[:, :SIZE, 0]
    assert len(evidence.regions) == 2
    assert red == pytest.approx(10 * shown.mean() / 255 - 5, abs=0.05)


def test_pictures_only_where_they_are_wanted(redrawing: Callable[..., Path], portrait: Callable[..., MediaItem]) -> None:
    item = portrait((50, 60, 200), want_pictures=False)
    assert load_detector(redrawing()).examine(item).files == ()
    assert not item.attachments
    nobody = portrait()
    evidence = load_detector(redrawing()).examine(nobody)
    assert (evidence.reason, evidence.files) == ("no_face", ())


def test_uncalibrated_models_show_their_maps_and_claim_nothing(redrawing: Callable[..., Path], portrait: Callable[..., MediaItem]) -> None:
    evidence = load_detector(redrawing(calibrated=False)).examine(portrait((50, 60, 200)))
    assert (evidence.status, evidence.reason, evidence.score) == (EvidenceStatus.NOT_APPLICABLE, "not_calibrated", None)
    assert len(evidence.files) == 3


def test_models_of_whole_pictures_are_refused(artifact: Path) -> None:
    with pytest.raises(ArtifactError, match="not at faces"):
        RecceDetector(artifact)


def test_values_beyond_the_scale_stay_black_or_white() -> None:
    face = np.zeros((4, 4, 3), np.uint8)
    outside = np.full((3, 4, 4), 1.5, np.float32), np.full((1, 4, 4), 9, np.float32), np.full((1, 2, 2), -1, np.float32)
    pictures = [np.asarray(Image.open(BytesIO(data))) for _, data in redrawing_pictures(face, *outside, name="x")]
    assert [int(one[0, -1].max()) for one in pictures] == [255, 255, 0]
