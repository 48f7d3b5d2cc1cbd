"""Photoshop image resources: 8BIM blocks, of which 0x0404 is IPTC-IIM (specs: provenance 2)."""

from fakeprint.media.container.draft import Draft
from fakeprint.media.container.model import PartKind

_IPTC = 0x0404
_BLOCKS = 1024


def read_resources(draft: Draft, where: str, offset: int, data: bytes) -> None:
    """Add the IPTC resource of an 8BIM sequence; ``offset`` is where ``data`` starts in the file."""
    position = 0
    for _ in range(_BLOCKS):
        if data[position : position + 4] != b"8BIM" or position + 12 > len(data):
            break
        identifier = int.from_bytes(data[position + 4 : position + 6], "big")
        name = 1 + data[position + 6]
        start = position + 6 + name + name % 2
        size = int.from_bytes(data[start : start + 4], "big")
        start += 4
        if start + size > len(data):
            if identifier == _IPTC:
                draft.refuse(PartKind.IPTC, "", f"{where}/8BIM[0404]", offset + start, size, "truncated")
            break
        if identifier == _IPTC:
            draft.keep(PartKind.IPTC, "", f"{where}/8BIM[0404]", offset + start, size, data[start : start + size])
        position = start + size + size % 2
