"""Copies of images: upright, in the format of the source, alpha and colour profile kept, metadata not."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from fakeprint.core.limits import Limits
from fakeprint.media.annotate.copied import Copied
from fakeprint.media.annotate.copy_image import copy_image
from fakeprint.media.annotate.plan import FacePath, Plan, SeenFace, Style
from fakeprint.media.probe import open_media

BOX = (40.0, 40.0, 80.0, 90.0)


def copy_of(folder: Path, data: bytes, *, style: Style = Style.OWN) -> tuple[Copied, Image.Image]:
    source = folder / "source"
    source.write_bytes(data)
    opened = open_media(source, Limits())
    assert opened.media is not None
    assert opened.container is not None
    path = FacePath(name="Face 1", faces=(SeenFace(time_s=0.0, box=BOX, scores=(2.0, None)),))
    plan = Plan(media_sha256=opened.media.sha256, style=style, models=("one", "two"), paths=(path,))
    made = bytearray()

    def emit(offset: int, part: bytes) -> None:
        made[offset : offset + len(part)] = part

    told = copy_image(source, opened.container, Limits(), plan, emit)
    image = Image.open(BytesIO(bytes(made)))
    image.load()
    return told, image


def encoded(form: str, mode: str = "RGB", size: tuple[int, int] = (160, 120), **options: object) -> bytes:
    colour = {"RGB": (120, 130, 140), "RGBA": (120, 130, 140, 60), "L": 120, "P": 7, "CMYK": (10, 20, 30, 40), "LA": (90, 0), "I;16": 30000}
    buffer = BytesIO()
    Image.new(mode, size, colour[mode]).save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("form", "mode", "ending", "result"),
    [
        ("JPEG", "RGB", "jpg", "RGB"),
        ("JPEG", "L", "jpg", "RGB"),
        ("JPEG", "CMYK", "jpg", "RGB"),
        ("PNG", "RGB", "png", "RGB"),
        ("PNG", "RGBA", "png", "RGBA"),
        ("PNG", "LA", "png", "RGBA"),
        ("PNG", "P", "png", "RGB"),
        ("PNG", "I;16", "png", "RGB"),
        ("WEBP", "RGBA", "png", "RGBA"),
        ("GIF", "P", "png", "RGB"),
        ("BMP", "RGB", "png", "RGB"),
    ],
)
@pytest.mark.parametrize("style", Style)
def test_formats(tmp_path: Path, form: str, mode: str, ending: str, result: str, style: Style) -> None:
    told, image = copy_of(tmp_path, encoded(form, mode), style=style)
    assert (told.ending, told.frames, told.faces, told.audio) == (ending, 1, True, None)
    assert (image.mode, image.size) == (result, (160, 120))
    if style is Style.OWN:
        rgb = np.asarray(image.convert("RGB")).astype(int)
        assert np.abs(rgb[70, 39:42] - rgb[5, 150]).max() > 30
    if result == "RGBA":
        alpha = np.asarray(image)[..., 3]
        assert alpha.max() == 255
        assert alpha[110, 150] in {0, 60}


def test_orientation_is_applied_and_metadata_is_left_behind(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (48.0, 0.0, 0.0)}
    _, image = copy_of(tmp_path, encoded("JPEG", exif=exif))
    assert image.size == (120, 160)
    assert not image.getexif()


def test_colour_profiles_of_rgb_are_kept(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _, image = copy_of(tmp_path, encoded("PNG", icc_profile=profile))
    assert image.info["icc_profile"] == profile


def test_animations_say_that_one_frame_is_copied(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (160, 120), (n, 0, 0)) for n in (0, 200)]
    buffer = BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    told, _ = copy_of(tmp_path, buffer.getvalue())
    assert told.notes == ("only the first frame is copied",)


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3)])
def test_tiny_pictures(tmp_path: Path, size: tuple[int, int]) -> None:
    for style in Style:
        assert copy_of(tmp_path, encoded("PNG", size=size), style=style)[1].size == size
