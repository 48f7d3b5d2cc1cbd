"""Writes a small window artifact with a known answer: the logit is ten times the mean of the red plane minus five."""

import hashlib
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from fakeprint.core.calibration import Bucket, BucketCalibration, Calibration, ConformalQuantiles, PlattMap
from fakeprint.core.card import Attribution, Card, CardFile, DataSource, InputSpec, MapSpec, OutputSpec, PixelSpec, WindowSpec
from fakeprint.core.evidence import OperatingPoint, Question, Route


def graph() -> bytes:
    """The graph: patches of 16 x 16 pixels, their mean, and three class logits made from it."""
    nodes = [
        helper.make_node("Slice", ["image", "zero", "one", "axis"], ["red"]),
        helper.make_node("AveragePool", ["red"], ["pooled"], kernel_shape=[16, 16], strides=[16, 16]),
        helper.make_node("Mul", ["pooled", "ten"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "five"], ["patch_logits"]),
        helper.make_node("ReduceMean", ["patch_logits"], ["logit"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("ReduceMean", ["patch_logits"], ["column"], axes=[2, 3], keepdims=0),
        helper.make_node("Mul", ["column", "signs"], ["class_logits"]),
    ]
    constants = [
        helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
        helper.make_tensor("ten", TensorProto.FLOAT, [], [10.0]),
        helper.make_tensor("five", TensorProto.FLOAT, [], [5.0]),
        helper.make_tensor("signs", TensorProto.FLOAT, [1, 3], [1.0, 0.0, -1.0]),
    ]
    outputs = [
        helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["n"]),
        helper.make_tensor_value_info("patch_logits", TensorProto.FLOAT, ["n", 1, "h", "w"]),
        helper.make_tensor_value_info("class_logits", TensorProto.FLOAT, ["n", 3]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "height", "width"])
    model = helper.make_model(
        helper.make_graph(nodes, "known", [image], outputs, constants), opset_imports=[helper.make_opsetid("", 13)], ir_version=8
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def calibration() -> Calibration:
    """A calibration that passes logits through and has both operating points."""
    point = {"fpr": 0.01, "fpr_high": 0.04, "tpr": 0.9, "tpr_low": 0.85}
    every = BucketCalibration(
        bucket=Bucket(),
        map=PlattMap(slope=1.0, intercept=0.0),
        n_authentic=400,
        n_synthetic=400,
        llr_low=-4.0,
        llr_high=4.0,
        some=OperatingPoint(llr=1.0, target_fpr=0.05, **point),
        strong=OperatingPoint(llr=3.0, target_fpr=0.01, **(point | {"fpr": 0.0, "fpr_high": 0.009})),
        conformal=ConformalQuantiles(alpha=0.05, synthetic_low=0.5, authentic_high=0.9),
    )
    return Calibration(scorecard="made-by-hand", created="2026-01-01", validated_until="2026-01-01", buckets=(every,))


def write_artifact(folder: Path, *, calibrated: bool = True, cells: MapSpec | None = None) -> Path:
    """Write the artifact and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data = graph()
    (folder / "model.onnx").write_bytes(data)
    card = Card(
        name="known-answer",
        version="1",
        title="Red is generated",
        question=Question.SYNTHETIC,
        route=Route.WHOLE_IMAGE,
        description="A model for tests.",
        created="2026-01-01",
        architecture="mean of the red plane",
        parameters=1,
        terms="none",
        input=InputSpec(pixels=PixelSpec(), crop=WindowSpec(size=128, stride=96, max_windows=5, min_side=96, map=cells)),
        outputs=(
            OutputSpec(name="logit", shape=("n",), meaning="log-odds"),
            OutputSpec(name="patch_logits", shape=("n", "1", "h", "w"), meaning="log-odds of patches"),
            OutputSpec(name="class_logits", shape=("n", "3"), meaning="families"),
        ),
        labels=("red-maker", "grey-maker", "dark-maker"),
        sources=(DataSource(name="none", role="train", authentic=0, positive=0, terms="none"),),
        validated_until="2026-01-01",
        known_failures=("everything that is red",),
        command="tests/detectors/make.py",
        recipe_sha256="0" * 64,
        seed=0,
        files=(CardFile(name="model.onnx", bytes=len(data), sha256=hashlib.sha256(data).hexdigest()),),
        calibration=calibration() if calibrated else None,
        attribution=Attribution(temperature=1.0, min_probability=0.9),
    )
    (folder / "card.json").write_text(card.model_dump_json(indent=1), encoding="utf-8")
    return folder
