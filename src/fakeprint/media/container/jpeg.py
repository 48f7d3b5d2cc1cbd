"""JPEG segments (specs: provenance 2; JPEG row and C2PA byte details)."""

import re
from dataclasses import dataclass, field

from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.jumbf import jumbf_header
from fakeprint.media.container.model import PartKind
from fakeprint.media.container.photoshop import read_resources

_MARKER_IN_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_STANDALONE = frozenset((0x01, *range(0xD0, 0xD8)))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_ICC = b"ICC_PROFILE\0"
_PHOTOSHOP = b"Photoshop 3.0\0"


@dataclass
class _Pieces:
    """Payload spread over several segments, joined at the end."""

    offset: int
    data: dict[int, bytes] = field(default_factory=dict)
    total: int = 0
    held: int = 0
    ordered: bool = True
    last: int = -1

    def add(self, place: int, data: bytes, cap: int) -> None:
        self.ordered = self.ordered and place > self.last
        self.last = place
        self.held += len(data)
        if self.held <= cap:
            self.data[place] = data


class _Spread:
    """Everything in one file that is spread over segments."""

    def __init__(self) -> None:
        self.extended: dict[bytes, _Pieces] = {}
        self.icc: _Pieces | None = None
        self.photoshop: _Pieces | None = None
        self.boxes: dict[int, _Pieces] = {}
        self.packet = b""


def walk_jpeg(draft: Draft) -> None:
    """List the segments of a JPEG up to its end-of-image marker."""
    draft.lossless = False
    spread = _Spread()
    try:
        _segments(draft, spread)
    finally:
        _join(draft, spread)


def _segments(draft: Draft, spread: _Spread) -> None:
    position = 2
    while True:
        draft.step()
        header = draft.source.read(position, 4)
        if len(header) < 2:
            raise Damage("truncated", "the file ends before the end-of-image marker")
        marker = header[1]
        if header[0] != 0xFF or marker == 0:
            position = _stray(draft, position)
            continue
        if marker == 0xFF:
            position += 1
            continue
        if marker in _STANDALONE:
            position += 2
            continue
        if marker == 0xD9:
            draft.end = position + 2
            return
        if marker == 0xD8:
            raise Damage("bad_structure", f"a second start-of-image marker at byte {position}")
        length = int.from_bytes(header[2:4], "big") if len(header) == 4 else 0
        if len(header) == 4 and length < 2:
            raise Damage("bad_structure", f"a segment at byte {position} has an impossible length")
        payload = draft.need(position + 4, length - 2) if length > 2 else b""
        _segment(draft, spread, marker, position + 4, payload)
        position += 2 + max(length, 2)
        if marker == 0xDA:
            position = _scan(draft, position)


def _segment(draft: Draft, spread: _Spread, marker: int, offset: int, payload: bytes) -> None:
    size = len(payload)
    if marker == 0xDB:
        draft.keep(PartKind.QUANTISATION, "DQT", "jpeg/DQT", offset, size, payload)
    elif marker in _FRAMES:
        name = f"SOF{marker - 0xC0}"
        draft.keep(PartKind.FRAME, name, f"jpeg/{name}", offset, size, payload)
        if marker in {0xC3, 0xC7, 0xCB, 0xCF}:
            draft.lossless = True
    elif marker == 0xFE:
        draft.keep(PartKind.COMMENT, "", "jpeg/COM", offset, size, payload)
    elif marker == 0xE1:
        _app1(draft, spread, offset, payload)
    elif marker == 0xE2 and payload.startswith(_ICC) and size >= 14:
        spread.icc = spread.icc or _Pieces(offset)
        spread.icc.total = payload[13]
        spread.icc.add(payload[12], payload[14:], draft.cap(PartKind.ICC))
    elif marker == 0xEB and payload.startswith(b"JP") and size >= 16:
        _app11(draft, spread, offset, payload)
    elif marker == 0xED and payload.startswith(_PHOTOSHOP):
        pieces = spread.photoshop = spread.photoshop or _Pieces(offset + len(_PHOTOSHOP))
        pieces.add(len(pieces.data), payload[len(_PHOTOSHOP) :], draft.cap(PartKind.IPTC))
    else:
        name = f"APP{marker - 0xE0}" if 0xE0 <= marker <= 0xEF else {0xC4: "DHT", 0xDA: "SOS", 0xDD: "DRI"}.get(marker, f"FF{marker:02X}")
        key = "MPF" if marker == 0xE2 and payload.startswith(b"MPF\0") else name
        draft.keep(PartKind.OTHER, key, f"jpeg/{name}", offset, size, payload)


def _app1(draft: Draft, spread: _Spread, offset: int, payload: bytes) -> None:
    if payload.startswith(b"Exif\0"):
        draft.keep(PartKind.EXIF, "", "jpeg/APP1", offset + 6, len(payload) - 6, payload[6:])
    elif payload.startswith(_XMP):
        packet = payload[len(_XMP) :]
        spread.packet = spread.packet or packet
        draft.keep(PartKind.XMP, "", "jpeg/APP1", offset + len(_XMP), len(packet), packet)
    elif payload.startswith(_EXTENDED) and len(payload) >= len(_EXTENDED) + 40:
        start = len(_EXTENDED)
        guid = payload[start : start + 32]
        pieces = spread.extended.setdefault(guid, _Pieces(offset + start + 40))
        pieces.total = int.from_bytes(payload[start + 32 : start + 36], "big")
        place = int.from_bytes(payload[start + 36 : start + 40], "big")
        pieces.add(place, payload[start + 40 :], draft.cap(PartKind.XMP))
    else:
        draft.keep(PartKind.OTHER, "APP1", "jpeg/APP1", offset, len(payload), payload)


def _app11(draft: Draft, spread: _Spread, offset: int, payload: bytes) -> None:
    instance = int.from_bytes(payload[2:4], "big")
    number = int.from_bytes(payload[4:8], "big")
    first = instance not in spread.boxes
    if not first and number == 1 and 1 in spread.boxes[instance].data:
        _flush_box(draft, spread.boxes.pop(instance))
        first = True
    pieces = spread.boxes.setdefault(instance, _Pieces(offset + 8))
    pieces.add(number, payload[8:] if first else payload[16:], draft.cap(PartKind.C2PA))


def _scan(draft: Draft, start: int) -> int:
    """Return the position of the marker that ends the compressed data from ``start``."""
    position = start
    source = draft.source
    while True:
        data, base = source.window(position)
        found = _MARKER_IN_SCAN.search(data, position - base)
        if found is not None:
            position = base + found.start()
            break
        if base + len(data) >= source.size:
            draft.keep_scan("", "jpeg/SOS", start, max(0, source.size - start))
            raise Damage("truncated", "the compressed picture data ends without an end-of-image marker")
        position = base + len(data) - 1
    draft.keep_scan("", "jpeg/SOS", start, position - start)
    return position


def _stray(draft: Draft, start: int) -> int:
    """Step over bytes that belong to no segment; a decoder ignores them."""
    position = start
    while True:
        data, base = draft.source.window(position)
        found = _MARKER_IN_SCAN.search(data, position - base)
        if found is not None:
            break
        if base + len(data) >= draft.source.size:
            raise Damage("truncated", "the file ends before the end-of-image marker")
        position = base + len(data) - 1
    end = base + found.start()
    draft.note("stray_bytes", f"{end - start} bytes between segments at byte {start}")
    draft.keep(PartKind.OTHER, "between-segments", "jpeg/between-segments", start, end - start)
    return end


def _join(draft: Draft, spread: _Spread) -> None:
    for guid, pieces in spread.extended.items():
        _join_extended(draft, guid, pieces, spread.packet)
    if spread.icc is not None:
        _join_icc(draft, spread.icc)
    if spread.photoshop is not None:
        pieces = spread.photoshop
        read_resources(draft, "jpeg/APP13", pieces.offset, b"".join(pieces.data.values()))
    for pieces in spread.boxes.values():
        _flush_box(draft, pieces)


def _join_extended(draft: Draft, guid: bytes, pieces: _Pieces, packet: bytes) -> None:
    where, cap = "jpeg/APP1[extended]", draft.cap(PartKind.XMP)
    joined = b"".join(pieces.data[place] for place in sorted(pieces.data))
    places = sorted(pieces.data)
    gapless = all(after == place + len(pieces.data[place]) for place, after in zip(places, [*places[1:], pieces.total], strict=True))
    if max(pieces.total, pieces.held) > cap:
        draft.refuse(PartKind.XMP, "extended", where, pieces.offset, pieces.held, "over_limit")
    elif guid not in packet:
        draft.refuse(PartKind.XMP, "extended", where, pieces.offset, pieces.held, "unreferenced")
    elif not places or places[0] != 0 or not gapless or len(joined) != pieces.total:
        draft.refuse(PartKind.XMP, "extended", where, pieces.offset, pieces.held, "truncated")
    else:
        draft.keep(PartKind.XMP, "extended", where, pieces.offset, len(joined), joined)


def _join_icc(draft: Draft, pieces: _Pieces) -> None:
    complete = sorted(pieces.data) == list(range(1, pieces.total + 1))
    if pieces.held > draft.cap(PartKind.ICC):
        draft.refuse(PartKind.ICC, "", "jpeg/APP2", pieces.offset, pieces.held, "over_limit")
    elif not complete:
        draft.refuse(PartKind.ICC, "", "jpeg/APP2", pieces.offset, pieces.held, "truncated")
    else:
        joined = b"".join(pieces.data[place] for place in sorted(pieces.data))
        draft.keep(PartKind.ICC, "", "jpeg/APP2", pieces.offset, len(joined), joined)


def _flush_box(draft: Draft, pieces: _Pieces) -> None:
    joined = b"".join(pieces.data.values())
    if jumbf_header(joined) is None and b"c2pa" not in joined[:64]:
        draft.keep(PartKind.OTHER, "JUMBF", "jpeg/APP11", pieces.offset, pieces.held, joined)
    elif pieces.held > draft.cap(PartKind.C2PA):
        draft.refuse(PartKind.C2PA, "", "jpeg/APP11", pieces.offset, pieces.held, "over_limit")
    elif not pieces.ordered:
        draft.refuse(PartKind.C2PA, "", "jpeg/APP11", pieces.offset, pieces.held, "bad_order")
    else:
        draft.keep_store("jpeg/APP11", pieces.offset, pieces.held, joined)
