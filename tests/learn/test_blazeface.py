"""BlazeFace: structure always; golden values where the weights are at hand.

The golden values of the published weights (specs: dfspot 5 and 6) are tested where the environment variable ``FAKEPRINT_DATA`` names a
folder with ``teacher/`` and ``video/``; those of the three pictures where it also holds ``blazeface/1face.png`` and so on.
"""

import os
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402

from fakeprint.learn.blazeface import BackNet, Block, FrontNet, load_back, load_front  # noqa: E402
from fakeprint.learn.face_distil import normalised  # noqa: E402
from fakeprint.media.face_boxes import decode, weighted_nms  # noqa: E402
from fakeprint.media.face_tiles import tiles_of, to_source  # noqa: E402
from fakeprint.media.faces import dfspot_margin  # noqa: E402

DATA = os.environ.get("FAKEPRINT_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="FAKEPRINT_DATA names no folder with teacher/ and video/")


@pytest.mark.parametrize(("network", "size", "parameters", "entries"), [(FrontNet, 128, 101_390, 74), (BackNet, 256, 136_240, 138)])
def test_size_and_output(network: type, size: int, parameters: int, entries: int) -> None:
    made = network()
    assert sum(one.numel() for one in made.parameters()) == parameters
    assert len(made.state_dict()) == entries
    with torch.no_grad():
        assert made(torch.zeros(2, 3, size, size)).shape == (2, 896, 17)


def test_block_against_plain_arithmetic() -> None:
    torch.manual_seed(1)
    block = Block(3, 5, 2)
    x = torch.randn(1, 3, 6, 6)
    padded = np.zeros((3, 8, 8))
    padded[:, :6, :6] = x[0].numpy()
    depth, point = block.convs[0], block.convs[1]
    middle = np.array(
        [
            [
                [(padded[c, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3] * depth.weight[c, 0].detach().numpy()).sum() for j in range(3)]
                for i in range(3)
            ]
            for c in range(3)
        ]
    ) + depth.bias.detach().numpy().reshape(3, 1, 1)
    wanted = np.einsum("oc,cij->oij", point.weight[:, :, 0, 0].detach().numpy(), middle) + point.bias.detach().numpy().reshape(5, 1, 1)
    wanted[:3] += x[0].numpy().reshape(3, 3, 2, 3, 2).max(axis=(2, 4))
    assert block(x)[0].detach().numpy() == pytest.approx(np.maximum(wanted, 0), abs=1e-5)


def test_output_follows_the_anchors() -> None:
    """Row i of the output belongs to anchor i: a head's bias shows up in the rows of its anchors, cell by cell."""
    network = BackNet()
    with torch.no_grad():
        for one in network.parameters():
            one.zero_()
        network.classifier_8.bias.copy_(torch.tensor([1.0, 2.0]))
        network.classifier_16.bias.copy_(torch.arange(6) + 10.0)
        network.regressor_16.bias.copy_(torch.arange(96).float())
        given = network(torch.zeros(1, 3, 256, 256))[0]
    assert given[:512, 16].tolist() == [1.0, 2.0] * 256
    assert given[512:, 16].tolist() == [float(number) for number in range(10, 16)] * 64
    assert given[512 + 7, :16].tolist() == [float(number) for number in range(16, 32)]


def boxes(kind: str, rgb: np.ndarray, min_score: float) -> np.ndarray:
    """Detections (K, 17) of one square picture, in parts of its side."""
    size = 128 if kind == "front" else 256
    teachers = Path(str(DATA)) / "teacher"
    network = load_front(teachers / "blazeface.safetensors") if kind == "front" else load_back(teachers / "blazefaceback.safetensors")
    square = np.asarray(Image.fromarray(rgb).resize((size, size), Image.Resampling.BILINEAR)) if rgb.shape[0] != size else rgb
    with torch.no_grad():
        raw = network(normalised(torch.from_numpy(square.copy()).permute(2, 0, 1)[None]))[0].numpy()
    found = decode(raw, size=size, min_score=min_score)
    found[:, :16] /= size
    return found


GOLDEN = {
    ("1face", "front"): [(0.2714, 0.3171, 0.4416, 0.4873, 0.9960)],
    ("1face", "back"): [(0.2729, 0.3162, 0.4527, 0.4960, 0.8783)],
    ("3faces", "front"): [
        (0.3443, 0.0852, 0.4834, 0.2244, 0.9991),
        (0.3270, 0.7762, 0.4765, 0.9256, 0.9968),
        (0.3454, 0.4172, 0.4805, 0.5523, 0.9245),
    ],
    ("3faces", "back"): [
        (0.3509, 0.4300, 0.4777, 0.5568, 0.8168),
        (0.3336, 0.7804, 0.4642, 0.9109, 0.8559),
        (0.3393, 0.0909, 0.4737, 0.2252, 0.8399),
    ],
    ("4faces", "front"): [],
    ("4faces", "back"): [
        (0.3421, 0.7887, 0.4160, 0.8626, 0.8175),
        (0.3601, 0.5668, 0.4355, 0.6423, 0.8296),
        (0.3404, 0.1093, 0.4500, 0.2188, 0.6989),
    ],
}


@needs_data
@pytest.mark.parametrize(("picture", "kind"), list(GOLDEN))
def test_golden_pictures(picture: str, kind: str) -> None:
    path = Path(str(DATA)) / "blazeface" / f"{picture}.png"
    if not path.exists():
        pytest.skip(f"no {path.name} beside the data")
    rgb = np.asarray(Image.open(path).convert("RGB"))
    found = weighted_nms(boxes(kind, rgb, 0.75 if kind == "front" else 0.65), overlap=0.3)
    given = found[:, [1, 0, 3, 2, 16]]
    assert given == pytest.approx(np.array(GOLDEN[picture, kind]).reshape(-1, 5), abs=1e-3)


@needs_data
def test_golden_frame() -> None:
    """The published box was made from a JPEG of this frame: 1 pixel and 0.005 are allowed."""
    import av

    with av.open(str(Path(str(DATA)) / "video" / "dfdc-lynaeydofd-real.mp4")) as container:
        rgb = next(container.decode(video=0)).to_ndarray(format="rgb24")
    found = []
    for tile in tiles_of(1920, 1080, "compat720"):
        part = Image.fromarray(rgb[tile.top : tile.top + 720, tile.left : tile.left + 720]).resize((128, 128), Image.Resampling.BOX)
        rows = boxes("front", np.asarray(part), 0.75)
        rows[:, :16] *= 128
        found.append(to_source(rows, tile, 720 / 128))
    (best,) = weighted_nms(np.concatenate(found), overlap=0.3)
    margin = dfspot_margin((float(best[0]), float(best[1]), float(best[2]), float(best[3])), 1920, 1080)
    assert margin == pytest.approx((806.36, 221.92, 1087.37, 542.94), abs=1)
    assert best[16] == pytest.approx(0.9169, abs=0.005)
