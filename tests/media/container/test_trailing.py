from io import BytesIO
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Container
from fakeprint.media.container.walk import walk

make = SimpleNamespace(**run_path(str(Path(__file__).with_name("make.py"))))
FILES = make.one_of_each()
ENDING = ("jpeg", "png", "webp", "avi", "gif", "bmp", "mp4", "mov", "avif", "jxl", "webm")


def walked(data: bytes) -> Container:
    return walk(BytesIO(data), Limits())


@pytest.mark.parametrize("name", ENDING)
@pytest.mark.parametrize(
    ("tail", "sniffed"),
    [
        (make.zip_end(), "zip"),
        (b"<html><script>", "html"),
        (b"%PDF-1.7", "pdf"),
        (make.jpeg(), "jpeg"),
        (make.png(), "png"),
        (bytes(40), "zeros"),
        (b"\x91\x92\x93", "unknown"),
    ],
)
def test_bytes_after_the_end(name: str, tail: bytes, sniffed: str) -> None:
    plain = walked(FILES[name])
    container = walked(FILES[name] + tail)
    assert plain.trailing is None
    assert container.trailing is not None
    assert (container.trailing.offset, container.trailing.length, container.trailing.sniffed) == (len(FILES[name]), len(tail), sniffed)
    assert container.parts == plain.parts


def test_metadata_in_trailing_data_is_never_a_part() -> None:
    label = b'AIGC{"Label":"1"}' + make.xmp_packet() + make.c2pa_store()
    for name in ENDING:
        assert walked(FILES[name] + label).parts == walked(FILES[name]).parts


def test_samsung() -> None:
    editor = b"\0\0\x91\x0bPhotoEditor_Re_Edit_Data{}" + b"SEFHxxxxSEFT"
    for tail, sniffed in ((editor, "samsung-editor"), (b"\0\0\x01\x0aImage_UTC_Data1SEFHxxxxSEFT", "samsung")):
        trailing = walked(make.jpeg() + tail).trailing
        assert trailing is not None
        assert trailing.sniffed == sniffed


def test_second_readings() -> None:
    pdf = walked(make.jpeg([make.segment(0xFE, b"%PDF-1.4 inside")]))
    assert any(note.startswith("second_reading: pdf") for note in pdf.notes)
    packed = walked(make.jpeg(end=b"") + b"\xff\xd9" + make.zip_end())
    assert any(note.startswith("second_reading: zip") for note in packed.notes)
    inside = walked(make.riff(b"WEBP", [make.riff_chunk(b"VP8L", bytes(10)), make.riff_chunk(b"junk", make.zip_end())]))
    assert any(note.startswith("second_reading: zip") for note in inside.notes)
    assert inside.trailing is None
    assert not any("second_reading" in note for data in FILES.values() for note in walked(data).notes)
