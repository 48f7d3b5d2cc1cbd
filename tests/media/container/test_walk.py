import struct
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from fakeprint.core.limits import Limits
from fakeprint.core.media import MediaKind
from fakeprint.media.container.model import Container, Part, PartKind
from fakeprint.media.container.walk import walk

make = SimpleNamespace(**run_path(str(Path(__file__).with_name("make.py"))))
FILES = make.one_of_each()
STORE, PACKET = make.c2pa_store(), make.xmp_packet()
EXIF = make.tiff([make.ascii_tag(0x131, "Maker")])


def walked(data: bytes, **limits: int) -> Container:
    return walk(BytesIO(data), Limits(**limits))


def datas(container: Container, kind: PartKind) -> list[bytes | None]:
    return [part.data for part in container.of_kind(kind)]


def texts(container: Container) -> dict[str, bytes | None]:
    return {part.key: part.data for part in container.of_kind(PartKind.TEXT)}


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_walked_to_its_end_without_complaint(name: str) -> None:
    container = walked(FILES[name])
    assert container.format == {"live": "webm"}.get(name, name)
    assert container.complete
    assert container.trailing is None
    assert not [part for part in container.parts if part.problem]
    assert [part.offset for part in container.parts] == sorted(part.offset for part in container.parts)


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "wav", "gif", "tiff", "mp4", "jxl", "mp3", "svg", "pdf"])
def test_every_carrier_of_credentials_gives_the_whole_store(name: str) -> None:
    assert datas(walked(FILES[name]), PartKind.C2PA) == [STORE]


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "gif", "tiff", "mp4", "avif", "jxl", "mp3", "pdf"])
def test_every_carrier_of_xmp_gives_the_packet(name: str) -> None:
    assert datas(walked(FILES[name]), PartKind.XMP)[-1] == PACKET


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff", "avif", "jxl"])
def test_every_carrier_of_exif_gives_a_tiff_structure(name: str) -> None:
    (data,) = datas(walked(FILES[name]), PartKind.EXIF)
    assert data is not None
    assert data[:4] in {b"II*\0", b"MM\0*"}


@pytest.mark.parametrize("name", ["avi", "mp4", "webm", "live", "flv"])
def test_every_video_carrier_gives_the_label(name: str) -> None:
    assert texts(walked(FILES[name]))["AIGC"] == b"{}"


def test_parts_lie_where_they_say() -> None:
    for name in ("jpeg", "png", "webp", "gif", "mp4", "avif", "jxl", "webm", "flv", "wav", "pdf"):
        data = FILES[name]
        for part in walked(data).parts:
            if part.kind in {PartKind.EXIF, PartKind.COMMENT} and name != "gif":
                assert data[part.offset : part.offset + part.length] == part.data, (name, part)


@pytest.mark.parametrize(
    ("name", "lossless"),
    [
        ("jpeg", False),
        ("png", True),
        ("webp", True),
        ("gif", True),
        ("tiff", True),
        ("bmp", True),
        ("avif", False),
        ("jxl", None),
        ("mp4", None),
    ],
)
def test_lossless(name: str, lossless: bool | None) -> None:
    assert walked(FILES[name]).lossless is lossless


def test_lossy_webp() -> None:
    assert walked(make.webp(picture=b"VP8 ")).lossless is False


def test_animated_webp_is_lossless_only_if_every_frame_is() -> None:
    def frame(name: bytes) -> bytes:
        return make.riff_chunk(b"ANMF", bytes(16) + make.riff_chunk(name, bytes(10)))

    assert walked(make.riff(b"WEBP", [frame(b"VP8L"), frame(b"VP8L")])).lossless is True
    assert walked(make.riff(b"WEBP", [frame(b"VP8L"), frame(b"VP8 ")])).lossless is False


@pytest.mark.parametrize(("compression", "lossless"), [(1, True), (5, True), (8, True), (6, False), (7, False), (34712, None)])
def test_tiff_compression(compression: int, lossless: bool | None) -> None:
    assert walked(make.tiff([(259, 3, 1, struct.pack("<H", compression))])).lossless is lossless


# JPEG


def test_jpeg_tables_frame_and_scan_have_places() -> None:
    data = make.jpeg(scan=b"\x11\xff\x00\x22\xff\xd3\x33")
    container = walked(data)
    (scan,) = container.of_kind(PartKind.SCAN)
    assert data[scan.offset : scan.offset + scan.length] == b"\x11\xff\x00\x22\xff\xd3\x33"
    assert [(part.key, part.length) for part in container.of_kind(PartKind.QUANTISATION, PartKind.FRAME)] == [("DQT", 65), ("SOF0", 9)]


def test_jpeg_progressive_has_a_part_for_each_scan() -> None:
    more = b"\x01\x02" + make.segment(0xC4, b"\xff\xd9table") + make.segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x03\x04\x05"
    assert [part.length for part in walked(make.jpeg(scan=more)).of_kind(PartKind.SCAN)] == [2, 3]


def test_jpeg_fill_bytes_are_skipped() -> None:
    assert walked(make.jpeg([b"\xff\xff" + make.segment(0xFE, b"c")])).complete


def test_jpeg_extended_xmp_is_joined_in_any_order() -> None:
    guid = b"A" * 32
    whole = make.xmp_packet(inner="<a:b xmlns:a='urn:a'>long</a:b>")
    main = make.xmp_packet(attributes=f'xmlns:n="http://ns.adobe.com/xmp/note/" n:HasExtendedXMP="{guid.decode()}"')
    pieces = [make.jpeg_extended_xmp(guid, len(whole), at, whole[at : at + 100]) for at in range(0, len(whole), 100)]
    container = walked(make.jpeg([make.jpeg_xmp(main), *reversed(pieces)]))
    assert [(part.key, part.data) for part in container.of_kind(PartKind.XMP)] == [("", main), ("extended", whole)]


@pytest.mark.parametrize(("drop", "referenced", "problem"), [(0, False, "unreferenced"), (1, True, "truncated")])
def test_jpeg_extended_xmp_refusals(drop: int, referenced: bool, problem: str) -> None:
    guid, whole = b"A" * 32, PACKET
    main = make.xmp_packet(inner=guid.decode() if referenced else "")
    pieces = [make.jpeg_extended_xmp(guid, len(whole), at, whole[at : at + 100]) for at in range(0, len(whole), 100)][drop:]
    part = walked(make.jpeg([make.jpeg_xmp(main), *pieces])).of_kind(PartKind.XMP)[1]
    assert (part.data, part.problem) == (None, problem)


def test_jpeg_store_over_many_segments() -> None:
    store = make.c2pa_store(bytes(range(256)) * 800)
    segments = make.jpeg_c2pa(store)
    assert len(segments) == 4
    assert datas(walked(make.jpeg(segments)), PartKind.C2PA) == [store]


def test_jpeg_store_with_segments_out_of_order_is_not_joined() -> None:
    segments = make.jpeg_c2pa(make.c2pa_store(bytes(300)), piece=100)
    (part,) = walked(make.jpeg([segments[0], segments[2], segments[1], *segments[3:]])).of_kind(PartKind.C2PA)
    assert (part.data, part.problem) == (None, "bad_order")


def test_jpeg_store_without_its_last_segment_is_truncated() -> None:
    segments = make.jpeg_c2pa(make.c2pa_store(bytes(300)), piece=100)
    (part,) = walked(make.jpeg(segments[:-1])).of_kind(PartKind.C2PA)
    assert (part.data, part.problem) == (None, "truncated")


@pytest.mark.parametrize("instances", [(1, 2), (1, 1)])
def test_two_stores_are_noted(instances: tuple[int, int]) -> None:
    segments = [one for instance in instances for one in make.jpeg_c2pa(STORE, instance=instance)]
    container = walked(make.jpeg(segments))
    assert datas(container, PartKind.C2PA) == [STORE, STORE]
    assert "duplicate_c2pa: 2 C2PA manifest stores where one is allowed" in container.notes


def test_other_jumbf_is_no_credential() -> None:
    other = make.box(b"jumb", make.box(b"jumd", bytes(16) + b"\x03other\0"))
    container = walked(make.jpeg(make.jpeg_c2pa(other)))
    assert not container.of_kind(PartKind.C2PA)
    assert "JUMBF" in [part.key for part in container.of_kind(PartKind.OTHER)]


def test_jpeg_icc_profile_is_joined_by_number() -> None:
    pieces = [make.segment(0xE2, b"ICC_PROFILE\0" + bytes((number, 2)) + data) for number, data in ((2, b"world"), (1, b"hello "))]
    assert datas(walked(make.jpeg(pieces)), PartKind.ICC) == [b"hello world"]
    (part,) = walked(make.jpeg(pieces[:1])).of_kind(PartKind.ICC)
    assert part.problem == "truncated"


def test_jpeg_photoshop_resources_over_two_segments() -> None:
    data = make.iim((2, 110, b"credit"))
    blocks = make.photoshop_resources((0x0425, b"odd"), (0x0404, data))
    segments = [make.segment(0xED, b"Photoshop 3.0\0" + piece) for piece in (blocks[:20], blocks[20:])]
    assert datas(walked(make.jpeg(segments)), PartKind.IPTC) == [data]


def test_jpeg_bytes_between_segments_are_kept_apart() -> None:
    container = walked(make.jpeg([make.segment(0xE0, b"JFIF\0" + bytes(9)), b'AIGC{"Label":"1"}']))
    assert [part.data for part in container.parts if part.key == "between-segments"] == [b'AIGC{"Label":"1"}']
    assert any(note.startswith("stray_bytes:") for note in container.notes)
    assert container.complete


@pytest.mark.parametrize(
    "data",
    [b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\x00", make.jpeg(end=b""), make.jpeg()[:40], b"\xff\xd8" + make.segment(0xFE, b"x") + b"\xff\xd8"],
)
def test_jpeg_damage_is_noted(data: bytes) -> None:
    assert not walked(data).complete


def test_large_jpeg_is_read_in_windows() -> None:
    scan = (b"\x55" * 1_000_003 + b"\xff\x00") * 6
    data = make.jpeg(scan=scan) + b"<html>"
    container = walked(data)
    assert container.complete
    assert container.of_kind(PartKind.SCAN)[0].length == len(scan)
    assert container.trailing is not None
    assert container.trailing.length == 6


# PNG


def test_png_texts_after_the_picture_are_seen() -> None:
    container = walked(
        make.png([make.text_chunk("before", b"1")], after=[make.text_chunk("after", "é".encode()), make.chunk(b"comf", b"prompt\0{}")])
    )
    assert texts(container) == {"before": b"1", "after": "é".encode(), "prompt": b"{}"}


@pytest.mark.parametrize("compressed", [False, True])
def test_png_international_text(compressed: bool) -> None:
    assert texts(walked(make.png([make.itxt_chunk("k", b"value", compressed=compressed)]))) == {"k": b"value"}


def test_png_raw_profiles_are_decoded() -> None:
    def profile(name: str, data: bytes) -> bytes:
        return make.ztxt_chunk(f"Raw profile type {name}", f"\n{name}\n{len(data):8}\n{data.hex()}\n".encode())

    blocks = make.photoshop_resources((0x0404, make.iim((2, 5, b"t"))))
    container = walked(make.png([profile("exif", b"Exif\0\0" + EXIF), profile("xmp", PACKET), profile("iptc", blocks)]))
    assert datas(container, PartKind.EXIF) == [EXIF]
    assert datas(container, PartKind.XMP) == [PACKET]
    assert datas(container, PartKind.IPTC) == [make.iim((2, 5, b"t"))]


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (make.chunk(b"tEXt", b"a\0b", crc=1), "bad_crc"),
        (make.chunk(b"zTXt", b"a\0\0not zlib"), "bad_zlib"),
        (make.chunk(b"zTXt", b"a\0\x01"), "bad_structure"),
        (make.chunk(b"zTXt", b"a\0\0" + make.ztxt_chunk("a", b"z" * 99)[11:20]), "truncated"),
        (make.chunk(b"iTXt", b"a\0\0"), "bad_structure"),
        (make.chunk(b"tEXt", b"no separator"), "bad_structure"),
        (make.chunk(b"caBX", b"not a store"), "bad_header"),
    ],
)
def test_png_broken_chunks_are_unreadable_and_the_walk_goes_on(bad: bytes, problem: str) -> None:
    container = walked(make.png([bad], after=[make.text_chunk("after", b"1")]))
    assert [part.problem for part in container.parts if part.data is None] == [problem]
    assert texts(container).get("after") == b"1"
    assert container.complete


@pytest.mark.parametrize("cut", [9, 20, 45, 60, 70])
def test_png_cut_off(cut: int) -> None:
    assert not walked(FILES["png"][:cut]).complete


# other containers


def test_exif_with_a_leading_marker_is_accepted() -> None:
    marked = b"Exif\0\0" + EXIF
    assert datas(walked(make.webp([make.riff_chunk(b"EXIF", marked)])), PartKind.EXIF) == [EXIF]
    assert datas(walked(make.png([make.chunk(b"eXIf", marked)])), PartKind.EXIF) == [EXIF]


def test_avi_continues_in_further_riffs() -> None:
    data = make.avi() + make.riff(b"AVIX", [make.riff_chunk(b"LIST", b"movi" + bytes(8))])
    assert walked(data).trailing is None


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("in_data_box", [False, True])
def test_heif_items(version: int, in_data_box: bool) -> None:
    if in_data_box and not version:
        pytest.skip("construction method needs version 1")
    items = [(b"Exif", b"", make.heif_exif(EXIF)), (b"mime", b"application/rdf+xml", PACKET), (b"mime", b"text/plain", b"no")]
    container = walked(make.heif(items, brand=b"heic", version=version, in_data_box=in_data_box))
    assert (container.format, container.mime) == ("heic", "image/heic")
    assert datas(container, PartKind.EXIF) == [EXIF]
    assert datas(container, PartKind.XMP) == [PACKET]


def test_mp4_keys_and_classic_atoms() -> None:
    free = make.box(
        b"----",
        make.full_box(b"mean", b"com.x") + make.full_box(b"name", b"workflow") + make.box(b"data", bytes(3) + b"\1" + bytes(4) + b"{}"),
    )
    wide = make.ilst_item(b"\xa9nam", "naïve".encode("utf-16-be"), type_=2)
    cover = make.ilst_item(b"covr", b"\xff\xd8", type_=13)
    meta = make.full_box(
        b"meta", make.full_box(b"hdlr", bytes(20)) + make.box(b"ilst", make.ilst_item(b"\xa9too", b"Lavf") + free + wide + cover)
    )
    container = walked(make.bmff(moov=make.box(b"udta", meta)))
    assert texts(container) == {"©too": b"Lavf", "workflow": b"{}", "©nam": "naïve".encode()}


def test_mp4_store_after_the_media_and_update_stores() -> None:
    data = make.bmff() + make.c2pa_box(STORE) + make.c2pa_box(STORE, purpose=b"update") + make.c2pa_box(b"hash", purpose=b"merkle")
    container = walked(data)
    assert [(part.key, part.data) for part in container.of_kind(PartKind.C2PA)] == [("manifest", STORE), ("update", STORE)]
    assert not any(note.startswith("duplicate") for note in container.notes)


def test_mp4_without_moov_is_incomplete() -> None:
    assert not walked(make.box(b"ftyp", b"isom" + bytes(8)) + make.box(b"mdat", bytes(9))).complete


def test_mp4_cut_in_mdat() -> None:
    data = make.bmff(media=bytes(1000))
    assert not walked(data[:500]).complete


def test_mp4_sizes_of_64_bits_and_to_the_end() -> None:
    wide = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + b"hello"
    open_end = struct.pack(">I4s", 0, b"free") + bytes(20)
    data = make.box(b"ftyp", b"isom" + bytes(4)) + wide + make.box(b"moov") + open_end
    container = walked(data)
    assert container.complete
    assert container.of_kind(PartKind.SCAN)[0].length == 5


class Sparse(BytesIO):
    """A stream that claims a huge ``mdat`` between its head and its tail and counts the bytes that are read."""

    def __init__(self, head: bytes, gap: int, tail: bytes) -> None:
        super().__init__()
        self.pieces, self.gap, self.place, self.count = (head, tail), gap, 0, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        size = len(self.pieces[0]) + self.gap + len(self.pieces[1])
        self.place = offset if whence == 0 else size + offset
        return self.place

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size >= 0
        head, tail = self.pieces
        data = head[self.place : self.place + size]
        while len(data) < size and self.place + len(data) < len(head) + self.gap:
            data += bytes(min(size - len(data), len(head) + self.gap - self.place - len(data)))
        at = self.place + len(data) - len(head) - self.gap
        data += tail[max(0, at) : max(0, at) + size - len(data)] if at >= 0 else b""
        self.place += len(data)
        self.count += len(data)
        return data


def test_twenty_gigabytes_of_video_cost_a_few_reads() -> None:
    gap = 20 * 10**9
    head = make.box(b"ftyp", b"isom" + bytes(4)) + struct.pack(">I4sQ", 1, b"mdat", 16 + gap)
    tail = make.box(b"moov", make.box(b"udta", make.meta_keys([(b"AIGC", b"{}")]))) + make.c2pa_box(STORE)
    stream = Sparse(head, gap, tail)
    container = walk(stream, Limits())
    assert texts(container)["AIGC"] == b"{}"
    assert datas(container, PartKind.C2PA) == [STORE]
    assert stream.count < 1 << 20


def test_jxl_names_what_brotli_hides() -> None:
    (part,) = walked(make.jxl([make.box(b"brob", b"xml " + bytes(9))])).of_kind(PartKind.XMP)
    assert (part.data, part.problem) == (None, "compressed_brotli")
    assert walked(b"\xff\x0a" + bytes(9)).kind is MediaKind.IMAGE


def test_matroska_tags_are_found_through_the_index() -> None:
    plain = make.matroska([(b"prompt", b"{}")], doc_type=b"matroska", clusters=3)
    tags = make.ebml("1254C367", make.ebml("7373", make.ebml("67C8", make.ebml("45A3", b"k") + make.ebml("4487", b"v"))))
    seek_size = len(make.ebml("114D9B74", make.ebml("4DBB", make.ebml("53AB", b"\x12\x54\xc3\x67") + make.ebml("53AC", bytes(8)))))
    clusters = make.ebml("1F43B675", make.ebml("A3", bytes(8)) * 50, unknown=True)
    place = struct.pack(">Q", seek_size + len(clusters))
    seek = make.ebml("114D9B74", make.ebml("4DBB", make.ebml("53AB", b"\x12\x54\xc3\x67") + make.ebml("53AC", place)))
    data = make.ebml("1A45DFA3", make.ebml("4282", b"webm")) + make.ebml("18538067", seek + clusters + tags)
    assert texts(walked(plain))["prompt"] == b"{}"
    limited = walked(data, container_elements=40)
    assert texts(limited)["k"] == b"v"
    assert not limited.complete


def test_flv_skips_long_key_frame_lists() -> None:
    numbers = b"\x0a" + struct.pack(">I", 5000) + (b"\0" + bytes(8)) * 5000
    inner = b"\x03" + struct.pack(">H", 5) + b"times" + numbers + b"\0\0\x09"
    data = make.flv([(b"keyframes", inner), (b"encoder", make.amf_string(b"Lavf")), (b"long", b"\x0c" + struct.pack(">I", 3) + b"abc")])
    assert texts(walked(data, container_elements=50)) == {"encoder": b"Lavf", "long": b"abc"}


def test_id3_texts_and_old_versions() -> None:
    frames = [(b"TXXX", b"\x01" + "key\0".encode("utf-16-le") + "välue".encode("utf-16")), (b"COMM", b"\x03eng\0note")]
    container = walked(make.id3(frames, major=3))
    assert texts(container) == {"key": "välue".encode(), "COMM": b"note"}
    old = b"ID3\x02\0\0" + make.synchsafe(14) + b"TT2\0\0\x08\0in 1999"
    assert texts(walked(old + bytes(20))) == {"TT2": b"in 1999"}


def test_flac_behind_id3() -> None:
    tag = b"ID3\x04\0\0" + make.synchsafe(0)
    container = walked(tag + FILES["flac"])
    assert (container.format, texts(container)) == ("flac", {"AIGC": b"{}"})


def test_svg_with_a_doctype_is_not_parsed() -> None:
    head = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    container = walked(make.svg(make.svg_c2pa(STORE), head=head))
    assert (container.format, container.complete) == ("svg", False)
    assert not container.of_kind(PartKind.C2PA)


def test_pdf_store_packed() -> None:
    assert datas(walked(make.pdf(PACKET, STORE, packed=True)), PartKind.C2PA) == [STORE]


def test_tiff_follows_pages_and_sub_directories() -> None:
    head = make.tiff([make.ascii_tag(305, "S")], extra_ifds=((0x014A, [(0xCD41, 7, len(STORE), STORE)]),))
    page = struct.pack("<HHHII", 1, 0x02BC, 1, len(PACKET), len(head) + 18) + bytes(4) + PACKET
    at = 8 + 2 + 2 * 12
    data = head[:at] + struct.pack("<I", len(head)) + head[at + 4 :] + page
    container = walked(data)
    assert datas(container, PartKind.C2PA) == [STORE]
    assert datas(container, PartKind.XMP) == [PACKET]


def test_big_tiff() -> None:
    packet = PACKET
    entry = struct.pack("<HHQQ", 0x02BC, 1, len(packet), 16 + 8 + 20 + 8)
    data = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1) + entry + bytes(8) + packet
    assert datas(walked(data), PartKind.XMP) == [packet]


def test_unknown_and_empty_files() -> None:
    assert walked(b"").format == "empty"
    container = walked(b"\x01\x02\x03\x04")
    assert (container.format, container.kind, container.notes) == ("unknown", MediaKind.OTHER, ())


def test_parts_are_plain_records() -> None:
    part = walked(FILES["jpeg"]).parts[0]
    assert replace(part, key="x") == Part(part.kind, "x", part.where, part.offset, part.length, part.data)
    assert part.location().path == "jpeg/APP0"


def test_an_item_that_points_after_the_end_is_not_read() -> None:
    data = make.heif([(b"Exif", b"", make.heif_exif(EXIF))])
    size = len(data)
    moved = data.replace(struct.pack(">I", data.index(make.heif_exif(EXIF))), struct.pack(">I", size))
    (part,) = walked(moved + make.heif_exif(EXIF) + b"<html>").of_kind(PartKind.EXIF)
    assert (part.data, part.problem) == (None, "outside")


def test_a_stream_that_shrinks_while_it_is_read_ends_the_walk() -> None:
    class Shrinking(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(size) if self.tell() < 1 << 21 else b""

    for head in (b"\xff\xd8" + make.segment(0xDA, bytes(6)), b"GIF89a\x01\0\x01\0\0\0\0\x21\xfe" + b"\xff" * 10):
        assert not walk(Shrinking(head + b"\x55" * (9 << 20)), Limits()).complete
