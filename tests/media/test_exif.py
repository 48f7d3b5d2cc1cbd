import struct
from io import BytesIO
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Part, PartKind
from fakeprint.media.container.walk import walk
from fakeprint.media.exif import ARTIST, IMAGE_DESCRIPTION, MAKE, SOFTWARE, USER_COMMENT, Exif, read_exif

make = SimpleNamespace(**run_path(str(Path(__file__).parent / "container" / "make.py")))


def read(data: bytes | None, problem: str | None = None) -> Exif:
    return read_exif(Part(PartKind.EXIF, "", "jpeg/APP1", 12, len(data or b""), data, problem), Limits())


@pytest.mark.parametrize("order", ["<", ">"])
def test_values_in_both_byte_orders(order: str) -> None:
    tags = [
        make.ascii_tag(SOFTWARE, "Zürich 1.0"),
        (0x0112, 3, 1, struct.pack(f"{order}H", 6)),
        (0x0100, 4, 1, struct.pack(f"{order}I", 70_000)),
        (0x0102, 3, 3, struct.pack(f"{order}3H", 8, 9, 10)),
        (0x011A, 5, 1, struct.pack(f"{order}II", 1, 4)),
        (0x9204, 10, 1, struct.pack(f"{order}ii", -1, 2)),
        (0x829A, 12, 1, struct.pack(f"{order}d", 0.5)),
        (0x9000, 7, 4, b"0232"),
    ]
    exif = read(make.tiff(tags, order=order))
    assert exif.big_endian is (order == ">")
    assert [tag.value for tag in exif.tags] == ["Zürich 1.0", 6, 70_000, (8, 9, 10), 0.25, -0.5, 0.5, b"0232"]
    assert exif.problems == ()
    assert exif.text(SOFTWARE) == "Zürich 1.0"


def test_same_tags_as_pillow() -> None:
    exif = Image.Exif()
    exif[SOFTWARE], exif[ARTIST], exif[0x0112] = "editor", "somebody", 3
    exif.get_ifd(0x8769).update({0x829A: 0.01, 0x9003: "2026:01:02 03:04:05"})
    exif.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.5, 3.0)})
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", exif=exif)
    (part,) = walk(buffer, Limits()).of_kind(PartKind.EXIF)
    ours = read_exif(part, Limits())
    theirs = Image.open(buffer).getexif()
    assert {tag.tag: tag.value for tag in ours.tags if tag.ifd == "ifd0" and tag.tag not in {0x8769, 0x8825}} == {
        tag: value for tag, value in theirs.items() if tag not in {0x8769, 0x8825}
    }
    for ifd, link in (("exif", 0x8769), ("gps", 0x8825)):
        assert {tag.tag: tag.value for tag in ours.tags if tag.ifd == ifd} == dict(theirs.get_ifd(link))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"ASCII\0\0\0hello\0\0", "hello"),
        (b"\0\0\0\0\0\0\0\0hello", "hello"),
        (b"bare string", "bare string"),
        ("bare é".encode(), "bare é"),
        (b"bare \xe9", "bare é"),
        (b"short", "short"),
        (b"UNICODE\0" + "a prompt, é".encode("utf-16-be"), "a prompt, é"),
        (b"UNICODE\0" + "a prompt, é".encode("utf-16-le"), "a prompt, é"),
        (b"UNICODE\0" + "a prompt".encode("utf-16"), "a prompt"),
        (b"UNICODE\0" + "日本語".encode("utf-16-be"), "日本語"),
        (b"UNICODE\0" + "a 😀".encode("utf-16-be"), "a 😀"),
        (b"UNICODE\0odd", "潤"),
        (b"JIS\0\0\0\0\0" + "日本".encode("iso2022_jp"), "日本"),
        (b"", ""),
    ],
)
def test_user_comment(order: str, raw: bytes, text: str) -> None:
    assert read(make.tiff([], [make.user_comment(raw)], order=order)).user_comment() == text


def test_user_comment_in_the_first_directory_and_as_text() -> None:
    assert read(make.tiff([make.ascii_tag(USER_COMMENT, '{"a": 1}')])).user_comment() == '{"a": 1}'
    assert read(make.tiff([])).user_comment() is None


def test_text_whatever_the_declared_type() -> None:
    exif = read(make.tiff([(MAKE, 7, 5, b"Maker"), (IMAGE_DESCRIPTION, 1, 6, b"bytes\0"), (0x0112, 3, 1, b"AB")]))
    assert (exif.text(MAKE), exif.text(IMAGE_DESCRIPTION), exif.text(ARTIST)) == ("Maker", "bytes", None)


def test_find_by_directory() -> None:
    exif = read(make.tiff([make.ascii_tag(SOFTWARE, "a")], [make.ascii_tag(SOFTWARE, "b")]))
    assert (exif.text(SOFTWARE), exif.text(SOFTWARE, "exif"), exif.text(SOFTWARE, "gps")) == ("a", "b", None)


def test_thumbnail() -> None:
    exif = read(make.tiff([make.ascii_tag(SOFTWARE, "a")], thumbnail=b"\xff\xd8thumb\xff\xd9"))
    assert exif.thumbnail == b"\xff\xd8thumb\xff\xd9"
    cut = make.tiff([], thumbnail=b"\xff\xd8thumb\xff\xd9")[:-4]
    assert (read(cut).thumbnail, read(cut).problems) == (None, ("thumbnail_truncated",))


def test_a_leading_marker_is_tolerated() -> None:
    assert read(b"Exif\0\0" + make.tiff([make.ascii_tag(SOFTWARE, "a")])).text(SOFTWARE) == "a"


def test_division_by_zero_is_not_a_number() -> None:
    (tag,) = read(make.tiff([(0x011A, 5, 1, bytes(8))])).tags
    assert isinstance(tag.value, float)
    assert tag.value != tag.value


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "bad_header"),
        (b"II*\0", "bad_header"),
        (b"XX*\0\x08\0\0\0", "bad_header"),
        (b"II*\0\xff\0\0\0", "bad_offset"),
        (b"II*\0\0\0\0\0\0\0", "bad_offset"),
        (make.tiff([make.ascii_tag(SOFTWARE, "a")])[:-4].replace(b"\x01\0", b"\x05\0", 1), "truncated"),
        (make.tiff([make.ascii_tag(SOFTWARE, "a long text")])[:-6], "truncated"),
        (make.tiff([(SOFTWARE, 99, 1, b"abcd")]), "bad_type"),
        (make.tiff([make.ascii_tag(SOFTWARE, "a")], next_ifd=8), "cycle"),
        (make.tiff([(SOFTWARE, 2, 0xFFFFFFFF, bytes(9))]), "truncated"),
    ],
)
def test_malformed(data: bytes, problem: str) -> None:
    assert read(data).problems == (problem,)


def test_an_unreadable_part_says_why() -> None:
    assert read(None, "over_limit").problems == ("over_limit",)


def test_link_loop_ends() -> None:
    data = bytearray(make.tiff([(0x8769, 4, 1, struct.pack("<I", 8))]))
    assert read(bytes(data)).problems == ("cycle",)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(head=st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]), body=st.binary(max_size=300))
def test_any_bytes(head: bytes, body: bytes) -> None:
    read(head + body).user_comment()
