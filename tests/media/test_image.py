import random
import struct
import sys
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.media.container.walk import walk
from fakeprint.media.image import DecodedImage, decode_image, turned
from fakeprint.media.image_header import read_header


@pytest.fixture(scope="module")
def make(media_make):
    return media_make


def decode(folder: Path, name: str, data: bytes, limits: Limits | None = None) -> DecodedImage:
    path = folder / name
    path.write_bytes(data)
    with path.open("rb") as stream:
        container = walk(stream, limits or Limits())
    return decode_image(path, container, limits or Limits())


def saved(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp", "gif", "bmp", "tiff", "avif"])
def test_pixels_are_those_of_pillow(tmp_path: Path, make, format_: str) -> None:
    data = make.image_bytes(format_, 3)
    decoded = decode(tmp_path, "x.bin", data)
    expected = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    assert np.array_equal(decoded.rgb, expected)
    assert decoded.rgb.dtype == np.uint8
    assert (decoded.alpha, decoded.orientation, decoded.frame_count, decoded.bit_depth, decoded.warnings) == (None, 1, 1, 8, ())


def test_house_form(tmp_path: Path, make) -> None:
    decoded = decode(tmp_path, "x.png", make.image_bytes("png", 3))
    house = decoded.house()
    assert house.shape == (3, 64, 96)
    assert house.dtype == np.float32
    assert house.flags.c_contiguous
    assert np.allclose(house.transpose(1, 2, 0) * 255, decoded.rgb)
    assert 0 <= house.min() <= house.max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_orientation_keeps_stored_and_turns_displayed(tmp_path: Path, make, orientation: int, format_: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    lossless = {"lossless": True} if format_ == "WEBP" else {}
    data = saved(Image.fromarray(make.picture(5, 24, 16)), format_, exif=exif, **lossless)
    decoded = decode(tmp_path, "x", data)
    assert decoded.orientation == orientation
    assert decoded.rgb.shape == (16, 24, 3)
    if format_ in {"PNG", "WEBP", "TIFF"}:
        assert np.array_equal(decoded.rgb, make.picture(5, 24, 16))
    with Image.open(BytesIO(data)) as image:
        assert np.array_equal(decoded.upright(), np.asarray(ImageOps.exif_transpose(image).convert("RGB")))
    assert decoded.house().shape[1:] == decoded.upright().shape[:2]


def test_turned_twice_by_the_inverse_is_nothing() -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    inverse = {6: 8, 8: 6}
    for orientation in range(1, 9):
        assert np.array_equal(turned(turned(pixels, orientation), inverse.get(orientation, orientation)), pixels)


@pytest.mark.parametrize("value", [0, 9, 65_535])
def test_orientation_out_of_range_is_none(tmp_path: Path, make, value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert decode(tmp_path, "x", saved(Image.fromarray(make.picture(5)), "JPEG", exif=exif)).orientation == 1


def test_cmyk_is_pillows_conversion(tmp_path: Path, make) -> None:
    data = saved(Image.fromarray(make.picture(6)).convert("CMYK"), "JPEG", quality=95)
    decoded = decode(tmp_path, "x.jpg", data)
    assert decoded.mode == "CMYK"
    assert np.abs(decoded.rgb.astype(int) - make.picture(6)).mean() < 8


@pytest.mark.parametrize(("format_", "depth"), [("PNG", 16), ("TIFF", 16)])
def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path, format_: str, depth: int) -> None:
    ramp = np.arange(0, 65_536, 16, dtype=np.uint16).reshape(64, 64)
    decoded = decode(tmp_path, "x", saved(Image.fromarray(ramp), format_))
    assert decoded.bit_depth == depth
    assert np.array_equal(decoded.rgb[:, :, 0], ramp >> 8)
    assert np.array_equal(decoded.rgb[:, :, 0], decoded.rgb[:, :, 2])


def test_big_endian_sixteen_bit_tiff(tmp_path: Path) -> None:
    samples = struct.pack(">4H", 0, 256, 0x8000, 65_535)
    entries = [(256, 3, 2 << 16), (257, 3, 2 << 16), (258, 3, 16 << 16), (262, 3, 1 << 16), (273, 4, 8), (278, 3, 2 << 16), (279, 4, 8)]
    ifd = struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHII", tag, kind, 1, value) for tag, kind, value in entries) + bytes(4)
    decoded = decode(tmp_path, "x.tif", b"MM\0*" + struct.pack(">I", 16) + samples + ifd)
    assert decoded.rgb[:, :, 0].tolist() == [[0, 1], [128, 255]]
    assert decoded.bit_depth == 16


@pytest.mark.parametrize(("colour", "channels"), [(2, 3), (6, 4), (4, 2), (0, 1)])
def test_sixteen_bit_png_keeps_the_high_byte(tmp_path: Path, make, colour: int, channels: int) -> None:
    row = b"\0" + struct.pack(f">{channels}H", *[0x80FF] * channels)
    decoded = decode(tmp_path, "x.png", make.png(1, 1, 16, colour, zlib.compress(row)))
    assert decoded.rgb.tolist() == [[[128, 128, 128]]]
    assert decoded.bit_depth == 16
    assert (decoded.alpha is not None) == (channels in {2, 4})


def test_float_and_integer_samples_are_stretched_and_say_so(tmp_path: Path) -> None:
    unit = decode(tmp_path, "x", saved(Image.fromarray(np.array([[0.0, 0.5, 1.0]], np.float32)), "TIFF"))
    assert unit.rgb[0, :, 0].tolist() == [0, 128, 255]
    wide = decode(tmp_path, "y", saved(Image.fromarray(np.array([[-10, 0, 10]], np.int32)), "TIFF"))
    assert wide.rgb[0, :, 0].tolist() == [0, 128, 255]
    assert "stretched" in wide.warnings[0]
    odd = decode(tmp_path, "z", saved(Image.fromarray(np.array([[np.nan, np.inf, 3.0]], np.float32)), "TIFF"))
    assert odd.rgb[0, :, 0].tolist() == [0, 0, 255]


def test_alpha_is_kept_apart_and_colours_are_not_multiplied(tmp_path: Path) -> None:
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[:, :, 0], rgba[:, 0, 3] = 200, 255
    decoded = decode(tmp_path, "x.png", saved(Image.fromarray(rgba), "PNG"))
    assert decoded.rgb[:, :, 0].tolist() == [[200] * 4] * 4
    assert decoded.alpha is not None
    assert decoded.alpha.tolist() == [[255, 0, 0, 0]] * 4


def test_grey_with_alpha(tmp_path: Path) -> None:
    grey = Image.merge("LA", (Image.new("L", (3, 2), 77), Image.new("L", (3, 2), 9)))
    decoded = decode(tmp_path, "x.png", saved(grey, "PNG"))
    assert (decoded.mode, decoded.rgb[0, 0].tolist()) == ("LA", [77, 77, 77])
    assert decoded.alpha is not None
    assert decoded.alpha[0, 0] == 9


def test_palette_with_transparency(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    decoded = decode(tmp_path, "x.png", saved(image, "PNG", transparency=1))
    assert decoded.mode == "P"
    assert decoded.rgb.tolist() == [[[10, 20, 30], [40, 50, 60]]]
    assert decoded.alpha is not None
    assert decoded.alpha.tolist() == [[255, 0]]


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_animation_gives_the_first_frame_and_counts(tmp_path: Path, make, format_: str) -> None:
    frames = [Image.fromarray(make.picture(seed, 32, 24)) for seed in range(5)]
    options = {"lossless": True} if format_ == "WEBP" else {}
    data = saved(frames[0], format_, save_all=True, append_images=frames[1:], duration=40, **options)
    decoded = decode(tmp_path, "x", data)
    assert decoded.frame_count == 5
    if format_ in {"WEBP", "PNG", "TIFF"}:
        assert np.array_equal(decoded.rgb, make.picture(0, 32, 24))
    few = decode(tmp_path, "x", data, Limits(image_frames=3))
    assert few.frame_count == 3
    assert "more than 3 frames" in few.warnings[-1]


def test_pictures_that_accompany_a_jpeg_are_not_frames(tmp_path: Path, make) -> None:
    first, second = (Image.fromarray(make.picture(seed)) for seed in (1, 2))
    decoded = decode(tmp_path, "x.jpg", saved(first, "MPO", save_all=True, append_images=[second]))
    assert decoded.frame_count == 1
    assert np.abs(decoded.rgb.astype(int) - make.picture(1)).mean() < 8


def test_jpeg_with_a_broken_picture_index_still_decodes(tmp_path: Path, make) -> None:
    first, second = (Image.fromarray(make.picture(seed)) for seed in (1, 2))
    data = bytearray(saved(first, "MPO", save_all=True, append_images=[second]))
    at = data.index(b"MPF\0") + 12
    data[at : at + 40] = b"\xff" * 40
    assert decode(tmp_path, "x.jpg", bytes(data)).rgb.shape == (64, 96, 3)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 20_000), (20_000, 1)])
def test_extreme_shapes(tmp_path: Path, width: int, height: int) -> None:
    decoded = decode(tmp_path, "x.png", saved(Image.new("RGB", (width, height), (1, 2, 3)), "PNG"))
    assert decoded.rgb.shape == (height, width, 3)


def test_gain_map_is_left_alone(tmp_path: Path, make) -> None:
    base, gain = make.image_bytes("jpeg", 1), make.image_bytes("jpeg", 2)
    decoded = decode(tmp_path, "x.jpg", base + gain)
    assert np.array_equal(decoded.rgb, np.asarray(Image.open(BytesIO(base)).convert("RGB")))


def test_heic_without_its_package_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    heic = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic"
    with pytest.raises(MediaError, match=r"pip install 'fakeprint\[heic\]'") as caught:
        decode(tmp_path, "x.heic", heic)
    assert caught.value.code is ErrorCode.E_EXTRA_MISSING


def test_damaged_heic_is_typed(tmp_path: Path) -> None:
    pytest.importorskip("pi_heif")
    with pytest.raises(MediaError) as caught:
        decode(tmp_path, "x.heic", struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(64))
    assert caught.value.code in {ErrorCode.E_CORRUPT, ErrorCode.E_TRUNCATED}


def refusal(folder: Path, data: bytes, limits: Limits) -> MediaError:
    with pytest.raises(MediaError) as caught:
        decode(folder, "x", data, limits)
    return caught.value


def test_limits_are_checked_before_pixels(tmp_path: Path, make) -> None:
    data = make.image_bytes("png", 1)
    pixels = refusal(tmp_path, data, Limits(image_pixels=96 * 64 - 1))
    assert (pixels.code, pixels.stage) == (ErrorCode.E_BOMB, Stage.PROBE)
    assert refusal(tmp_path, data, Limits(image_side=95)).code is ErrorCode.E_TOO_LARGE
    assert refusal(tmp_path, data, Limits(image_bytes=len(data) - 1)).code is ErrorCode.E_TOO_LARGE
    assert decode(tmp_path, "x", data, Limits(image_pixels=96 * 64, image_side=96, image_bytes=len(data))).rgb.shape == (64, 96, 3)


def test_pillows_own_limit_is_untouched_afterwards(tmp_path: Path, make) -> None:
    before = Image.MAX_IMAGE_PIXELS
    refusal(tmp_path, make.image_bytes("png", 1), Limits(image_pixels=1))
    assert before == Image.MAX_IMAGE_PIXELS


def test_truncated_and_damaged_are_told_apart(tmp_path: Path, make) -> None:
    jpeg = make.image_bytes("jpeg", 1)
    assert refusal(tmp_path, jpeg[: len(jpeg) // 2], Limits()).code is ErrorCode.E_TRUNCATED
    png = bytearray(make.image_bytes("png", 1))
    png[60:80] = bytes(20)
    assert refusal(tmp_path, bytes(png), Limits()).code is ErrorCode.E_CORRUPT


def test_recognised_but_not_decoded(tmp_path: Path) -> None:
    error = refusal(tmp_path, b"\xff\x0a" + bytes(40), Limits())
    assert (error.code, error.stage) == (ErrorCode.E_FORMAT_REFUSED, Stage.PROBE)


@pytest.mark.parametrize("damage", ["truncate", "flip", "zero", "header", "random", "doubled", "appended"])
def test_damage_never_leaks_an_exception(tmp_path: Path, make, damage: str) -> None:
    rng = random.Random(damage)
    outcomes = set()
    for format_ in make.FORMATS:
        whole = make.image_bytes(format_, 2, 48, 32)
        for _ in range(12):
            try:
                decode(tmp_path, "x", make.damaged(whole, damage, rng))
                outcomes.add("ok")
            except MediaError as error:
                outcomes.add(error.code.value)
    assert outcomes <= {"ok", "E_TRUNCATED", "E_CORRUPT", "E_BOMB", "E_TOO_LARGE", "E_FORMAT_REFUSED", "E_MEMORY"}


def test_header_alone_knows_the_displayed_size(tmp_path: Path, make) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = make.write(tmp_path, "x.jpg", saved(Image.fromarray(make.picture(5, 24, 16)), "JPEG", exif=exif))
    with path.open("rb") as stream:
        container = walk(stream, Limits())
    assert read_header(path, container, Limits()).displayed == (16, 24)
