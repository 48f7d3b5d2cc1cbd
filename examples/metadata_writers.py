"""Bytes of metadata into small files of many containers: chunks, segments, boxes, tags."""

import io
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Tags = dict[int, bytes]

USER_COMMENT = 0x9286
XPACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{}<?xpacket end="w"?>'
RDF = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def picture(alpha: bool = False, width: int = 96, height: int = 64) -> Pixels:
    """Return a small synthetic picture, (height, width, 3) or with alpha (height, width, 4) uint8."""
    y, x = np.mgrid[:height, :width]
    planes = [x * 255 // width, y * 255 // height, (x * 5 + y * 3) % 256]
    return np.dstack([*planes, np.full_like(x, 255)] if alpha else planes).astype(np.uint8)


def saved(pixels: Pixels, format_: str, **options: object) -> bytes:
    """Encode pixels with Pillow."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format_, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Make one PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def text(key: str, value: str, encoding: str = "latin-1") -> bytes:
    """Make a tEXt chunk; other encodings than Latin-1 break the standard, as several tools do."""
    return chunk(b"tEXt", key.encode() + b"\0" + value.encode(encoding))


def packed_text(key: str, value: str) -> bytes:
    """Make a zTXt chunk."""
    return chunk(b"zTXt", key.encode() + b"\0\0" + zlib.compress(value.encode("latin-1")))


def international_text(key: str, value: str, *, compressed: bool = False) -> bytes:
    """Make an iTXt chunk."""
    data = value.encode()
    return chunk(b"iTXt", key.encode() + bytes([0, compressed, 0, 0, 0]) + (zlib.compress(data) if compressed else data))


def png(chunks: Iterable[bytes], *, after_picture: bool = False, pixels: Pixels | None = None) -> bytes:
    """Make a PNG with these chunks before or after the picture data."""
    data = saved(picture() if pixels is None else pixels, "PNG")
    at = data.rindex(b"IEND") - 4 if after_picture else 33
    return data[:at] + b"".join(chunks) + data[at:]


def exif(tags: Tags, sub: Tags | None = None, *, big_endian: bool = False) -> bytes:
    """Make a TIFF block of IFD0 tags and, if given, of tags in the Exif directory; UserComment is typed UNDEFINED, the rest ASCII."""
    order = ">" if big_endian else "<"
    block = bytearray((b"MM\0*" if big_endian else b"II*\0") + struct.pack(order + "I", 8))
    entries = dict(tags)
    if sub:
        entries[0x8769] = b""
    heap = 8 + 2 + 12 * len(entries) + 4
    sub_at = heap
    heap += 2 + 12 * len(sub) + 4 if sub else 0
    values = bytearray()
    for directory in (entries, sub or {}):
        if directory is sub or directory is entries:
            block += struct.pack(order + "H", len(directory))
        for tag in sorted(directory):
            value = directory[tag]
            if tag == 0x8769:
                block += struct.pack(order + "HHII", tag, 4, 1, sub_at)
                continue
            kind = 7 if tag in (USER_COMMENT, 0x927C) else 2
            value = value if kind == 7 else value + b"\0"
            if len(value) <= 4:
                block += struct.pack(order + "HHI", tag, kind, len(value)) + value.ljust(4, b"\0")
            else:
                block += struct.pack(order + "HHII", tag, kind, len(value), heap + len(values))
                values += value + b"\0" * (len(value) & 1)
        if directory:
            block += bytes(4)
    return bytes(block + values)


def user_comment(value: str, encoding: str = "utf-16-be") -> Tags:
    """Return the UserComment tag with its 8-byte code; ``bare`` writes none."""
    codes = {"utf-16-be": b"UNICODE\0", "utf-16-le": b"UNICODE\0", "ascii": b"ASCII\0\0\0", "bare": b""}
    return {USER_COMMENT: codes[encoding] + value.encode("utf-8" if encoding == "bare" else encoding)}


def xmp(attributes: str = "", elements: str = "") -> bytes:
    """Make an XMP packet; name spaces are declared in ``attributes``."""
    return XPACKET.format(RDF.format(attributes=attributes, elements=elements)).encode()


def segment(marker: int, data: bytes) -> bytes:
    """Make one JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(*, exif: bytes = b"", xmp: bytes = b"", iptc: bytes = b"", glued: bytes = b"", trailing: bytes = b"") -> bytes:
    """Make a JPEG; ``glued`` bytes follow the JFIF segment without a segment of their own."""
    data = saved(picture(), "JPEG", quality=90)
    end = 4 + int.from_bytes(data[4:6], "big")
    parts = [glued]
    if exif:
        parts.append(segment(0xE1, b"Exif\0\0" + exif))
    if xmp:
        parts.append(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp))
    if iptc:
        resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) & 1)
        parts.append(segment(0xED, b"Photoshop 3.0\0" + resource))
    return data[:end] + b"".join(parts) + data[end:] + trailing


def data_set(record: int, number: int, value: str) -> bytes:
    """Make one IPTC-IIM data set."""
    return struct.pack(">BBBH", 0x1C, record, number, len(value.encode())) + value.encode()


def webp(*, exif: bytes = b"", xmp: bytes = b"", pixels: Pixels | None = None) -> bytes:
    """Make a lossless WebP."""
    return saved(picture() if pixels is None else pixels, "WEBP", lossless=True, exact=True, exif=exif, xmp=xmp)


def avif(*, exif: bytes = b"", xmp: bytes = b"") -> bytes:
    """Make an AVIF."""
    return saved(picture(), "AVIF", exif=exif, xmp=xmp)


def film(path: Path, tags: dict[str, str], codec: str = "mpeg4") -> None:
    """Write a video of three frames with these tags of the container; its format follows the suffix."""
    options = {"movflags": "use_metadata_tags"} if path.suffix in (".mp4", ".mov") else {}
    with av.open(str(path), "w", options=options) as output:
        output.metadata.update(tags)
        stream = cast(av.VideoStream, output.add_stream(codec, rate=10))
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for shift in range(3):
            frame = av.VideoFrame.from_ndarray(np.roll(picture(), shift, axis=1), format="rgb24")
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def avi(path: Path, tags: dict[str, str]) -> None:
    """Write an AVI whose ``LIST/INFO`` holds these four-letter keys."""
    film(path, {}, "mjpeg")
    data = path.read_bytes()
    body = b"INFO"
    for key, value in tags.items():
        raw = value.encode() + b"\0"
        body += key.encode() + struct.pack("<I", len(raw)) + raw + b"\0" * (len(raw) & 1)
    info = b"LIST" + struct.pack("<I", len(body)) + body
    path.write_bytes(data[:4] + struct.pack("<I", int.from_bytes(data[4:8], "little") + len(info)) + data[8:] + info)


def hide(pixels: Pixels, magic: bytes, payload: bytes, *, bits: int | None = None) -> Pixels:
    """Write magic, length in bits and payload into least significant bits, down the columns; ``bits`` overrides the stated length.

    A magic that names ``rgb`` goes into the three colour channels, any other into alpha.
    """
    marked = pixels.copy()
    planes = marked[..., :3] if b"rgb" in magic else marked[..., 3:]
    stream = np.unpackbits(np.frombuffer(magic + struct.pack(">I", len(payload) * 8 if bits is None else bits) + payload, np.uint8))
    columns = planes.transpose(1, 0, 2).reshape(-1)
    columns[: stream.size] = (columns[: stream.size] & 0xFE) | stream
    planes[...] = columns.reshape(planes.shape[1], planes.shape[0], planes.shape[2]).transpose(1, 0, 2)
    return marked
