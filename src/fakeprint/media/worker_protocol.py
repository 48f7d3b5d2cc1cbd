"""What parent and worker say to each other: length-prefixed frames of JSON and raw bytes.  Nothing is ever unpickled.

A frame is ``u32 n`` (little endian), ``n`` bytes of JSON object, then the raw blobs whose lengths the object lists under ``sizes``.
Both sides bound what they read, because a worker that was taken over must not be able to harm its parent.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pydantic import JsonValue

HEADER_BYTES = 4 << 20
BLOB_COUNT = 4096
BLOB_BYTES = 512 << 20

_LENGTH = struct.Struct("<I")


class FrameError(Exception):
    """The other side broke the protocol or went away in the middle of a frame."""


@dataclass(frozen=True)
class Frame:
    """One message: a JSON object and raw byte strings."""

    header: dict[str, JsonValue]
    blobs: tuple[bytes, ...]

    def text(self, key: str) -> str:
        """Return a text field of the header, empty where it is missing or no text."""
        value = self.header.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts of the header; entries that are no text are left out."""
        value = self.header.get(key)
        return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def pack_frame(header: Mapping[str, JsonValue], blobs: Sequence[bytes] = ()) -> bytes:
    """Return the bytes of a frame.

    Raises:
        ValueError: the frame is over the bounds of the protocol.
    """
    sizes: list[JsonValue] = [len(blob) for blob in blobs]
    text = json.dumps({**header, "sizes": sizes}, separators=(",", ":")).encode()
    total = sum(len(blob) for blob in blobs)
    if len(text) > HEADER_BYTES or len(blobs) > BLOB_COUNT or total > BLOB_BYTES:
        raise ValueError(f"message of {len(text)} + {total} bytes in {len(blobs)} parts is over the bounds between processes")
    return b"".join((_LENGTH.pack(len(text)), text, *blobs))


def read_frame(stream: BinaryIO) -> Frame | None:
    """Read one frame; None at the end of the stream.

    Raises:
        FrameError: the frame is cut off, malformed or over the bounds.
    """
    start = stream.read(_LENGTH.size)
    if not start:
        return None
    if len(start) < _LENGTH.size:
        raise FrameError("message cut off")
    (length,) = _LENGTH.unpack(start)
    if length > HEADER_BYTES:
        raise FrameError("message header over the bound")
    try:
        header = json.loads(_exactly(stream, length))
    except (ValueError, RecursionError) as error:
        raise FrameError("message is not JSON") from error
    if not isinstance(header, dict):
        raise FrameError("message is not an object")
    return Frame(header, tuple(_exactly(stream, size) for size in _sizes(header)))


def _sizes(header: dict[str, JsonValue]) -> list[int]:
    listed = header.pop("sizes", [])
    sizes = [size for size in listed if type(size) is int and size >= 0] if isinstance(listed, list) else []
    if not isinstance(listed, list) or len(sizes) != len(listed) or len(sizes) > BLOB_COUNT or sum(sizes) > BLOB_BYTES:
        raise FrameError("message parts over the bound")
    return sizes


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise FrameError("message cut off")
    return data
