"""What a file is, judged by its first bytes alone (specs: provenance 2, reliability 5 and 13.5)."""

import re
from dataclasses import dataclass

from fakeprint.core.media import MediaKind

SNIFF_BYTES = 4096

_IMAGE, _VIDEO, _OTHER = MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.OTHER


@dataclass(frozen=True)
class Sniffed:
    """A format by content.

    ``refused`` is set for what is recognised and must never reach a decoder, with ``reason`` in plain words; an unrecognised file
    has format ``unknown`` and is not ``refused``.
    """

    format: str
    mime: str
    kind: MediaKind
    refused: bool = False
    reason: str = ""


UNKNOWN = Sniffed("unknown", "application/octet-stream", _OTHER)
EMPTY = Sniffed("empty", "application/x-empty", _OTHER, True, "the file is empty")

_AUDIO = "audio holds no pictures"
_ARCHIVE = "archives are not opened"
_PROGRAM = "programs and scripts are not opened"
_PLAYLIST = "playlists point to other files and are never opened"
_DOCUMENT = "documents are not decoded"
_EXCLUDED = "this image format is not decoded, for safety"


def _refused(format_: str, mime: str, reason: str) -> Sniffed:
    return Sniffed(format_, mime, _OTHER, True, reason)


JPEG = Sniffed("jpeg", "image/jpeg", _IMAGE)
PNG = Sniffed("png", "image/png", _IMAGE)
WEBP = Sniffed("webp", "image/webp", _IMAGE)
MP4 = Sniffed("mp4", "video/mp4", _VIDEO)
MOV = Sniffed("mov", "video/quicktime", _VIDEO)
AVIF = Sniffed("avif", "image/avif", _IMAGE)
HEIC = Sniffed("heic", "image/heic", _IMAGE)
M4A = _refused("m4a", "audio/mp4", _AUDIO)
MPEGTS = Sniffed("mpegts", "video/mp2t", _VIDEO)
MP3 = _refused("mp3", "audio/mpeg", _AUDIO)
TAR = _refused("tar", "application/x-tar", _ARCHIVE)
SVG = _refused("svg", "image/svg+xml", "SVG is a document that may hold scripts; only its metadata is read")
HTML = _refused("html", "text/html", _DOCUMENT)
PDF = _refused("pdf", "application/pdf", "documents are not decoded; only their metadata is read")

_MAGIC: tuple[tuple[bytes, Sniffed], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", Sniffed("gif", "image/gif", _IMAGE)),
    (b"GIF89a", Sniffed("gif", "image/gif", _IMAGE)),
    (b"II*\0", Sniffed("tiff", "image/tiff", _IMAGE)),
    (b"MM\0*", Sniffed("tiff", "image/tiff", _IMAGE)),
    (b"II+\0", Sniffed("tiff", "image/tiff", _IMAGE)),
    (b"MM\0+", Sniffed("tiff", "image/tiff", _IMAGE)),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Sniffed("jxl", "image/jxl", _IMAGE)),
    (b"\xff\x0a", Sniffed("jxl", "image/jxl", _IMAGE)),
    (b"FLV\x01", Sniffed("flv", "video/x-flv", _VIDEO)),
    (b"fLaC", _refused("flac", "audio/flac", _AUDIO)),
    (b"OggS", _refused("ogg", "application/ogg", "Ogg is not on the list of decoded formats")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _refused("asf", "video/x-ms-asf", "ASF is not on the list of decoded formats")),
    (b"\0\0\x01\xba", _refused("mpegps", "video/mpeg", "MPEG program streams are not on the list of decoded formats")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", _refused("jp2", "image/jp2", _EXCLUDED)),
    (b"\xff\x4f\xff\x51", _refused("jp2", "image/x-jp2-codestream", _EXCLUDED)),
    (b"%PDF-", PDF),
    (b"%!PS", _refused("eps", "application/postscript", _PROGRAM)),
    (b"\xc5\xd0\xd3\xc6", _refused("eps", "application/postscript", _PROGRAM)),
    (b"8BPS", _refused("psd", "image/vnd.adobe.photoshop", _EXCLUDED)),
    (b"SIMPLE  =", _refused("fits", "image/fits", _EXCLUDED)),
    (b"\x76\x2f\x31\x01", _refused("exr", "image/x-exr", _EXCLUDED)),
    (b"#?RADIANCE", _refused("hdr", "image/vnd.radiance", _EXCLUDED)),
    (b"qoif", _refused("qoi", "image/qoi", _EXCLUDED)),
    (b"DDS ", _refused("dds", "image/vnd-ms.dds", _EXCLUDED)),
    (b"\0\0\x01\0", _refused("ico", "image/x-icon", _EXCLUDED)),
    (b"\0\0\x02\0", _refused("cur", "image/x-icon", _EXCLUDED)),
    (b"icns", _refused("icns", "image/icns", _EXCLUDED)),
    (b"\xd7\xcd\xc6\x9a", _refused("wmf", "image/wmf", _EXCLUDED)),
    (b"AT&TFORM", _refused("djvu", "image/vnd.djvu", _DOCUMENT)),
    (b"PK\x03\x04", _refused("zip", "application/zip", _ARCHIVE)),
    (b"PK\x05\x06", _refused("zip", "application/zip", _ARCHIVE)),
    (b"Rar!\x1a\x07", _refused("rar", "application/vnd.rar", _ARCHIVE)),
    (b"7z\xbc\xaf\x27\x1c", _refused("7z", "application/x-7z-compressed", _ARCHIVE)),
    (b"\x1f\x8b\x08", _refused("gzip", "application/gzip", _ARCHIVE)),
    (b"BZh", _refused("bzip2", "application/x-bzip2", _ARCHIVE)),
    (b"\xfd7zXZ\0", _refused("xz", "application/x-xz", _ARCHIVE)),
    (b"\x28\xb5\x2f\xfd", _refused("zstd", "application/zstd", _ARCHIVE)),
    (b"MSCF\0\0\0\0", _refused("cab", "application/vnd.ms-cab-compressed", _ARCHIVE)),
    (b"\x7fELF", _refused("elf", "application/x-elf", _PROGRAM)),
    (b"MZ", _refused("exe", "application/vnd.microsoft.portable-executable", _PROGRAM)),
    (b"\xcf\xfa\xed\xfe", _refused("macho", "application/x-mach-binary", _PROGRAM)),
    (b"\xca\xfe\xba\xbe", _refused("macho", "application/x-mach-binary", _PROGRAM)),
    (b"\0asm", _refused("wasm", "application/wasm", _PROGRAM)),
    (b"#!", _refused("script", "text/x-script", _PROGRAM)),
    (b"\x89HDF\r\n\x1a\n", _refused("hdf5", "application/x-hdf5", _DOCUMENT)),
    (b"\x93NUMPY", _refused("npy", "application/x-npy", _DOCUMENT)),
    (b"SQLite format 3\0", _refused("sqlite", "application/vnd.sqlite3", _DOCUMENT)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _refused("ole", "application/x-ole-storage", _DOCUMENT)),
    (b"{\\rtf", _refused("rtf", "application/rtf", _DOCUMENT)),
)

_MARKUP: tuple[tuple[str, Sniffed], ...] = (
    (r"#EXTM3U|#EXT-X-", _refused("m3u8", "application/vnd.apple.mpegurl", _PLAYLIST)),
    (r"ffconcat\s+version|file\s+['\"/a-z]", _refused("concat", "text/x-ffconcat", _PLAYLIST)),
    (r"\[playlist\]", _refused("pls", "audio/x-scpls", _PLAYLIST)),
    (r"\[reference\]|<asx\b", _refused("asx", "video/x-ms-asf", _PLAYLIST)),
    (r"(?:rtsp|rtmp|https?|file|concat|subfile|data|tcp|udp)://?", _refused("urls", "text/uri-list", _PLAYLIST)),
    (r"v=0\r?\n", _refused("sdp", "application/sdp", _PLAYLIST)),
    (r"<\?php", _refused("script", "text/x-php", _PROGRAM)),
    (r"<!doctype\s+html|<(?:html|head|body|script|iframe|title|meta)\b", HTML),
)
_MARKUP_TEST = tuple((re.compile(pattern, re.IGNORECASE), sniffed) for pattern, sniffed in _MARKUP)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?(svg|MPD|SmoothStreamingMedia|playlist|asx|html|smil|xspf)\b", re.IGNORECASE)
_PLAIN = _refused("text", "text/plain", "text is not decoded")
_XML = _refused("xml", "application/xml", _DOCUMENT)

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis", b"avio"}
_RAW_BRANDS = {b"crx "}
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "}
_OLD_MOVIE_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
_RIFF_FORMS = {
    b"WEBP": WEBP,
    b"AVI ": Sniffed("avi", "video/x-msvideo", _VIDEO),
    b"WAVE": _refused("wav", "audio/wav", _AUDIO),
}


def sniff(head: bytes) -> Sniffed:
    r"""Name the format of a file from its first :data:`SNIFF_BYTES` bytes; the file's name plays no part.

    >>> sniff(b"\xff\xd8\xff\xe0").format, sniff(b"#EXTM3U\n").refused, sniff(b"\x01\x02").format
    ('jpeg', True, 'unknown')
    """
    if not head:
        return EMPTY
    for magic, sniffed in _MAGIC:
        if head.startswith(magic):
            return sniffed
    return (
        _riff(head)
        or _boxes(head)
        or _ebml(head)
        or _bmp(head)
        or _audio(head)
        or _transport(head)
        or _late(head)
        or _text(head)
        or UNKNOWN
    )


def _riff(head: bytes) -> Sniffed | None:
    if head[:4] != b"RIFF" or len(head) < 12:
        return None
    return _RIFF_FORMS.get(head[8:12], _refused("riff", "application/x-riff", "this RIFF form is not on the list of decoded formats"))


def _boxes(head: bytes) -> Sniffed | None:
    name = head[4:8]
    if name in _OLD_MOVIE_BOXES and (8 <= int.from_bytes(head[:4], "big") < 1 << 31 or head[:4] == b"\0\0\0\x01"):
        return MOV
    if name != b"ftyp" or len(head) < 12:
        return None
    size = min(int.from_bytes(head[:4], "big"), 512)
    major = head[8:12]
    brands = {head[at : at + 4] for at in range(16, min(size, len(head)) - 3, 4)} | {major}
    if major in _RAW_BRANDS:
        return _refused("cr3", "image/x-canon-cr3", _EXCLUDED)
    if major in _AVIF_BRANDS or (major in _HEIC_BRANDS and brands & _AVIF_BRANDS):
        return AVIF
    if major in _HEIC_BRANDS:
        return HEIC
    if major in _AUDIO_BRANDS:
        return M4A
    return MOV if major == b"qt  " else MP4


def _ebml(head: bytes) -> Sniffed | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    at = head.find(b"\x42\x82", 4, 128) + 2
    width = 9 - head[at].bit_length() if 2 <= at < len(head) else 9
    length = int.from_bytes(head[at : at + width], "big") & ((1 << 7 * width) - 1)
    doc_type = head[at + width : at + width + min(length, 16)].rstrip(b"\0") if width < 9 else b""
    if doc_type == b"webm":
        return Sniffed("webm", "video/webm", _VIDEO)
    return Sniffed("matroska", "video/x-matroska", _VIDEO)


def _bmp(head: bytes) -> Sniffed | None:
    if head[:2] == b"BM" and len(head) >= 18 and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return Sniffed("bmp", "image/bmp", _IMAGE)
    return None


def _audio(head: bytes) -> Sniffed | None:
    if head.startswith(b"ID3") and len(head) >= 10 and head[3] < 0xFF:
        return MP3
    if len(head) >= 4 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C:
        return MP3
    return None


def _transport(head: bytes) -> Sniffed | None:
    for first, stride in ((0, 188), (4, 192)):
        places = range(first, min(len(head), first + 5 * stride), stride)
        if len(places) >= 2 and all(head[at] == 0x47 for at in places):
            return MPEGTS
    return None


def _late(head: bytes) -> Sniffed | None:
    if head[257:262] == b"ustar":
        return TAR
    if head[128:132] == b"DICM":
        return _refused("dicom", "application/dicom", _EXCLUDED)
    if re.match(rb"P[1-7][\s#]", head):
        return _refused("pnm", "image/x-portable-anymap", _EXCLUDED)
    return PDF if b"%PDF-" in head[:1024] else None


def _text(head: bytes) -> Sniffed | None:
    text = _decoded(head)
    if text is None:
        return None
    text = text.lstrip("\ufeff \t\r\n\f")
    for test, sniffed in _MARKUP_TEST:
        if test.match(text):
            return sniffed
    if text.startswith("<"):
        return _markup(text)
    printable = sum(char.isprintable() or char in "\t\r\n\f\x1b" for char in text)
    return _PLAIN if text and printable == len(text) else None


def _markup(text: str) -> Sniffed:
    root = _ROOT.search(text)
    if root is None:
        return _XML
    name = root[2].lower()
    if name == "svg":
        return SVG
    return HTML if name == "html" else _refused("playlist", "application/xml", _PLAYLIST)


def _decoded(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) & ~1].decode("utf-16", errors="ignore")
    if b"\0" in head:
        return None
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 3:
            return head[: error.start].decode("utf-8")
    return head.decode("latin-1") if head.lstrip()[:1] in {b"<", b"#"} else None
