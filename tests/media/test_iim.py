from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakeprint.media.container.model import Part, PartKind
from fakeprint.media.iim import Iim, read_iim

make = SimpleNamespace(**run_path(str(Path(__file__).parent / "container" / "make.py")))


def read(data: bytes | None, problem: str | None = None) -> Iim:
    return read_iim(Part(PartKind.IPTC, "", "jpeg/APP13", 0, len(data or b""), data, problem))


def test_data_sets_in_order() -> None:
    iim = read(make.iim((2, 110, b"Made with Google AI"), (2, 25, b"one"), (2, 25, b"two")))
    assert iim.data_sets == ((2, 110, "Made with Google AI"), (2, 25, "one"), (2, 25, "two"))
    assert iim.texts(2, 25) == ("one", "two")
    assert iim.texts(2, 40) == ()
    assert iim.problems == ()


def test_encodings() -> None:
    assert read(make.iim((2, 5, "é".encode()))).texts(2, 5) == ("é",)
    assert read(make.iim((2, 5, b"\xe9"))).texts(2, 5) == ("é",)
    assert read(make.iim((1, 90, b"\x1b%G"), (2, 5, b"\xe9"))).texts(2, 5) == ("\ufffd",)


def test_extended_length_and_padding() -> None:
    data = b"\x1c\x02\x05\x80\x04\0\0\0\x03abc" + bytes(3)
    assert (read(data).texts(2, 5), read(data).problems) == (("abc",), ())


@pytest.mark.parametrize(
    ("data", "problem", "kept"),
    [
        (make.iim((2, 5, b"abc"))[:-1], "truncated", 0),
        (make.iim((2, 5, b"abc")) + b"\x1c\x02", "truncated", 1),
        (make.iim((2, 5, b"abc")) + b"junk", "bad_structure", 1),
        (b"\x1c\x02\x05\xff\xff" + bytes(9), "bad_length", 0),
        (make.iim((2, 5, b"")) * 5000, "over_limit", 4096),
    ],
)
def test_malformed(data: bytes, problem: str, kept: int) -> None:
    iim = read(data)
    assert (iim.problems, len(iim.data_sets)) == ((problem,), kept)


def test_an_unreadable_part_says_why() -> None:
    assert read(None, "truncated").problems == ("truncated",)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    read(b"\x1c\x02" + data)
