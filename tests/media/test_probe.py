import hashlib
import os
import socket
import struct
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from fakeprint.core.errors import ErrorCode, Stage
from fakeprint.core.limits import Limits
from fakeprint.core.media import MediaKind
from fakeprint.media.probe import Opened, open_media


@pytest.fixture(scope="module")
def make(media_make):
    return media_make


def code(opened: Opened) -> ErrorCode | None:
    return None if opened.error is None else opened.error.code


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp", "gif", "bmp", "tiff", "avif"])
def test_images(tmp_path: Path, make, format_: str) -> None:
    data = make.image_bytes(format_, 1)
    opened = open_media(make.write(tmp_path, "any.name", data), Limits())
    assert opened.error is None
    assert opened.media is not None
    media = opened.media
    assert (media.kind, media.mime, media.width, media.height, media.frame_count) == (MediaKind.IMAGE, f"image/{format_}", 96, 64, 1)
    assert (media.sha256, media.bytes) == (hashlib.sha256(data).hexdigest(), len(data))


def test_sizes_are_as_displayed(tmp_path: Path, make) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    buffer = BytesIO()
    Image.fromarray(make.picture(1)).save(buffer, "JPEG", exif=exif)
    opened = open_media(make.write(tmp_path, "x", buffer.getvalue()), Limits())
    assert opened.media is not None
    assert (opened.media.width, opened.media.height) == (64, 96)


def test_videos(tmp_path: Path, make) -> None:
    opened = open_media(make.write(tmp_path, "x", make.video_bytes("mp4", 1, 50, rotation=90)), Limits())
    assert opened.error is None
    assert opened.media is not None
    media = opened.media
    assert (media.kind, media.mime, media.width, media.height) == (MediaKind.VIDEO, "video/mp4", 48, 64)
    assert (media.codec, media.rotation, media.fps, media.duration_s, media.frame_count) == ("h264", 90, 25.0, 2.0, 50)


def test_animation_counts_up_to_the_limit(tmp_path: Path, make) -> None:
    (name, data) = next(bomb for bomb in make.bombs() if bomb[0] == "gif-10000-frames.gif")
    opened = open_media(make.write(tmp_path, name, data), Limits())
    assert opened.error is None
    assert opened.media is not None
    assert opened.media.frame_count is None
    assert any(note.startswith("frames: more than 64") for note in opened.media.notes)


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    assert code(open_media(tmp_path / "missing", Limits())) is ErrorCode.E_NOT_FOUND
    assert code(open_media(tmp_path, Limits())) is ErrorCode.E_NOT_A_FILE
    (tmp_path / "empty").touch()
    assert code(open_media(tmp_path / "empty", Limits())) is ErrorCode.E_EMPTY
    assert code(open_media(tmp_path / "empty" / "below", Limits())) is ErrorCode.E_NOT_FOUND
    assert code(open_media(Path("a\0b"), Limits())) is ErrorCode.E_PATH
    assert code(open_media(tmp_path / ("n" * 5000), Limits())) is ErrorCode.E_PATH
    for opened in (open_media(tmp_path, Limits()), open_media(tmp_path / "empty", Limits())):
        assert (opened.media, opened.container) == (None, None)
        assert opened.error is not None
        assert opened.error.stage is Stage.OPEN


@pytest.mark.skipif(os.name != "posix", reason="special files of POSIX")
def test_special_files_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.symlink(tmp_path / "loop", tmp_path / "loop")
    os.symlink(tmp_path / "pipe", tmp_path / "link")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket"))
        expected = {"pipe": "E_NOT_A_FILE", "link": "E_NOT_A_FILE", "socket": "E_NOT_A_FILE", "loop": "E_PATH"}
        for name, value in expected.items():
            opened = open_media(tmp_path / name, Limits())
            assert opened.error is not None
            assert opened.error.code.value == value
    assert code(open_media(Path("/dev/zero"), Limits())) is ErrorCode.E_NOT_A_FILE


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable_file(tmp_path: Path, make) -> None:
    path = make.write(tmp_path, "x.png", make.image_bytes("png", 1))
    path.chmod(0)
    assert code(open_media(path, Limits())) is ErrorCode.E_PERMISSION


def test_too_large_is_told_before_or_with_identity(tmp_path: Path, make) -> None:
    data = make.image_bytes("png", 1)
    path = make.write(tmp_path, "x.png", data)
    far = open_media(path, Limits(image_bytes=10, video_bytes=10))
    assert (code(far), far.media) == (ErrorCode.E_TOO_LARGE, None)
    near = open_media(path, Limits(image_bytes=10))
    assert code(near) is ErrorCode.E_TOO_LARGE
    assert near.media is not None
    assert near.media.sha256 == hashlib.sha256(data).hexdigest()


REFUSED = {
    "pdf": b"%PDF-1.7\n",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "m3u8": b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/x.ts\n",
    "zip": b"PK\x03\x04" + bytes(40),
    "html": b"<!doctype html><html><body>hello</body></html>",
}


@pytest.mark.parametrize("format_", REFUSED)
def test_refused_formats_keep_their_identity(tmp_path: Path, make, format_: str) -> None:
    opened = open_media(make.write(tmp_path, "x.mp4", REFUSED[format_]), Limits())
    assert opened.error is not None
    assert (opened.error.code, opened.error.stage) == (ErrorCode.E_FORMAT_REFUSED, Stage.PROBE)
    assert opened.media is not None
    assert opened.media.kind is MediaKind.OTHER
    assert opened.media.sha256 == hashlib.sha256(REFUSED[format_]).hexdigest()
    assert format_ in opened.error.message


def test_unknown_format(tmp_path: Path, make) -> None:
    opened = open_media(make.write(tmp_path, "x.jpg", bytes(range(1, 200))), Limits())
    assert code(opened) is ErrorCode.E_FORMAT_UNKNOWN
    assert opened.media is not None
    assert opened.media.kind is MediaKind.OTHER


def test_recognised_image_that_is_not_decoded_keeps_its_kind(tmp_path: Path, make) -> None:
    opened = open_media(make.write(tmp_path, "x.jxl", b"\xff\x0a" + bytes(60)), Limits())
    assert code(opened) is ErrorCode.E_FORMAT_REFUSED
    assert opened.media is not None
    assert opened.media.kind is MediaKind.IMAGE


def test_damaged_header_keeps_identity_and_container(tmp_path: Path, make) -> None:
    opened = open_media(make.write(tmp_path, "x.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(2)), Limits())
    assert code(opened) in {ErrorCode.E_TRUNCATED, ErrorCode.E_CORRUPT}
    assert opened.media is not None
    assert opened.container is not None
    assert opened.media.width is None


def test_trailing_bytes_are_noted(tmp_path: Path, make) -> None:
    opened = open_media(make.write(tmp_path, "x.png", make.image_bytes("png", 1) + b"PK\x03\x04" + bytes(60)), Limits())
    assert opened.error is None
    assert opened.media is not None
    assert any(note.startswith("trailing: 64 bytes") and "zip" in note for note in opened.media.notes)


def test_files_that_ask_for_much_are_refused_or_bounded(tmp_path: Path, make) -> None:
    """Acceptance test 3, the part that needs no clock; ``benchmarks/bombs.py`` measures seconds and memory."""
    expected_ok = {"gif-10000-frames.gif", "tiff-10000-pages.tiff", "tiff-self.tiff", "tiff-icc-200mb.tiff", "jpeg-icc-16mb.jpg"}
    for name, data in make.bombs():
        found = code(open_media(make.write(tmp_path, name, data), Limits()))
        assert (found is None) == (name in expected_ok), (name, found)
        assert found in {None, ErrorCode.E_BOMB}
