"""Published BlazeFace weights as artifacts: networks of the same shape with random weights."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from safetensors.torch import save_file  # noqa: E402

from fakeprint.core.errors import UsageError  # noqa: E402
from fakeprint.detectors.face_finder import FaceFinder  # noqa: E402
from fakeprint.learn.blazeface import FrontNet  # noqa: E402
from fakeprint.learn.face_convert import convert  # noqa: E402
from fakeprint.learn.face_distil import normalised  # noqa: E402
from fakeprint.media.face_boxes import decode  # noqa: E402

quiet = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@quiet
def test_the_artifact_finds_what_the_network_finds(tmp_path: Path) -> None:
    torch.manual_seed(6)
    network = FrontNet().eval()
    with torch.no_grad():
        for head in (network.classifier_8, network.classifier_16):
            head.bias += 3.0
        for head in (network.regressor_8, network.regressor_16):
            head.bias.view(-1, 16)[:, 2:4] = 40.0
    save_file(network.state_dict(), tmp_path / "front.safetensors")
    card = convert(tmp_path / "front.safetensors", tmp_path / "artifact")
    assert (card.parameters, card.input.crop.size, card.measured) == (101_390, 128, ())
    rgb = np.random.default_rng(1).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    finder = FaceFinder(tmp_path / "artifact", policy="whole")
    with torch.no_grad():
        raw = network(normalised(torch.from_numpy(rgb).permute(2, 0, 1)[None]))[0].numpy()
    wanted = decode(raw, size=128, min_score=0.75)
    assert len(wanted) > 100
    best = finder.find(rgb)[0]
    assert wanted[:, 16].max() >= best.score > 0.75
    (tmp_path / "artifact" / "model.onnx").unlink()


def test_refusals(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(UsageError, match="neither the front nor the back"):
        convert(tmp_path / "other.safetensors", tmp_path / "x")
    (tmp_path / "broken.safetensors").write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00{}")
    with pytest.raises(UsageError, match="cannot be read"):
        convert(tmp_path / "broken.safetensors", tmp_path / "y")
