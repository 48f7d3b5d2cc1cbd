"""A small TIFF structure out of tags, so that EXIF readers see one compact block however large the file is."""

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One tag with its value bytes in the target's byte order."""

    tag: int
    type: int
    count: int
    raw: bytes


def write_tiff(big_endian: bool, first: list[Entry], below: dict[int, list[Entry]]) -> bytes:
    r"""Return a TIFF structure with one directory, and one linked directory for each tag of ``below``.

    >>> write_tiff(True, [Entry(305, 2, 2, b"x\0")], {}).hex(" ", -4)
    '4d4d002a 00000008 00010131 00020000 00027800 00000000 0000'
    """
    order = ">" if big_endian else "<"
    out = bytearray((b"MM\0*" if big_endian else b"II*\0") + struct.pack(f"{order}I", 8))
    places: dict[int, int] = {}
    links = [Entry(tag, 4, 1, bytes(4)) for tag in below]
    _directory(out, order, first + links, places)
    for tag, entries in below.items():
        out[places[tag] : places[tag] + 4] = struct.pack(f"{order}I", len(out))
        _directory(out, order, entries, {})
    return bytes(out)


def _directory(out: bytearray, order: str, entries: list[Entry], places: dict[int, int]) -> None:
    start = len(out)
    out += struct.pack(f"{order}H", len(entries)) + bytes(12 * len(entries) + 4)
    for index, entry in enumerate(entries):
        at = start + 2 + 12 * index
        out[at : at + 8] = struct.pack(f"{order}HHI", entry.tag, entry.type, entry.count)
        places[entry.tag] = at + 8
        if len(entry.raw) <= 4:
            out[at + 8 : at + 8 + len(entry.raw)] = entry.raw
        else:
            out[at + 8 : at + 12] = struct.pack(f"{order}I", len(out))
            out += entry.raw + bytes(len(entry.raw) % 2)
