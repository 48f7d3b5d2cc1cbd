import pytest

from fakeprint.media.text import decode_text, printable


@pytest.mark.parametrize(
    ("data", "text"),
    [("naïve 日本".encode(), "naïve 日本"), (b"na\xefve", "naïve"), (b"a\0\0", "a"), (b"", ""), (b"\0", ""), (bytes(range(1, 256)), None)],
)
def test_decode(data: bytes, text: str | None) -> None:
    assert decode_text(data) == (data.decode("latin-1") if text is None else text)


def test_printable() -> None:
    assert printable("a\x1b\u202e\n©" + "x" * 200, 8) == "a???©xxx"
