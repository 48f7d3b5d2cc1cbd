"""Every cap of the specification has a file that hits it (specs: provenance 2, PROV-3)."""

import struct
import tracemalloc
import zlib
from io import BytesIO
from pathlib import Path
from runpy import run_path
from time import perf_counter
from types import SimpleNamespace

import pytest

from fakeprint.core.limits import MIB, Limits
from fakeprint.media.container.inflate import InflateError, inflate
from fakeprint.media.container.model import Container, PartKind
from fakeprint.media.container.walk import walk
from fakeprint.media.exif import read_exif
from fakeprint.media.xmp import read_xmp

make = SimpleNamespace(**run_path(str(Path(__file__).with_name("make.py"))))
STORE, PACKET = make.c2pa_store(bytes(5000)), make.xmp_packet("<a:b xmlns:a='urn:a'>" + "x" * 5000 + "</a:b>")
EXIF = make.tiff([make.ascii_tag(0x131, "x" * 5000)])


def walked(data: bytes, **limits: int) -> Container:
    return walk(BytesIO(data), Limits(**limits))


def problems(container: Container) -> set[tuple[PartKind, str]]:
    return {(part.kind, part.problem) for part in container.parts if part.problem is not None}


@pytest.mark.parametrize(
    ("data", "kind", "limit"),
    [
        (make.png([make.text_chunk("k", b"x" * 5000)]), PartKind.TEXT, "text_chunk_bytes"),
        (make.png([make.ztxt_chunk("k", b"x" * 5000)]), PartKind.TEXT, "text_chunk_bytes"),
        (make.png([make.itxt_chunk("k", b"x" * 5000, compressed=True)]), PartKind.TEXT, "text_chunk_bytes"),
        (make.png([make.itxt_chunk("XML:com.adobe.xmp", PACKET)]), PartKind.XMP, "xmp_bytes"),
        (make.png([make.chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(5000)))]), PartKind.ICC, "metadata_bytes"),
        (make.png([make.chunk(b"eXIf", EXIF)]), PartKind.EXIF, "metadata_bytes"),
        (make.png([make.chunk(b"caBX", STORE)]), PartKind.C2PA, "c2pa_bytes"),
        (make.jpeg(make.jpeg_c2pa(STORE, piece=2000)), PartKind.C2PA, "c2pa_bytes"),
        (make.jpeg([make.jpeg_xmp(PACKET)]), PartKind.XMP, "xmp_bytes"),
        (make.jpeg([make.jpeg_exif(EXIF)]), PartKind.EXIF, "metadata_bytes"),
        (make.jpeg([make.segment(0xFE, bytes(5000))]), PartKind.COMMENT, "text_chunk_bytes"),
        (make.jpeg([make.segment(0xE2, b"ICC_PROFILE\0\x01\x01" + bytes(5000))]), PartKind.ICC, "metadata_bytes"),
        (make.gif([make.gif_comment(bytes(5000))]), PartKind.COMMENT, "text_chunk_bytes"),
        (make.gif([make.gif_xmp(PACKET)]), PartKind.XMP, "xmp_bytes"),
        (make.gif([make.gif_application(b"C2PA_GIF\x01\0\0", STORE)]), PartKind.C2PA, "c2pa_bytes"),
        (make.webp([make.riff_chunk(b"XMP ", PACKET)]), PartKind.XMP, "xmp_bytes"),
        (make.avi([(b"AIGC", bytes(5000))]), PartKind.TEXT, "text_chunk_bytes"),
        (make.tiff([(0x02BC, 1, len(PACKET), PACKET)]), PartKind.XMP, "xmp_bytes"),
        (make.bmff(moov=make.meta_keys([(b"AIGC", bytes(5000))])), PartKind.TEXT, "text_chunk_bytes"),
        (make.bmff([make.c2pa_box(STORE)]), PartKind.C2PA, "c2pa_bytes"),
        (make.heif([(b"mime", b"application/rdf+xml", PACKET)]), PartKind.XMP, "xmp_bytes"),
        (make.matroska([(b"AIGC", bytes(5000))]), PartKind.TEXT, "text_chunk_bytes"),
        (make.flv([(b"AIGC", make.amf_string(bytes(5000)))]), PartKind.TEXT, "text_chunk_bytes"),
        (make.flac([b"AIGC=" + bytes(5000)]), PartKind.TEXT, "text_chunk_bytes"),
        (make.id3([(b"TXXX", b"\x03k\0" + bytes(5000))]), PartKind.TEXT, "text_chunk_bytes"),
        (make.id3([(b"GEOB", make.geob(STORE))]), PartKind.C2PA, "c2pa_bytes"),
        (make.svg(make.svg_c2pa(STORE)), PartKind.C2PA, "c2pa_bytes"),
        (make.pdf(PACKET, b""), PartKind.XMP, "xmp_bytes"),
        (make.pdf(b"", STORE, packed=True), PartKind.C2PA, "c2pa_bytes"),
    ],
)
def test_a_part_over_its_cap_is_named_and_not_held(data: bytes, kind: PartKind, limit: str) -> None:
    allowed, refused = (walked(data, **{limit: size}) for size in (1 << 16, 4000))
    assert (kind, "over_limit") not in problems(allowed)
    assert (kind, "over_limit") in problems(refused)


def test_total_of_inflated_text() -> None:
    container = walked(make.png([make.ztxt_chunk(f"k{number}", b"x" * 900) for number in range(5)]), text_total_bytes=3000)
    assert [part.problem for part in container.of_kind(PartKind.TEXT)] == [None, None, None, "over_limit", "over_limit"]


def test_elements_of_xml() -> None:
    for inner in ("<a:b/>" * 20_000, "<a:b " + " ".join(f'a{number}=""' for number in range(20_000)) + "/>"):
        data = make.xmp_packet(inner, "xmlns:a='urn:a'")
        (part,) = walked(make.png([make.itxt_chunk("XML:com.adobe.xmp", data)])).of_kind(PartKind.XMP)
        assert read_xmp(part, Limits()).problems == ("over_limit",)


def test_box_depth() -> None:
    inner = make.meta_keys([(b"k", b"v")])
    assert walked(make.bmff(moov=make.box(b"trak", make.box(b"udta", inner))), box_depth=32).of_kind(PartKind.TEXT)
    assert not walked(make.bmff(moov=make.box(b"trak", make.box(b"udta", inner))), box_depth=3).complete


def test_matroska_depth() -> None:
    simple = make.ebml("67C8", make.ebml("45A3", b"k") + make.ebml("4487", b"v"))
    for _ in range(40):
        simple = make.ebml("67C8", simple)
    data = make.ebml("1A45DFA3", make.ebml("4282", b"webm")) + make.ebml("18538067", make.ebml("1254C367", make.ebml("7373", simple)))
    assert any(note.startswith("over_limit: elements nested deeper") for note in walked(data).notes)


def test_top_level_boxes() -> None:
    boxes = [make.box(b"skip")] * 1100
    assert any(note.startswith("over_limit: more than 1024 top-level boxes") for note in walked(make.bmff(boxes)).notes)
    assert walked(make.bmff([make.box(b"moof"), make.box(b"mdat", b"x")] * 1100), box_count=3000).complete


def test_elements() -> None:
    container = walked(make.png([make.text_chunk("k", b"")] * 50), container_elements=20)
    assert "over_limit: more than 21 elements" in container.notes


def test_parts() -> None:
    container = walked(make.jpeg([make.segment(0xFE)] * 1100))
    assert len(container.parts) == 1024
    assert not container.complete


def tiff_pages(count: int, *, cyclic: bool = False) -> bytes:
    pages = b"".join(struct.pack("<HI", 0, 8 + 6 * (number + 1)) for number in range(count - 1))
    return b"II*\0" + struct.pack("<I", 8) + pages + struct.pack("<HI", 0, 8 if cyclic else 0)


def test_tiff_pages_and_cycles() -> None:
    assert walked(tiff_pages(2000)).complete
    assert "over_limit: more than 2000 pages" in walked(tiff_pages(10_000)).notes
    assert any(note.startswith("bad_structure: the directories form a cycle") for note in walked(tiff_pages(3, cyclic=True)).notes)


def test_tiff_sub_directories() -> None:
    raw = b"".join(struct.pack("<I", 0) for _ in range(1001))
    assert not walked(make.tiff([(0x014A, 4, 1001, raw)])).complete


def test_gif_of_single_byte_sub_blocks() -> None:
    data = b"GIF89a\x01\0\x01\0\0\0\0\x21\xfe" + b"\x01x" * (1 << 19) + b"\0\x3b"
    container = walked(data)
    assert any(note.startswith("over_limit: too many short sub-blocks") for note in container.notes)


def test_exif_tags_and_values() -> None:
    entry = struct.pack("<HHII", 0x9286, 7, 1 << 20, 0)
    data = b"II*\0\x08\0\0\0" + struct.pack("<H", 60_000) + entry * 60_000
    data += bytes(1 << 20)
    (part,) = walked(make.webp([make.riff_chunk(b"EXIF", data)])).of_kind(PartKind.EXIF)
    exif = read_exif(part, Limits())
    assert "over_limit" in exif.problems
    assert len(exif.tags) <= 1024
    assert sum(len(tag.raw) for tag in exif.tags) <= len(data) + (1 << 16)


def test_xmp_depth_and_size() -> None:
    deep = make.xmp_packet("<a:b xmlns:a='urn:a'>" * 70 + "</a:b>" * 70)
    (part,) = walked(make.png([make.itxt_chunk("XML:com.adobe.xmp", deep)])).of_kind(PartKind.XMP)
    assert read_xmp(part, Limits()).problems == ("over_limit",)
    assert read_xmp(part, Limits(xml_depth=200)).problems == ()
    assert read_xmp(part, Limits(xmp_bytes=10)).problems == ("over_limit",)


def test_inflate() -> None:
    packed = zlib.compress(bytes(1000))
    assert inflate(packed, 1000) == bytes(1000)
    for data, limit, problem in (
        (packed, 999, "over_limit"),
        (packed[:-5], 1000, "truncated"),
        (b"nonsense", 10, "bad_zlib"),
        (b"", 10, "truncated"),
    ):
        with pytest.raises(InflateError) as caught:
            inflate(data, limit)
        assert caught.value.problem == problem


@pytest.mark.parametrize(
    "make_bomb",
    [
        lambda bomb: make.png([make.chunk(b"zTXt", b"k\0\0" + bomb)]),
        lambda bomb: make.png([make.chunk(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0" + bomb)]),
        lambda bomb: make.png([make.chunk(b"iCCP", b"p\0\0" + bomb)]),
        lambda bomb: make.pdf() + b"5 0 obj\n<< /Subtype /XML /Filter /FlateDecode /Length %d >>\nstream\n%s" % (len(bomb), bomb),
    ],
)
def test_inflate_bombs_stop_early(make_bomb: object) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(MIB)) for _ in range(100)) + packer.flush()
    data = make_bomb(bomb)  # type: ignore[operator]
    tracemalloc.start()
    started = perf_counter()
    container = walked(data)
    seconds, (_, peak) = perf_counter() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "over_limit" in {part.problem for part in container.parts}
    assert seconds < 2
    assert peak < 64 * MIB
