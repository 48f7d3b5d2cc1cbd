"""GIF blocks (specs: provenance 2, GIF row)."""

from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.model import PartKind
from fakeprint.media.text import printable

_XMP_MAGIC = b"\x01\xff\xfe"
_C2PA_APPLICATION = b"C2PA_GIF\x01\0\0"
_BYTES_PER_SUB_BLOCK = 64
_FREE_SUB_BLOCKS = 4096


def walk_gif(draft: Draft) -> None:
    """List the extensions of a GIF up to its trailer; only the first picture is listed as picture data."""
    draft.lossless = True
    screen = draft.need(6, 7)
    position = 13 + _table(screen[4])
    blocks = _SubBlocks(draft)
    pictures = 0
    while True:
        draft.step()
        marker = draft.need(position, 1)[0]
        if marker == 0x3B:
            draft.end = position + 1
            return
        if marker == 0x2C:
            descriptor = draft.need(position + 1, 9)
            start = position + 10 + _table(descriptor[8])
            position = blocks.skip(start + 1)
            if not pictures:
                draft.keep_scan("", "gif/image", start, position - start)
            pictures += 1
        elif marker == 0x21:
            position = _extension(draft, blocks, position)
        elif marker == 0:
            position += 1
        else:
            raise Damage("bad_structure", f"no valid block at byte {position}")


def _table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _extension(draft: Draft, blocks: "_SubBlocks", position: int) -> int:
    label = draft.need(position + 1, 1)[0]
    start = position + 2
    if label == 0xFE:
        end = blocks.skip(start)
        _keep_joined(draft, PartKind.COMMENT, "", "gif/comment", start, end)
        return end
    if label != 0xFF or draft.need(start, 1)[0] != 11:
        return blocks.skip(start)
    application = draft.need(start + 1, 11)
    start += 12
    end = blocks.skip(start)
    name = printable(application.decode("latin-1"))
    where = f"gif/application[{name}]"
    if application == b"XMP DataXMP":
        _keep_xmp(draft, where, start, end)
    elif application == _C2PA_APPLICATION:
        joined = _joined(draft, PartKind.C2PA, start, end)
        if joined is None:
            draft.refuse(PartKind.C2PA, "", where, start, end - start, "over_limit")
        else:
            draft.keep_store(where, start, end - start, joined)
    elif application == b"ICCRGBG1012":
        _keep_joined(draft, PartKind.ICC, "", where, start, end)
    else:
        _keep_joined(draft, PartKind.OTHER, name, where, start, end)
    return end


def _keep_xmp(draft: Draft, where: str, start: int, end: int) -> None:
    """Keep the packet, which is written without sub-block lengths and followed by a 258-byte descending trailer."""
    raw = draft.source.read(start, min(end - start, draft.cap(PartKind.XMP) + 258))
    at = raw.rfind(_XMP_MAGIC)
    if end - start > draft.cap(PartKind.XMP) + 258:
        draft.refuse(PartKind.XMP, "", where, start, end - start, "over_limit")
    elif at < 0:
        _keep_joined(draft, PartKind.XMP, "", where, start, end)
    else:
        draft.keep(PartKind.XMP, "", where, start, at, raw[:at])


def _keep_joined(draft: Draft, kind: PartKind, key: str, where: str, start: int, end: int) -> None:
    joined = _joined(draft, kind, start, end)
    if joined is None:
        draft.refuse(kind, key, where, start, end - start, "over_limit")
    else:
        draft.keep(kind, key, where, start, end - start, joined)


def _joined(draft: Draft, kind: PartKind, start: int, end: int) -> bytes | None:
    if end - start > draft.room(kind) * 2 + 256:
        return None
    raw = draft.source.read(start, end - start)
    pieces, position = [], 0
    while position < len(raw) and raw[position]:
        pieces.append(raw[position + 1 : position + 1 + raw[position]])
        position += 1 + raw[position]
    return b"".join(pieces)


class _SubBlocks:
    """Steps over chains of sub-blocks; the number of short ones is bounded by the file's size."""

    def __init__(self, draft: Draft) -> None:
        self._source = draft.source
        self._room = _FREE_SUB_BLOCKS + draft.source.size // _BYTES_PER_SUB_BLOCK

    def skip(self, position: int) -> int:
        """Return the position after the terminator of the chain at ``position``."""
        while True:
            data, base = self._source.window(position)
            at, end, room = position - base, len(data), self._room
            while room and at < end and (length := data[at]):
                at += length + 1
                room -= 1
            self._room = room
            if at < end and not data[at]:
                return base + at + 1
            if not room:
                raise Damage("over_limit", f"too many short sub-blocks before byte {base + at}")
            position = base + at
            if position >= self._source.size:
                raise Damage("truncated", "the file ends inside a block")
