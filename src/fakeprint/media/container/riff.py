"""RIFF chunks: WebP, AVI, WAV (specs: provenance 2, RIFF row)."""

from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.id3 import read_id3
from fakeprint.media.container.model import PartKind

_UNBOUNDED = 0xFFFFFFFF
_METADATA = {b"EXIF", b"XMP ", b"_PMX", b"C2PA", b"ICCP", b"id3 ", b"ID3 "}
_LISTS_OF_TEXT = {b"INFO"}


def walk_riff(draft: Draft) -> None:
    """List the chunks of a RIFF file; AVI files may hold further ``AVIX`` RIFFs, which belong to them."""
    size = draft.source.size
    form = draft.need(0, 12)[8:12]
    position = 0
    while True:
        header = draft.need(position, 12)
        length = int.from_bytes(header[4:8], "little")
        end = size if length in {0, _UNBOUNDED} else position + 8 + length
        _chunks(draft, _Level(draft, form), position + 12, min(end, size))
        if end > size:
            raise Damage("truncated", f"the RIFF header declares {end} bytes, the file holds {size}")
        position = min(end + length % 2, size)
        if form != b"AVI " or draft.source.read(position, 4) != b"RIFF" or draft.source.read(position + 8, 4) != b"AVIX":
            draft.end = position
            return
        draft.step()


class _Level:
    """What is gathered over all chunks of one file."""

    def __init__(self, draft: Draft, form: bytes) -> None:
        self.name = draft.sniffed.format
        self.form = form


def _chunks(draft: Draft, level: _Level, position: int, end: int) -> None:
    while position + 8 <= end:
        draft.step()
        header = draft.source.read(position, 8)
        name, length = header[:4], int.from_bytes(header[4:], "little")
        if not all(32 <= byte < 127 for byte in name):
            raise Damage("bad_structure", f"no valid chunk at byte {position}")
        start = position + 8
        if start + length > end:
            if name in _METADATA:
                draft.refuse(_kind(name), "", _where(level, name), start, length, "truncated")
            raise Damage("truncated", f"the chunk at byte {position} is cut off")
        _chunk(draft, level, name, start, length)
        position = start + length + length % 2


def _kind(name: bytes) -> PartKind:
    kinds = {b"EXIF": PartKind.EXIF, b"XMP ": PartKind.XMP, b"_PMX": PartKind.XMP, b"C2PA": PartKind.C2PA, b"ICCP": PartKind.ICC}
    return kinds.get(name, PartKind.OTHER)


def _where(level: _Level, name: bytes) -> str:
    return f"{level.name}/{name.decode('ascii').strip()}"


def _chunk(draft: Draft, level: _Level, name: bytes, start: int, length: int) -> None:
    where = _where(level, name)
    if name == b"EXIF":
        draft.keep_exif(where, start, length)
    elif name == b"C2PA":
        draft.keep_store(where, start, length)
    elif name in {b"XMP ", b"_PMX", b"ICCP"}:
        draft.keep(_kind(name), "", where, start, length)
    elif name in {b"id3 ", b"ID3 "}:
        read_id3(draft, start, where, start + length)
    elif name in {b"VP8 ", b"VP8L"} and level.form == b"WEBP":
        _picture(draft, where, name, start, length)
    elif name == b"ANMF" and level.form == b"WEBP":
        _frame(draft, start, length)
    elif name == b"LIST":
        _list(draft, level, start, length)
    elif name in {b"VP8X", b"bext", b"iXML"}:
        draft.keep(PartKind.OTHER, name.decode("ascii"), where, start, length)
    elif name == b"data":
        draft.keep_scan("data", where, start, length)


def _picture(draft: Draft, where: str, name: bytes, start: int, length: int) -> None:
    lossless = name == b"VP8L"
    first = draft.lossless is None
    draft.lossless = lossless if first else bool(draft.lossless) and lossless
    if first:
        draft.keep_scan(name.decode("ascii").strip(), where, start, length)


def _frame(draft: Draft, start: int, length: int) -> None:
    """Look into one animation frame for the kind of its picture: after 16 bytes, an optional ALPH chunk, then VP8 or VP8L."""
    position, end = start + 16, start + length
    for _ in range(2):
        header = draft.source.read(position, 8)
        size = int.from_bytes(header[4:], "little")
        if header[:4] in {b"VP8 ", b"VP8L"} and position + 8 + size <= end:
            _picture(draft, f"webp/ANMF/{header[:4].decode('ascii').strip()}", header[:4], position + 8, size)
            return
        position += 8 + size + size % 2


def _list(draft: Draft, level: _Level, start: int, length: int) -> None:
    form = draft.source.read(start, 4)
    if form == b"movi":
        draft.keep_scan("movi", f"{level.name}/LIST[movi]", start + 4, max(0, length - 4))
    if form not in _LISTS_OF_TEXT:
        return
    position, end = start + 4, start + length
    while position + 8 <= end:
        draft.step()
        header = draft.source.read(position, 8)
        size = int.from_bytes(header[4:], "little")
        key = header[:4].decode("latin-1")
        where = f"{level.name}/LIST[INFO]/{key if key.isprintable() else '????'}"
        if position + 8 + size > end:
            draft.refuse(PartKind.TEXT, key, where, position + 8, size, "truncated")
            return
        draft.keep(PartKind.TEXT, key, where, position + 8, size)
        position += 8 + size + size % 2
