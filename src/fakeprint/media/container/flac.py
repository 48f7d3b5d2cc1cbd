"""FLAC metadata blocks (specs: provenance 2, FLAC row)."""

from fakeprint.media.container.draft import Draft
from fakeprint.media.container.model import PartKind
from fakeprint.media.text import printable


def walk_flac(draft: Draft, start: int = 0) -> None:
    """List the Vorbis comments of a FLAC stream that begins at ``start``."""
    position = start + 4
    while True:
        draft.step()
        header = draft.need(position, 4)
        kind, length = header[0] & 0x7F, int.from_bytes(header[1:], "big")
        position += 4
        if kind == 4:
            _comments(draft, position, draft.need(position, length))
        position += length
        if header[0] & 0x80:
            draft.keep_scan("", "flac/frames", position, max(0, draft.source.size - position))
            return


def _comments(draft: Draft, offset: int, data: bytes) -> None:
    position = 4 + int.from_bytes(data[:4], "little")
    count = int.from_bytes(data[position : position + 4], "little")
    position += 4
    for _ in range(count):
        draft.step()
        size = int.from_bytes(data[position : position + 4], "little")
        start = position + 4
        if start + size > len(data):
            draft.note("bad_structure", "a Vorbis comment runs past its block")
            return
        key, _, value = data[start : start + size].partition(b"=")
        name = key[:256].decode("utf-8", "replace")
        draft.keep(PartKind.TEXT, name, f"flac/comment[{printable(name)}]", offset + start, size, value)
        position = start + size
