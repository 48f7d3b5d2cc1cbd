from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Part, PartKind
from fakeprint.media.xmp import Xmp, XmpProperty, read_xmp

make = SimpleNamespace(**run_path(str(Path(__file__).parent / "container" / "make.py")))
EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
NAMES = f'xmlns:e="{EXT}" xmlns:a="urn:a"'


def read(data: bytes | None, problem: str | None = None) -> Xmp:
    return read_xmp(Part(PartKind.XMP, "", "jpeg/APP1", 0, len(data or b""), data, problem), Limits())


def packet(inner: str = "", attributes: str = "") -> bytes:
    data: bytes = make.xmp_packet(inner, f"{NAMES} {attributes}")
    return data


@pytest.mark.parametrize("data", [packet("<e:DigitalSourceType>uri</e:DigitalSourceType>"), packet(attributes='e:DigitalSourceType="uri"')])
def test_element_or_attribute(data: bytes) -> None:
    xmp = read(data)
    assert xmp.properties == (XmpProperty(EXT, "DigitalSourceType", "uri"),)
    assert xmp.values("DigitalSourceType", EXT) == ("uri",)
    assert xmp.values("DigitalSourceType", "urn:other") == ()
    assert xmp.problems == ()


@pytest.mark.parametrize("kind", ["Bag", "Seq", "Alt"])
def test_lists(kind: str) -> None:
    xmp = read(packet(f"<a:l><rdf:{kind}><rdf:li xml:lang='x-default'>1</rdf:li><rdf:li>2</rdf:li></rdf:{kind}></a:l>"))
    assert xmp.properties == (XmpProperty("urn:a", "l", "1", "l"), XmpProperty("urn:a", "l", "2", "l"))
    assert xmp.values("l", "urn:a") == ("1", "2")


@pytest.mark.parametrize(
    "inner",
    [
        "<a:s rdf:parseType='Resource'><a:f>v</a:f></a:s>",
        "<a:s><rdf:Description><a:f>v</a:f></rdf:Description></a:s>",
        "<a:s><rdf:Description a:f='v'/></a:s>",
        "<a:s a:f='v'/>",
    ],
)
def test_structures(inner: str) -> None:
    xmp = read(packet(inner))
    assert xmp.properties == (XmpProperty("urn:a", "f", "v", "s"),)
    assert xmp.values("f") == xmp.values("s") == ("v",)


@pytest.mark.parametrize(
    "item", ["<rdf:li rdf:parseType='Resource'><a:f>v</a:f></rdf:li>", "<rdf:li a:f='v'/>", "<rdf:li><rdf:Description a:f='v'/></rdf:li>"]
)
def test_structures_in_lists(item: str) -> None:
    assert read(packet(f"<a:l><rdf:Bag>{item}</rdf:Bag></a:l>")).properties[0] == XmpProperty("urn:a", "f", "v", "l")


def test_resources_and_escapes() -> None:
    xmp = read(packet("<a:r rdf:resource='urn:x'/><a:t>{&quot;k&quot;: 1 &lt; 2}</a:t>"))
    assert (xmp.values("r"), xmp.values("t")) == (("urn:x",), ('{"k": 1 < 2}',))


def test_empty_property() -> None:
    assert read(packet("<a:t/>")).properties == (XmpProperty("urn:a", "t", ""),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(encoding: str) -> None:
    data = packet("<a:t>é 日本</a:t>").decode().replace("\ufeff", "").encode(encoding)
    assert read(data).values("t") == ("é 日本",)


def test_latin_1_is_told() -> None:
    xmp = read(packet("<a:t>é</a:t>").decode().replace("\ufeff", "").encode("latin-1"))
    assert (xmp.values("t"), xmp.problems) == (("é",), ("bad_encoding",))


def test_padding_and_wrappers_do_not_matter() -> None:
    inner = packet("<a:t>v</a:t>")
    bare = inner[inner.index(b"<rdf:RDF") : inner.index(b"</x:xmpmeta")]
    for data in (inner + b" " * 2000 + b"\0", b"\n" + inner, bare, b'<?xml version="1.0"?>' + bare):
        assert read(data).values("t") == ("v",), data[:40]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + packet("<a:t>&a;</a:t>"),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + packet(),
        packet("<a:t>&undefined;</a:t>"),
        packet("<a:t>"),
        b"not xml",
        b"",
        b"\xff\xfe",
    ],
)
def test_refused(data: bytes) -> None:
    xmp = read(data)
    assert xmp.problems == ("bad_xml",)
    assert xmp.properties == ()


def test_what_stands_before_the_damage_is_kept() -> None:
    data = packet("<a:t>v</a:t><a:u>w</a:u>")
    xmp = read(data[: data.index(b"<a:u>")])
    assert (xmp.values("t"), xmp.problems) == (("v",), ("bad_xml",))


def test_xml_without_rdf() -> None:
    assert read(b"<svg/>").problems == ("no_rdf",)


def test_an_unreadable_part_says_why() -> None:
    assert read(None, "truncated").problems == ("truncated",)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(at=st.integers(0, 400), piece=st.binary(max_size=30))
def test_any_bytes(at: int, piece: bytes) -> None:
    data = packet("<a:l><rdf:Bag><rdf:li>1</rdf:li></rdf:Bag></a:l>", 'a:x="1"')
    read(data[:at] + piece + data[at + len(piece) // 2 :])
