"""Texts in MP4 and MOV: ``udta`` atoms and ``meta`` with ``keys`` and ``ilst`` (specs: provenance 2 and 6)."""

from fakeprint.media.container.boxes import Box, inner_boxes
from fakeprint.media.container.draft import Draft
from fakeprint.media.container.model import PartKind
from fakeprint.media.text import printable

_UTF8, _UTF16, _UNTYPED = 1, 2, 0
_KEYS = 1024


def read_user_data(draft: Draft, user_data: Box, where: str, depth: int) -> None:
    """Read a ``udta`` box: QuickTime texts such as ``©cmt``, an XMP packet, and ``meta``."""
    for box in inner_boxes(draft, user_data.start, user_data.end, depth):
        if box.name == b"meta":
            read_tags(draft, box, f"{where}/meta", depth + 1)
        elif box.name == b"XMP_":
            draft.keep(PartKind.XMP, "", f"{where}/XMP_", box.start, box.length)
        elif box.name[:1] == b"\xa9" and box.length >= 4:
            _quicktime_text(draft, box, f"{where}/{box.label}", depth + 1)


def _quicktime_text(draft: Draft, box: Box, where: str, depth: int) -> None:
    """Read a 2-byte length, a 2-byte language and the text; some writers put a ``data`` box there instead."""
    if draft.source.read(box.start + 4, min(4, box.length - 4)) == b"data":
        _data(draft, box, box.label, where, depth)
        return
    length = int.from_bytes(draft.source.read(box.start, 2), "big")
    if length > box.length - 4:
        draft.refuse(PartKind.TEXT, box.label, where, box.start, box.length, "bad_length")
    else:
        draft.keep(PartKind.TEXT, box.label, where, box.start + 4, length)


def read_tags(draft: Draft, meta: Box, where: str, depth: int) -> None:
    """Read a ``meta`` box of tags; it is a full box in MP4 and a plain one in QuickTime files."""
    plain = draft.source.read(meta.start + 4, 4) == b"hdlr"
    keys: list[str] = []
    for box in inner_boxes(draft, meta.start + (0 if plain else 4), meta.end, depth):
        if box.name == b"keys":
            keys = _key_names(draft, box)
        elif box.name == b"ilst":
            for item in inner_boxes(draft, box.start, box.end, depth + 1):
                _item(draft, item, keys, f"{where}/ilst", depth + 2)


def _key_names(draft: Draft, box: Box) -> list[str]:
    """Read entries of size, namespace and name after 4 bytes of version and a count."""
    names: list[str] = []
    position = box.start + 8
    while position + 8 <= box.end and len(names) < _KEYS:
        draft.step()
        size = int.from_bytes(draft.source.read(position, 4), "big")
        if size < 8 or position + size > box.end:
            break
        names.append(draft.source.read(position + 8, min(size - 8, 256)).decode("utf-8", "replace"))
        position += size
    return names


def _item(draft: Draft, item: Box, keys: list[str], where: str, depth: int) -> None:
    index = int.from_bytes(item.name, "big")
    key = keys[index - 1] if 1 <= index <= len(keys) else item.label
    if item.name == b"----":
        key = _free_form_name(draft, item, depth) or key
    _data(draft, item, key, f"{where}[{printable(key)}]", depth)


def _free_form_name(draft: Draft, item: Box, depth: int) -> str:
    for box in inner_boxes(draft, item.start, item.end, depth):
        if box.name == b"name" and box.length >= 4:
            return draft.source.read(box.start + 4, min(box.length - 4, 256)).decode("utf-8", "replace")
    return ""


def _data(draft: Draft, item: Box, key: str, where: str, depth: int) -> None:
    """Keep the text of each ``data`` box: 4 bytes of type, 4 of locale, the value.  Other types are not text."""
    for box in inner_boxes(draft, item.start, item.end, depth):
        if box.name != b"data" or box.length < 8:
            continue
        type_ = int.from_bytes(draft.source.read(box.start, 4), "big") & 0xFFFFFF
        start, length = box.start + 8, box.length - 8
        if type_ in {_UTF8, _UNTYPED}:
            draft.keep(PartKind.TEXT, key, where, start, length)
        elif type_ == _UTF16 and length <= draft.cap(PartKind.TEXT):
            text = draft.source.read(start, length & ~1).decode("utf-16-be", "replace")
            draft.keep(PartKind.TEXT, key, where, start, length, text.encode())
        elif type_ == _UTF16:
            draft.refuse(PartKind.TEXT, key, where, start, length, "over_limit")
