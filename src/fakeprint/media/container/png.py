"""PNG chunks (specs: provenance 2, PNG row)."""

from zlib import crc32

from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.inflate import InflateError, inflate
from fakeprint.media.container.model import PartKind
from fakeprint.media.container.photoshop import read_resources
from fakeprint.media.text import printable

_XMP_KEY = b"XML:com.adobe.xmp"
_RAW_PROFILE = b"Raw profile type "
_PICTURE = {b"IDAT", b"fdAT"}
_SILENT = {b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"tIME", b"bKGD", b"sBIT", b"hIST", b"acTL", b"fcTL"}
_WANTED = {b"tEXt", b"zTXt", b"iTXt", b"comf", b"eXIf", b"iCCP", b"caBX"}


def walk_png(draft: Draft) -> None:
    """List the chunks of a PNG up to IEND, before and after the picture data."""
    draft.lossless = True
    source, position, run = draft.source, 8, (0, 0)
    while True:
        header = source.read(position, 8)
        if len(header) < 8:
            raise Damage("truncated", "the file ends before the IEND chunk")
        length, kind = int.from_bytes(header[:4], "big"), header[4:]
        if position == 8 and kind not in {b"IHDR", b"CgBI"}:
            draft.note("bad_structure", "the first chunk is not IHDR")
        if not kind.isalpha() or length >= 1 << 31:
            raise Damage("bad_structure", f"no valid chunk at byte {position}")
        if run[1] and kind not in _PICTURE:
            draft.keep_scan("IDAT", "png/IDAT", run[0], run[1] - run[0])
            run = (0, 0)
        end = position + 12 + length
        if end > source.size:
            if kind in _WANTED:
                _refuse(draft, kind, position, length, "truncated")
            elif kind in _PICTURE:
                draft.keep_scan("IDAT", "png/IDAT", run[0] or position, source.size - (run[0] or position))
            raise Damage("truncated", f"the chunk at byte {position} is cut off")
        if kind in _PICTURE:
            run = (run[0] or position, end)
            end = _skip_run(draft, kind, end)
            run = (run[0], end)
        elif kind == b"IEND":
            draft.end = end
            return
        else:
            draft.step()
            _chunk(draft, kind, position, length)
        position = end


def _skip_run(draft: Draft, kind: bytes, position: int) -> int:
    """Return the end of a run of picture chunks of one kind, in a loop that is cheap for thousands of small ones."""
    count = 4
    while True:
        header = draft.source.read(position, 8)
        end = position + 12 + int.from_bytes(header[:4], "big")
        if header[4:] != kind or end > draft.source.size:
            draft.step(count // 4)
            return position
        position = end
        count += 1
        if count & 1023 == 0:
            draft.step(256)
            count = 0


def _where(kind: bytes, key: bytes = b"") -> str:
    name = kind.decode("latin-1")
    return f"png/{name}[{_printable(key)}]" if key else f"png/{name}"


def _printable(key: bytes) -> str:
    return printable(key[:79].decode("latin-1"))


def _part_kind(kind: bytes, key: bytes) -> PartKind:
    if kind == b"eXIf":
        return PartKind.EXIF
    if kind == b"iCCP":
        return PartKind.ICC
    if kind == b"caBX":
        return PartKind.C2PA
    return PartKind.XMP if key == _XMP_KEY else PartKind.TEXT


def _refuse(draft: Draft, kind: bytes, position: int, length: int, problem: str) -> None:
    head = draft.source.read(position + 8, 80)
    key = head.split(b"\0", 1)[0][:79] if kind in {b"tEXt", b"zTXt", b"iTXt", b"comf"} else b""
    draft.refuse(_part_kind(kind, key), _printable(key), _where(kind, key), position + 8, length, problem)


def _chunk(draft: Draft, kind: bytes, position: int, length: int) -> None:
    if kind in _SILENT:
        return
    if kind not in _WANTED:
        draft.keep(PartKind.OTHER, kind.decode("latin-1"), _where(kind), position + 8, length)
        return
    ceiling = max(draft.cap(kind_) for kind_ in (PartKind.XMP, PartKind.EXIF, PartKind.C2PA))
    if length > ceiling:
        _refuse(draft, kind, position, length, "over_limit")
        return
    data = draft.source.read(position + 8, length)
    if crc32(data, crc32(kind)) != int.from_bytes(draft.source.read(position + 8 + length, 4), "big"):
        _refuse(draft, kind, position, length, "bad_crc")
    elif kind == b"eXIf":
        draft.keep_exif(_where(kind), position + 8, length)
    elif kind == b"caBX":
        draft.keep_store(_where(kind), position + 8, length)
    else:
        _text_chunk(draft, kind, position + 8, data)


def _text_chunk(draft: Draft, kind: bytes, offset: int, data: bytes) -> None:
    key, separator, rest = data.partition(b"\0")
    what = PartKind.ICC if kind == b"iCCP" else _part_kind(kind, key)
    where, name = _where(kind, key[:79]), _printable(key)
    problem = None
    if not separator:
        problem = "bad_structure"
    elif kind in {b"zTXt", b"iCCP"}:
        rest, problem = _inflated(draft, what, rest[1:], rest[:1])
    elif kind == b"iTXt":
        flags, tail = rest[:2], rest[2:].split(b"\0", 2)
        if len(flags) < 2 or len(tail) < 3:
            problem = "bad_structure"
        elif flags[0]:
            rest, problem = _inflated(draft, what, tail[2], flags[1:])
        else:
            rest = tail[2]
    if problem is not None:
        draft.refuse(what, name, where, offset, len(data), problem)
    elif key.startswith(_RAW_PROFILE) and len(rest) <= draft.room(PartKind.TEXT):
        _raw_profile(draft, key, where, offset, len(data), rest)
    else:
        draft.keep(what, name, where, offset, len(data), rest)


def _inflated(draft: Draft, what: PartKind, data: bytes, method: bytes) -> tuple[bytes, str | None]:
    if method != b"\0":
        return b"", "bad_structure"
    try:
        return inflate(data, draft.room(what)), None
    except InflateError as error:
        return b"", error.problem


def _raw_profile(draft: Draft, key: bytes, where: str, offset: int, length: int, text: bytes) -> None:
    """Keep what ImageMagick writes as hexadecimal text: newline, type, newline, length, newline, digits."""
    name = key[len(_RAW_PROFILE) :].strip().lower()
    digits = b"".join(text.strip().split(b"\n")[2:]).translate(None, b" \t\r\n")
    try:
        data = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        draft.refuse(PartKind.OTHER, _printable(key), where, offset, length, "bad_structure")
        return
    kind = {b"exif": PartKind.EXIF, b"app1": PartKind.EXIF, b"xmp": PartKind.XMP, b"iptc": PartKind.IPTC, b"icc": PartKind.ICC}.get(name)
    if kind is PartKind.EXIF:
        data = data.removeprefix(b"Exif\0\0")
    if kind is PartKind.IPTC and data.startswith(b"8BIM"):
        read_resources(draft, where, offset, data)
    else:
        draft.keep(kind or PartKind.OTHER, "" if kind else _printable(key), where, offset, length, data)
