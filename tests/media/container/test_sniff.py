from io import BytesIO
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from fakeprint.core.limits import Limits
from fakeprint.core.media import MediaKind
from fakeprint.media.container.sniff import SNIFF_BYTES, sniff
from fakeprint.media.container.walk import walk

make = SimpleNamespace(**run_path(str(Path(__file__).with_name("make.py"))))


def ftyp(major: bytes, *others: bytes) -> bytes:
    return make.box(b"ftyp", major + bytes(4) + b"".join(others)) + bytes(32)


@pytest.mark.parametrize(
    ("head", "format_", "kind"),
    [
        *((data[:SNIFF_BYTES], {"live": "webm"}.get(name, name), None) for name, data in make.one_of_each().items()),
        (ftyp(b"avis", b"avif"), "avif", MediaKind.IMAGE),
        (ftyp(b"mif1", b"avif", b"miaf"), "avif", MediaKind.IMAGE),
        (ftyp(b"mif1", b"heic"), "heic", MediaKind.IMAGE),
        (ftyp(b"heix"), "heic", MediaKind.IMAGE),
        (ftyp(b"qt  "), "mov", MediaKind.VIDEO),
        (ftyp(b"3gp5"), "mp4", MediaKind.VIDEO),
        (ftyp(b"M4A "), "m4a", MediaKind.OTHER),
        (ftyp(b"crx "), "cr3", MediaKind.OTHER),
        (make.box(b"wide") + make.box(b"mdat", bytes(9)), "mov", MediaKind.VIDEO),
        (make.matroska(doc_type=b"matroska"), "matroska", MediaKind.VIDEO),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "webm", MediaKind.VIDEO),
        (b"II+\0\x08\0\0\0", "tiff", MediaKind.IMAGE),
        (bytes(4) + make.mpegts()[:188] + bytes(4) + make.mpegts()[:188] + bytes(4), "mpegts", MediaKind.VIDEO),
        (b"\xff\x0a\x00\x10", "jxl", MediaKind.IMAGE),
        (b"BM then text", "text", MediaKind.OTHER),
        (b"\x00\x01\x02\x03", "unknown", MediaKind.OTHER),
    ],
)
def test_formats(head: bytes, format_: str, kind: MediaKind | None) -> None:
    sniffed = sniff(head)
    assert sniffed.format == format_
    assert kind in {None, sniffed.kind}
    assert sniffed.refused is (sniffed.kind is MediaKind.OTHER and format_ != "unknown")


@pytest.mark.parametrize(
    ("head", "format_"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "eps"),
        (b"\xc5\xd0\xd3\xc6" + bytes(20), "eps"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\n\n junk %PDF-1.4", "pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><!-- a --><s:svg xmlns:s='http://www.w3.org/2000/svg'/>", "svg"),
        ("<svg/>".encode("utf-16"), "svg"),
        (b"<!DOCTYPE html><p>", "html"),
        (b"  <HTML><script>", "html"),
        (b"<script>alert(1)</script>", "html"),
        (b"<?xml version='1.0'?><note/>", "xml"),
        (b"PK\x03\x04", "zip"),
        (b"Rar!\x1a\x07\x00", "rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (bytes(257) + b"ustar\x0000", "tar"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n", "m3u8"),
        (b"\xef\xbb\xbf#EXTM3U\n", "m3u8"),
        (b"\n \n#EXTM3U\n", "m3u8"),
        (b"#EXTM3U\n#EXTINF:1,\xe9t\xe9\n", "m3u8"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "concat"),
        (b"file '/etc/passwd'\n", "concat"),
        (b"[playlist]\nFile1=a\n", "pls"),
        (b"<asx version='3.0'>", "asx"),
        (b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'>", "playlist"),
        (b"<?xml version='1.0'?><playlist xmlns='http://xspf.org/ns/0/'>", "playlist"),
        (b"concat:/etc/passwd|x", "urls"),
        (b"http://example.invalid/a.mp4\n", "urls"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "sdp"),
        (b"8BPS\0\x01", "psd"),
        (b"SIMPLE  =                    T", "fits"),
        (b"\x7fELF\x02", "elf"),
        (b"MZ\x90\0", "exe"),
        (b"#!/bin/sh\n", "script"),
        (b"<?php echo 1;", "script"),
        (b"\0\0\x01\0\x01\0", "ico"),
        (b"P6\n2 2\n255\n", "pnm"),
        (bytes(128) + b"DICM", "dicom"),
        (b"OggS\0\x02", "ogg"),
        (b"\0\0\x01\xba\x44", "mpegps"),
        (b"plain text, nothing else\n", "text"),
        (b'{"a": 1}', "text"),
    ],
)
def test_recognised_and_refused(head: bytes, format_: str) -> None:
    sniffed = sniff(head)
    assert (sniffed.format, sniffed.kind, sniffed.refused) == (format_, MediaKind.OTHER, True)
    assert sniffed.reason
    container = walk(BytesIO(head), Limits())
    assert f"refused: {sniffed.reason}" in container.notes
    assert container.kind is MediaKind.OTHER


def test_every_prefix_of_every_file_is_named_without_error() -> None:
    for data in make.one_of_each().values():
        for end in range(min(len(data), 300)):
            sniff(data[:end])


def test_a_multibyte_character_on_the_edge_is_still_text() -> None:
    assert sniff((b"a" * (SNIFF_BYTES - 1) + "é".encode())[:SNIFF_BYTES]).format == "text"
