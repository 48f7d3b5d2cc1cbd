"""Images and videos for tests and benchmarks, whole, damaged and hostile, from seeds alone."""

import random
import struct
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

FORMATS = ("jpeg", "png", "webp", "gif", "tiff", "avif")
DAMAGES = ("truncate", "flip", "zero", "header", "empty", "random", "doubled", "appended")
VIDEOS = {"mp4": ("mp4", "libx264"), "webm": ("webm", "libvpx"), "avi": ("avi", "mpeg4")}


def picture(seed: int, width: int = 96, height: int = 64) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 RGB: gradients, an edge, a little noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = [(x * rng.uniform(0.5, 3) + y * rng.uniform(0.5, 3) + rng.uniform(0, 99)) % 256 for _ in range(3)]
    pixels = np.stack(planes, axis=2)
    pixels[height // 3 :, width // 2 :] = rng.uniform(0, 255, 3)
    return np.clip(pixels + rng.normal(0, 4, pixels.shape), 0, 255).astype(np.uint8)


def image_bytes(format_: str, seed: int, width: int = 96, height: int = 64, **options: object) -> bytes:
    """Return the bytes of one small whole image."""
    buffer = BytesIO()
    if format_ == "avif":
        options = {"speed": 10, "max_threads": 1, **options}
    Image.fromarray(picture(seed, width, height)).save(buffer, format_.upper(), **options)
    return buffer.getvalue()


def damaged(data: bytes, damage: str, rng: random.Random) -> bytes:
    """Return the bytes with one kind of damage."""
    changed = bytearray(data)
    if damage == "truncate":
        return data[: rng.randrange(1, len(data))]
    if damage == "flip":
        for _ in range(rng.choice((1, 5, 50))):
            changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif damage == "zero":
        start = rng.randrange(len(data))
        length = min(len(data) - start, rng.randrange(1, 512))
        changed[start : start + length] = bytes(length)
    elif damage == "header":
        changed[:64] = rng.randbytes(min(64, len(data))) if rng.random() < 0.5 else data[:12] + rng.randbytes(52)
    elif damage == "empty":
        return b""
    elif damage == "random":
        return rng.randbytes(len(data))
    elif damage == "doubled":
        return data + data
    elif damage == "appended":
        return data + rng.randbytes(rng.randrange(1, 4096))
    return bytes(changed)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return one PNG chunk with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, depth: int, colour: int, pixels: bytes, *, before: bytes = b"") -> bytes:
    """Return a PNG from its header fields and already deflated rows; ``before`` are chunks ahead of the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + before + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


def bombs() -> Iterator[tuple[str, bytes]]:
    """Yield small files that ask for much (specs: reliability 13.3)."""
    rows = zlib.compressobj(9)
    row = bytes(1 + 30_000 // 8)
    yield "png-30k.png", png(30_000, 30_000, 1, 0, b"".join(rows.compress(row) for _ in range(30_000)) + rows.flush())
    jpeg = bytearray(image_bytes("jpeg", 1))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    yield "jpeg-65535.jpg", bytes(jpeg)
    frame = b"\x21\xf9\x04\x00\x01\x00\x00\x00" + b"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    yield "gif-10000-frames.gif", b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff" + frame * 10_000 + b"\x3b"
    yield "gif-canvas.gif", b"GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff" + frame + b"\x3b"
    yield from _canvas_bombs()
    yield from _tiff_bombs()
    yield from _metadata_bombs()


def _canvas_bombs() -> Iterator[tuple[str, bytes]]:
    webp = image_bytes("webp", 1, lossless=True)
    chunks = webp[12:]
    for name, size in (("16384", 16_384), ("65535", 65_535)):
        extent = (size - 1).to_bytes(3, "little") * 2
        body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + extent + b"ANIM" + struct.pack("<I", 6) + bytes(6)
        body += (
            b"ANMF"
            + struct.pack("<I", 16 + len(chunks))
            + bytes(6)
            + (95).to_bytes(3, "little")
            + (63).to_bytes(3, "little")
            + bytes(4)
            + chunks
        )
        yield f"webp-{name}.webp", b"RIFF" + struct.pack("<I", len(body)) + body
    lossless = bytearray(webp)
    at = lossless.index(b"VP8L") + 9
    lossless[at : at + 4] = (int.from_bytes(lossless[at : at + 4], "little") | 0x0FFFFFFF).to_bytes(4, "little")
    yield "webp-lossless-16384.webp", bytes(lossless)
    for name, side in (("avif-65536", 65_536), ("avif-max", 0xFFFFFFFF), ("avif-16384", 16_384)):
        avif = bytearray(image_bytes("avif", 1))
        at = avif.index(b"ispe") + 8
        avif[at : at + 8] = struct.pack(">II", side, side)
        yield f"{name}.avif", bytes(avif)


def _tiff_bombs() -> Iterator[tuple[str, bytes]]:
    def ifd(entries: list[tuple[int, int, int, int]], following: int) -> bytes:
        return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", following)

    page = [(256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 8), (278, 3, 1, 1), (279, 4, 1, 1)]
    size = len(ifd(page, 0))
    head = b"II*\0" + struct.pack("<I", 12) + b"\x80\0\0\0"
    pages = b"".join(ifd(page, 12 + size * (number + 1) if number < 9_999 else 0) for number in range(10_000))
    yield "tiff-10000-pages.tiff", head + pages
    yield "tiff-self.tiff", head + ifd(page, 12)
    yield "tiff-icc-200mb.tiff", head + ifd([*page, (34_675, 7, 200 << 20, 12)], 0)
    yield "tiff-side.tiff", head + ifd([(256, 4, 1, 0xFFFFFFF0), (257, 4, 1, 0xFFFFFFF0), *page[2:]], 0)


def _metadata_bombs() -> Iterator[tuple[str, bytes]]:
    pixels = zlib.compress(b"\0\x80" * 1)

    def deflated(size: int) -> bytes:
        deflate = zlib.compressobj(9)
        block = bytes(1 << 20)
        return b"".join(deflate.compress(block) for _ in range(size >> 20)) + deflate.flush()

    yield "png-ztxt-100mb.png", png(1, 1, 8, 0, pixels, before=png_chunk(b"zTXt", b"Comment\0\0" + deflated(100 << 20)))
    huge = deflated(200 << 20)
    yield "png-icc-200mb.png", png(1, 1, 8, 0, pixels, before=png_chunk(b"iCCP", b"icc\0\0" + huge))
    yield "png-xmp-200mb.png", png(1, 1, 8, 0, pixels, before=png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + huge))
    segments = b"".join(b"\xff\xe2\xff\xff" + b"ICC_PROFILE\0" + bytes((number, 255)) + bytes(65_519) for number in range(1, 256))
    jpeg = image_bytes("jpeg", 1)
    yield "jpeg-icc-16mb.jpg", jpeg[:2] + segments + jpeg[2:]


def video_bytes(
    format_: str,
    seed: int,
    frames: int = 40,
    *,
    codec: str | None = None,
    rate: int = 25,
    size: tuple[int, int] = (64, 48),
    rotation: int | None = None,
    times: Callable[[int], int] | None = None,
    key_every: int = 12,
    options: dict[str, str] | None = None,
) -> bytes:
    """Return a small video whose red level is six times the frame number; ``times`` gives pts in 1/1000 s for a variable rate."""
    muxer, default = VIDEOS.get(format_, (format_, "libx264"))
    buffer = BytesIO()
    shade = np.random.default_rng(seed).integers(0, 255)
    with av.open(buffer, "w", format=muxer, options=options or {}) as out:
        stream = out.add_stream(codec or default, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.gop_size = key_every
        stream.codec_context.thread_count = 1
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if rotation is not None:
            stream.set_display_rotation(rotation)
        for number in range(frames):
            pixels = np.full((size[1], size[0], 3), shade, np.uint8)
            pixels[:, :, 0] = number * 6 % 256
            pixels[: size[1] // 4, : size[0] // 4] = 255
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = number if times is None else times(number)
            frame.time_base = Fraction(1, rate) if times is None else Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return buffer.getvalue()


def sound_bytes() -> bytes:
    """Return an MP4 that holds sound alone."""
    buffer = BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=44_100, layout="mono")
        for number in range(8):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.rate, frame.pts = 44_100, number * 1024
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return buffer.getvalue()


def odd_videos() -> Iterator[tuple[str, bytes]]:
    """Yield videos with the oddities of the acceptance test (specs: reliability 13.20)."""
    mp4, webm, avi = (video_bytes(name, 7) for name in VIDEOS)
    yield "whole.mp4", mp4
    yield "whole.webm", webm
    yield "whole.avi", avi
    yield "no-moov.mp4", mp4[: mp4.index(b"moov") - 4]
    yield "moov-empty.mp4", mp4[: mp4.index(b"moov") - 4] + struct.pack(">I4s", 8, b"moov")
    yield "variable.webm", video_bytes("webm", 8, times=lambda number: number * number * 3)
    yield "rotated.mp4", video_bytes("mp4", 9, rotation=90)
    yield "sound.mp4", sound_bytes()
    yield "zero-rate.avi", _patched(avi, b"strh", 8 + 20, struct.pack("<II", 1, 0))
    yield "fast.avi", _patched(avi, b"strh", 8 + 20, struct.pack("<II", 1, 100_000))
    yield "no-duration.mp4", _patched(mp4, b"mdhd", 4 + 16, bytes(4))
    yield "long-duration.mp4", _patched(mp4, b"mdhd", 4 + 16, b"\x7f\xff\xff\xff")
    yield "zero-scale.mp4", _patched(mp4, b"mdhd", 4 + 12, bytes(4))
    yield "huge-header.avi", _patched(avi, b"strf", 8 + 4, struct.pack("<ii", 16_384, 16_384))
    yield "huge-header.webm", _webm_size(webm, 16_384)
    yield (
        "huge-header.mp4",
        _patched(_patched(mp4, b"tkhd", 4 + 76, struct.pack(">II", 16_384 << 16, 16_384 << 16)), b"avc1", 4 + 24, b"\x40\0\x40\0"),
    )


def _patched(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    at = data.index(mark) + offset
    return data[:at] + value + data[at + len(value) :]


def _webm_size(data: bytes, side: int) -> bytes:
    """Overwrite PixelWidth and PixelHeight, each of which the muxer wrote in one byte, by growing nothing: as two-byte values."""
    at = data.index(b"\xb0\x81\x40\xba\x81\x30")
    return data[:at] + b"\xb0\x82" + side.to_bytes(2, "big") + b"\xec\x80" + data[at + 6 :]


def write(folder: Path, name: str, data: bytes) -> Path:
    """Write one file and return its path."""
    path = folder / name
    path.write_bytes(data)
    return path
