"""Hidden payloads: every bound, and the time on four megapixels (specs: provenance 5.2, PROV-18)."""

import gzip
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import generated_media as media
import metadata_writers as write
from fakeprint.core.evidence import EvidenceStatus, FindingStatus, OriginClaim
from fakeprint.core.limits import Limits
from fakeprint.media.item import MediaItem
from fakeprint.provenance.stealth_png import Hidden, StealthPngExaminer, find_payload
from fakeprint.provenance.tools.json_text import Unreadable

Make = Callable[..., MediaItem]
TEXT = "a cat\nSteps: 20, Sampler: x, Seed: 1"


def find(pixels: np.ndarray, limits: Limits | None = None) -> Hidden | None:
    alpha = pixels[..., 3] if pixels.shape[2] == 4 else None
    return find_payload(pixels[..., :3], alpha, limits or Limits())


def plain_reader(pixels: np.ndarray, magic: bytes) -> bytes:
    """Read bit by bit, as the layout is written down; slow and obvious."""
    bits = []
    for x in range(pixels.shape[1]):
        for y in range(pixels.shape[0]):
            bits += [int(value) & 1 for value in (pixels[y, x, :3] if b"rgb" in magic else pixels[y, x, 3:])]
    data = bytes(int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits) // 8 * 8, 8))
    assert data.startswith(magic)
    length = int.from_bytes(data[15:19], "big") // 8
    return data[19 : 19 + length]


@pytest.mark.parametrize("size", [(64, 96), (96, 64), (200, 7), (7, 200), (1, 1600), (1600, 1)])
@pytest.mark.parametrize("magic", [b"stealth_pnginfo", b"stealth_rgbinfo", b"stealth_pngcomp", b"stealth_rgbcomp"])
def test_agrees_with_a_reader_that_goes_bit_by_bit(magic: bytes, size: tuple[int, int]) -> None:
    text = TEXT.encode()
    payload = gzip.compress(text, mtime=0) if magic.endswith(b"comp") else text
    pixels = write.hide(write.picture(alpha=True, width=size[0], height=size[1]), magic, payload)
    assert plain_reader(pixels, magic) == payload
    assert find(pixels) == Hidden(TEXT, "rgb" if b"rgb" in magic else "alpha")


@pytest.mark.parametrize("bits", [0, 7, 12, 64 * 64 - 152 + 8, 0xFFFFFFF8, 0xFFFFFFFF])
def test_length_lies_are_refused(bits: int) -> None:
    pixels = write.hide(write.picture(alpha=True, width=64, height=64), b"stealth_pnginfo", b"x", bits=bits)
    with pytest.raises(Unreadable, match="bad_length"):
        find(pixels)


def test_a_payload_may_fill_the_picture() -> None:
    room = (64 * 64 - 152) // 8
    pixels = write.hide(write.picture(alpha=True, width=64, height=64), b"stealth_pnginfo", b"x" * room)
    assert find(pixels) == Hidden("x" * room, "alpha")


@pytest.mark.parametrize(
    ("payload", "limits", "reason"),
    [
        (gzip.compress(bytes(2000), mtime=0), Limits(stealth_inflated_bytes=1999), "over_limit"),
        (gzip.compress(bytes(range(250)), mtime=0), Limits(stealth_compressed_bytes=100), "over_limit"),
        (gzip.compress(b"x" * 50, mtime=0)[:-9], Limits(), "truncated"),
        (b"\x1f\x8bxx", Limits(), "bad_gzip"),
        (b"plain", Limits(), "bad_gzip"),
        (gzip.compress(b"\xff\xfe\xfd", mtime=0), Limits(), "bad_text"),
    ],
)
def test_packed_payloads_are_bounded(payload: bytes, limits: Limits, reason: str) -> None:
    pixels = write.hide(write.picture(alpha=True), b"stealth_pngcomp", payload)
    with pytest.raises(Unreadable, match=reason):
        find(pixels, limits)


def test_traps_are_refused(tmp_path: Path, open_item: Make) -> None:
    for reason, path in media.write_hidden_traps(tmp_path).items():
        (claim,) = StealthPngExaminer().examine(open_item(path)).claims
        assert isinstance(claim, OriginClaim)
        assert (claim.status, claim.reason, claim.statement) == (FindingStatus.UNREADABLE, reason, None)


@pytest.mark.parametrize("text", ["hello", '{"Comment": "{}"}', "[1]", '{"a'])
def test_unknown_payloads_are_unreadable(text: str, file_item: Make) -> None:
    pixels = write.hide(write.picture(alpha=True), b"stealth_pnginfo", text.encode())
    (claim,) = StealthPngExaminer().examine(file_item(write.png([], pixels=pixels))).claims
    assert isinstance(claim, OriginClaim)
    assert claim.status is FindingStatus.UNREADABLE
    assert claim.location
    assert claim.location.path == "png/pixels[alpha]"


def test_the_two_magics_do_not_swap_carriers() -> None:
    pixels = write.picture(alpha=True)
    alpha = np.repeat(pixels[..., 3:], 3, axis=2)
    swapped = write.hide(alpha, b"stealth_rgbinfo", b"x")
    assert find_payload(pixels[..., :3], np.ascontiguousarray(swapped[..., 0]), Limits()) is None


def test_pictures_without_room_or_payload() -> None:
    assert find(write.picture(width=4, height=4)) is None
    assert find(write.picture(width=1, height=1, alpha=True)) is None
    assert find(write.picture(alpha=True)) is None


def test_lossy_files_are_not_applicable(file_item: Make) -> None:
    solid = write.hide(write.picture(), b"stealth_rgbinfo", TEXT.encode())
    for format_, options in (("JPEG", {"quality": 100}), ("WEBP", {"quality": 90}), ("TIFF", {}), ("BMP", {})):
        evidence = StealthPngExaminer().examine(file_item(write.saved(solid, format_, **options)))
        assert (evidence.status, evidence.reason) == (EvidenceStatus.NOT_APPLICABLE, "format")


def test_nothing_found_is_said_plainly(file_item: Make) -> None:
    evidence = StealthPngExaminer().examine(file_item(write.png([])))
    assert evidence.summary == "No parameters hidden in the pixels were found."
    assert len(evidence.looked_for) == 4


def _four_megapixels() -> dict[str, np.ndarray]:
    draw = np.random.default_rng(0)
    noise = draw.integers(0, 256, (2000, 2000, 4), np.uint8)
    room = 2000 * 2000 * 3 // 8 - 19
    packed = gzip.compress(draw.integers(32, 127, 1_600_000, np.uint8).tobytes(), 1, mtime=0)[:room]
    return {
        "noise": noise,
        "full rgb": write.hide(noise, b"stealth_rgbinfo", b"x" * room),
        "full alpha": write.hide(noise, b"stealth_pnginfo", b'{"a":' * 80_000),
        "bomb": write.hide(noise, b"stealth_rgbcomp", gzip.compress(bytes(64 << 20), mtime=0)),
        "packed": write.hide(noise, b"stealth_rgbcomp", packed),
        "lie": write.hide(noise, b"stealth_pnginfo", b"x", bits=2000 * 2000 - 152 + 8),
        "wide": np.tile(noise.reshape(1, -1, 4), 1),
    }


def test_four_megapixels_take_less_than_100_ms() -> None:
    """CPU time of reading, decoding of the file apart."""
    for name, pixels in _four_megapixels().items():
        rgb, alpha = np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3])
        start = time.thread_time()
        with suppress(Unreadable):
            find_payload(rgb, alpha, Limits())
        assert time.thread_time() - start < 0.1, name


def test_a_payload_too_long_for_a_text_is_refused(file_item: Make) -> None:
    pixels = write.hide(write.picture(alpha=True), b"stealth_pngcomp", gzip.compress(json.dumps({"Comment": "x" * 3000}).encode()))
    (claim,) = StealthPngExaminer().examine(file_item(write.png([], pixels=pixels), Limits(text_chunk_bytes=2000))).claims
    assert isinstance(claim, OriginClaim)
    assert claim.reason == "over_limit"
