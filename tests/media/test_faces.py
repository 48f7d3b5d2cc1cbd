"""Boxes, tiles and crops of faces: against plain references, at the edges, with hostile numbers."""

import hashlib
import io
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fakeprint.core.card import FaceSpec
from fakeprint.media.face_boxes import anchor_centres, decode, iou, read_boxes, weighted_nms
from fakeprint.media.face_tiles import MOST_TILES, Tile, belongs, letterbox, tiles_of, to_source
from fakeprint.media.faces import Face, crop_box, crop_face, crop_square, dfspot_margin, face_of, fit_face, large_enough

SPEC = FaceSpec(size=64, scale=1.3, min_side=40)


def face(*box: float) -> Face:
    return Face(box, 0.9, np.zeros((6, 2), np.float32))  # type: ignore[arg-type]


def rows(*given: tuple[float, ...]) -> np.ndarray:
    """Rows of 17 from (left, top, right, bottom, score), with key points at the box's centre."""
    made = np.zeros((len(given), 17), np.float32)
    for row, (left, top, right, bottom, score) in zip(made, given, strict=True):
        row[:4], row[16] = (left, top, right, bottom), score
        row[4:16] = np.tile([(left + right) / 2, (top + bottom) / 2], 6)
    return made


def test_anchors_are_those_of_the_published_file() -> None:
    stream = io.BytesIO()
    np.save(stream, np.concatenate([anchor_centres(), np.ones((896, 2))], axis=1))
    assert stream.tell() == 28_800
    assert hashlib.sha256(stream.getvalue()).hexdigest() == "a10bb2fb93ab54ca426d6c750bfc3aad685028a16dcf231357d03694f261fd95"


def test_decode_puts_a_box_where_the_rule_says() -> None:
    raw = np.full((896, 17), -20, np.float32)
    raw[601, :4], raw[601, 16] = (4, -2, 50, 60), 2.0
    raw[601, 4:16] = np.arange(12)
    (found,) = decode(raw, size=256, min_score=0.5)
    anchor = anchor_centres()[601] * 256
    assert found[:4] == pytest.approx([anchor[0] + 4 - 25, anchor[1] - 2 - 30, anchor[0] + 4 + 25, anchor[1] - 2 + 30])
    assert found[4:16].reshape(6, 2) == pytest.approx(np.arange(12).reshape(6, 2) + anchor)
    assert found[16] == pytest.approx(1 / (1 + np.exp(-2.0)))


def test_decode_drops_what_is_no_box() -> None:
    raw = np.full((896, 17), 5, np.float32)
    raw[0, 3], raw[1, 7], raw[2, 16], raw[3, 2], raw[4, 16] = np.inf, np.nan, np.nan, -4, 1e30
    found = decode(raw, size=256, min_score=0.5)
    assert len(found) == 892
    assert np.isfinite(found).all()
    assert found[:, 16].max() <= 1
    assert decode(np.full((896, 17), -50, np.float32), size=256, min_score=0.65).shape == (0, 17)


def test_decoded_boxes_are_read_and_checked() -> None:
    given = np.zeros((6, 15))
    given[:, :4], given[:, 4:14], given[:, 14] = (10, 20, 50, 80), np.arange(10), [0.9, 0.2, 1.5, 0.9, 0.9, np.nan]
    given[3, 2], given[4, 7] = 10, np.inf
    found = read_boxes(given, min_score=0.5)
    assert found[:, 16].tolist() == pytest.approx([0.9, 1.0])
    assert found[0, :10].tolist() == [10, 20, 50, 80, 0, 1, 2, 3, 4, 5]
    assert found[0, 10:12].tolist() == [7, 8]  # between (6, 7) and (8, 9)
    assert np.isnan(found[0, 12:16]).all()
    one = face_of(weighted_nms(found, overlap=0.3)[0])
    assert one.keypoints.tolist() == [[0, 1], [2, 3], [4, 5], [7, 8]]
    six = rows((0, 0, 10, 10, 0.9), (0, 0, 10, 10, 0.1))
    assert np.array_equal(read_boxes(six, min_score=0.5), six[:1])
    assert read_boxes(np.zeros((0, 17)), min_score=0.5).shape == (0, 17)
    assert len(read_boxes(np.tile(six[:1], (5000, 1)), min_score=0.5)) == 4096


def reference_nms(given: np.ndarray, overlap: float) -> list[list[float]]:
    """The same rule in plain loops."""
    left = sorted(given.astype(float).tolist(), key=lambda row: -row[16])
    merged = []
    while left:
        seed = left[0]
        cluster = [row for row in left if row is seed or plain_iou(seed, row) > overlap]
        left = [row for row in left if not any(row is one for one in cluster)]
        if len(cluster) > 1:
            total = sum(row[16] for row in cluster)
            seed = [sum(row[i] * row[16] for row in cluster) / total for i in range(16)] + [total / len(cluster)]
        merged.append(seed)
    return merged


def plain_iou(a: list[float], b: list[float]) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


@pytest.mark.parametrize("seed", range(5))
def test_weighted_nms_against_plain_loops(seed: int) -> None:
    random = np.random.default_rng(seed)
    corner, size = random.uniform(0, 100, (40, 2)), random.uniform(10, 60, (40, 2))
    given = rows(*np.concatenate([corner, corner + size, random.uniform(0.5, 1, (40, 1))], axis=1).tolist())
    assert weighted_nms(given, overlap=0.3) == pytest.approx(np.array(reference_nms(given, 0.3)), rel=1e-5)


def test_weighted_nms_scores() -> None:
    two = rows((0, 0, 10, 10, 0.9), (1, 0, 11, 10, 0.6), (50, 50, 60, 60, 0.7))
    mean, best = weighted_nms(two, overlap=0.3), weighted_nms(two, overlap=0.3, score="max")
    assert mean[:, 16].tolist() == pytest.approx([0.75, 0.7])
    assert best[:, 16].tolist() == pytest.approx([0.9, 0.7])
    assert mean[0, 0] == pytest.approx(0.6 / 1.5)
    assert weighted_nms(rows(), overlap=0.3).shape == (0, 17)
    assert iou(np.zeros(4), np.zeros((1, 4))).tolist() == [0.0]


@pytest.mark.parametrize(
    ("size", "count", "side", "steps"),
    [
        ((640, 480), (3, 1), 480, (80, 0)),
        ((1280, 720), (3, 1), 720, (280, 0)),
        ((720, 1280), (1, 3), 720, (0, 280)),
        ((1920, 1080), (3, 3), 720, (600, 180)),
        ((1080, 1920), (3, 3), 720, (180, 600)),
        ((3840, 2160), (3, 3), 720, (1560, 720)),
        ((300, 300), (1, 1), 300, (0, 0)),
        ((301, 300), (1, 1), 300, (0, 0)),
        ((303, 300), (4, 1), 300, (1, 0)),
    ],
)
def test_compatible_tiles_are_those_of_the_table(size: tuple[int, int], count: tuple[int, int], side: int, steps: tuple[int, int]) -> None:
    wanted = [Tile(x * steps[0], y * steps[1], side, side) for y, x in product(range(count[1]), range(count[0]))]
    assert list(tiles_of(*size, "compat720")) == wanted


@given(st.integers(1, 9000), st.integers(1, 9000), st.sampled_from([16.0, 32.0, 64.0, 200.0]))
@settings(max_examples=150, deadline=None)
def test_pyramid_covers_every_pixel_at_every_level(width: int, height: int, min_face: float) -> None:
    tiles = tiles_of(width, height, "pyramid", min_face=min_face)
    assert tiles[1] == Tile(0, 0, width, height)
    assert len(tiles) <= MOST_TILES
    for one in tiles[1:]:
        assert 0 <= one.left <= one.left + one.width <= width
        assert 0 <= one.top <= one.top + one.height <= height
    for side in {max(one.width, one.height) for one in tiles[1:]}:
        level = [one for one in tiles[1:] if max(one.width, one.height) == side]
        for length, spans in ((width, {(t.left, t.left + t.width) for t in level}), (height, {(t.top, t.top + t.height) for t in level})):
            reached = 0
            for start, end in sorted(spans):
                assert start <= reached
                reached = max(reached, end)
            assert reached == length


@given(st.integers(64, 2500), st.integers(64, 2500), st.floats(0, 1), st.floats(0, 1), st.floats(0.02, 1))
@settings(max_examples=150, deadline=None)
def test_every_face_lies_whole_and_large_in_some_tile(width: int, height: int, x: float, y: float, part: float) -> None:
    """A face of at least 64 pixels fills 1/10 or more of a tile in which it is not cut."""
    side = min(max(64.0, part * min(width, height)), width, height)
    left, top = x * (width - side), y * (height - side)
    box = rows((left, top, left + side, top + side, 0.9))
    tiles = tiles_of(width, height, "pyramid", min_face=64)
    whole = [one for one in tiles if belongs(box, one, coarser=one is not tiles[0], width=width, height=height)[0]]
    right, bottom = left + side, top + side
    whole = [
        one for one in whole if one.left <= left and right <= one.left + one.width and one.top <= top and bottom <= one.top + one.height
    ]
    assert max(side / max(one.width, one.height) for one in whole) >= 0.0999


def test_wide_tiles() -> None:
    assert tiles_of(1920, 1080, "wide") == (Tile(0, 0, 1080, 1080), Tile(840, 0, 1080, 1080))
    assert tiles_of(100, 100, "wide") == (Tile(0, 0, 100, 100),)
    assert tiles_of(100, 1000, "wide") == (Tile(0, 0, 100, 100), Tile(0, 450, 100, 100), Tile(0, 900, 100, 100))


def test_letterbox_and_back() -> None:
    picture = np.zeros((300, 600, 3), np.uint8)
    picture[100:140, 400:440] = 255
    small, scale = letterbox(picture, Tile(200, 50, 400, 200), 100)
    assert small.shape == (100, 100, 3)
    assert scale == 4.0
    assert not small[50:].any()
    ys, xs = np.nonzero(small[..., 0] > 127)
    found = to_source(rows((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1, 1)), Tile(200, 50, 400, 200), scale)
    assert found[0, :4] == pytest.approx([400, 100, 440, 140], abs=4)
    assert letterbox(picture, Tile(0, 0, 600, 1), 100)[0].shape == (100, 100, 3)
    afar, scale = letterbox(picture, Tile(-180, -90, 960, 480), 96)
    assert scale == 10.0
    assert afar[9 + 10 : 9 + 14, 18 + 40 : 18 + 44].min() > 190
    assert not afar[:, :17].any()
    assert not afar[40:].any()


def test_a_tile_reports_only_its_own() -> None:
    tile = Tile(100, 0, 100, 100)
    boxes = rows((120, -5, 160, 40, 1), (90, 10, 130, 50, 1), (160, 20, 210, 60, 1), (120, 60, 160, 104, 1), (110, 10, 180, 60, 1))
    assert belongs(boxes, tile, coarser=True, width=200, height=300).tolist() == [True, False, True, False, False]
    assert belongs(boxes, tile, coarser=False, width=300, height=100).tolist() == [True, False, False, True, True]
    outside = rows((-30, 10, 20, 60, 1), (10, 270, 50, 340, 1), (150, 150, 240, 240, 1))
    assert belongs(outside, Tile(-60, -90, 320, 480), coarser=False, width=200, height=300).tolist() == [False, False, True]


@pytest.mark.parametrize("box", [(10, 20, 50, 70), (-30, -10, 40, 40), (80, 60, 140, 130), (40, 40, 41, 41), (300, 300, 340, 340)])
def test_crop_against_padding_the_picture(box: tuple[float, float, float, float]) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (90, 110, 3), dtype=np.uint8)
    left, top, side = crop_square(face(*box), SPEC.scale)
    padded = np.pad(picture, ((400, 400), (400, 400), (0, 0)), mode="edge")
    square = padded[400 + top : 400 + top + side, 400 + left : 400 + left + side]
    wanted = np.asarray(Image.fromarray(square).resize((64, 64), Image.Resampling.BILINEAR))
    given = crop_face(picture, face(*box), SPEC)
    assert given.dtype == np.uint8
    assert np.array_equal(given, wanted)


def test_crop_is_isotropic_and_stays_where_the_face_is() -> None:
    left, top, side = crop_square(face(100, 100, 140, 160), 1.5)
    assert side == 90
    assert abs(left + side / 2 - 120) <= 0.5
    assert abs(top + side / 2 - 130) <= 0.5
    assert large_enough(face(0, 0, 31, 31), SPEC)
    assert not large_enough(face(0, 0, 30, 30), SPEC)


DFSPOT = {name: FaceSpec(size=64, scale=1.0, min_side=40, margin=name) for name in ("dfspot", "dfspot-square")}


def test_dfspot_margins_are_held_within_the_picture() -> None:
    assert crop_box(face(100, 100, 200, 200), DFSPOT["dfspot"], 1000, 1000) == (80, 60, 220, 220)
    assert crop_box(face(-40, -30, 60, 70), DFSPOT["dfspot"], 1000, 1000) == (0, 0, 80, 90)
    assert crop_box(face(2, 2, 102, 102), DFSPOT["dfspot-square"], 1000, 1000) == (0, 0, 122, 122)
    assert crop_box(face(940, 940, 1040, 1040), DFSPOT["dfspot-square"], 1000, 1000) == (910, 900, 1000, 1000)
    outside = crop_box(face(1200, 1200, 1300, 1300), DFSPOT["dfspot"], 1000, 1000)
    assert outside == (999, 999, 1000, 1000), "always a pixel to look at"


@pytest.mark.parametrize("margin", ["dfspot", "dfspot-square"])
@pytest.mark.parametrize("resize", ["stretch", "scale", "tight"])
def test_every_policy_gives_the_input_size(margin: str, resize: str) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (90, 110, 3), dtype=np.uint8)
    for box in ((10, 20, 50, 70), (-30, -10, 40, 40), (80, 60, 140, 130), (40, 40, 41, 41), (300, 300, 340, 340)):
        spec = FaceSpec.model_validate({"size": 64, "scale": 1.0, "min_side": 1, "margin": margin, "resize": resize})
        assert crop_face(picture, face(*box), spec).shape == (64, 64, 3)


def test_scale_makes_an_island_of_a_small_face_and_squashes_a_large_one() -> None:
    spec = FaceSpec(size=64, scale=1.0, min_side=1, resize="scale")
    island = fit_face(np.full((38, 33, 3), 200, np.uint8), spec)
    assert (island[13:51, 15:48] == 200).all()
    assert island.astype(int).sum() == 200 * 38 * 33 * 3, "black around, nothing resized"
    assert (fit_face(np.full((160, 120, 3), 200, np.uint8), spec) == 200).all()


def test_tight_keeps_the_shape() -> None:
    spec = FaceSpec(size=64, scale=1.0, min_side=1, resize="tight")
    for cut in (np.full((160, 120, 3), 200, np.uint8), np.full((16, 12, 3), 200, np.uint8)):
        fitted = fit_face(cut, spec)
        assert (fitted[:, 8:56] == 200).all()
        assert not fitted[:, :8].any()
        assert not fitted[:, 56:].any()


def test_dfspot_margins_ask_for_the_faces_own_width() -> None:
    assert large_enough(face(0, 0, 40, 40), DFSPOT["dfspot"])
    assert not large_enough(face(0, 0, 39, 39), DFSPOT["dfspot"])


def test_face_of_a_row() -> None:
    one = face_of(rows((1, 2, 5, 10, 0.5))[0])
    assert one.box == (1.0, 2.0, 5.0, 10.0)
    assert one.side == 8.0
    assert one.keypoints.tolist() == [[3.0, 6.0]] * 6


def test_margin_of_the_dfspot_family() -> None:
    assert dfspot_margin((100, 100, 200, 200), 1000, 1000) == (80, 60, 220, 220)
    assert dfspot_margin((5, 5, 105, 105), 110, 110) == (0, 0, 110, 110)
