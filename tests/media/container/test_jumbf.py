from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from fakeprint.media.container.jumbf import HEADER_BYTES, jumbf_header

make = SimpleNamespace(**run_path(str(Path(__file__).with_name("make.py"))))
STORE = make.c2pa_store()


def test_a_store() -> None:
    assert jumbf_header(STORE) == len(STORE)
    assert jumbf_header(STORE[:HEADER_BYTES]) == len(STORE)


@pytest.mark.parametrize("at", [4, 8, 12, 16, 31, 32, 33, 37])
def test_any_other_header_is_not(at: int) -> None:
    assert jumbf_header(STORE[:at] + bytes((STORE[at] ^ 0x40,)) + STORE[at + 1 :]) is None


def test_too_short() -> None:
    assert jumbf_header(STORE[: HEADER_BYTES - 1]) is None
    assert jumbf_header(b"\0\0\0\x10" + STORE[4:]) is None
