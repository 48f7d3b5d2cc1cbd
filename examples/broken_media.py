"""Write files that a scanner meets sooner or later: truncated, empty, mislabelled, disguised, oversized.

python examples/broken_media.py FOLDER
"""

import struct
import sys
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image


def write_broken(folder: Path) -> list[Path]:
    """Write the files into ``folder`` and return their paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = _picture("JPEG")
    files = {
        "truncated.jpg": whole[: len(whole) // 2],
        "empty.png": b"",
        "not-a-picture.jpg": b"This is a text file with a picture's name.\n" * 40,
        "jpeg-inside.png": whole,
        "archive-appended.jpg": whole + b"PK\x03\x04" + bytes(200),
        "bomb.png": _png_header(60_000, 60_000),
        "playlist.mp4": b"#EXTM3U\n#EXTINF:10,\nhttp://example.invalid/segment.ts\n",
        "page.gif": b"<!DOCTYPE html><title>not a picture</title>",
    }
    paths = []
    for name, data in files.items():
        (folder / name).write_bytes(data)
        paths.append(folder / name)
    return paths


def _picture(kind: str) -> bytes:
    y, x = np.mgrid[0:240, 0:320]
    pixels = np.stack([x * 255 // 319, y * 255 // 239, (x + y) % 256], axis=-1).astype(np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def _png_header(width: int, height: int) -> bytes:
    """Return a PNG that announces more pixels than any limit allows and holds almost none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


if __name__ == "__main__":
    for path in write_broken(Path(sys.argv[1])):
        print(path)
