"""MP4, MOV, M4A, HEIF and AVIF (specs: provenance 2, BMFF row)."""

from fakeprint.core.media import MediaKind
from fakeprint.media.container.boxes import Box, inner_boxes, is_foreign, read_box
from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.heif_items import read_items
from fakeprint.media.container.model import PartKind
from fakeprint.media.container.movie_tags import read_tags, read_user_data

_XMP_UUID = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
_C2PA_UUID = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")
_STEPPED_OVER = {b"moof", b"sidx", b"free", b"skip"}
_MEDIA_BOXES = {b"moof", b"mdat", b"sidx", b"ssix", b"styp", b"emsg", b"prft", b"free"}


def walk_bmff(draft: Draft) -> None:
    """List the top-level boxes to the end; ``mdat`` is stepped over.

    The limit on top-level boxes does not count those that fragmented streams repeat (``moof``, ``mdat`` and their like); these are
    bounded by the limit on elements.
    """
    image = draft.sniffed.kind is MediaKind.IMAGE
    if image:
        draft.lossless = False
    position, size, counted = 0, draft.source.size, 0
    seen: set[bytes] = set()
    while position < size:
        box = read_box(draft, position, size)
        if box is None or is_foreign(draft, box):
            draft.end = position
            break
        if box.end > size:
            if box.name == b"mdat":
                draft.keep_scan("mdat", _where(draft, box), box.start, size - box.start)
            raise Damage("truncated", f"the box {box.label} at byte {position} is cut off")
        counted += box.name not in _MEDIA_BOXES
        if counted > draft.limits.box_count:
            raise Damage("over_limit", f"more than {draft.limits.box_count} top-level boxes")
        seen.add(box.name)
        if box.name not in _STEPPED_OVER:
            _top(draft, box)
        position = box.end
    if draft.sniffed.kind is MediaKind.VIDEO and b"moov" not in seen:
        raise Damage("bad_structure", "the file holds no moov box")
    if image and b"meta" not in seen:
        raise Damage("bad_structure", "the file holds no meta box")


def _where(draft: Draft, box: Box) -> str:
    return f"{draft.sniffed.format}/{box.label.strip()}"


def _top(draft: Draft, box: Box) -> None:
    where = _where(draft, box)
    if box.name == b"mdat":
        draft.keep_scan("mdat", where, box.start, box.length)
    elif box.name == b"uuid":
        _uuid(draft, box)
    elif box.name == b"meta":
        if draft.sniffed.kind is MediaKind.IMAGE:
            read_items(draft, box)
        else:
            read_tags(draft, box, where, 1)
    elif box.name == b"moov":
        _movie(draft, box)
    elif box.name == b"udta":
        read_user_data(draft, box, where, 1)
    elif box.name == b"ftyp":
        draft.keep(PartKind.OTHER, "ftyp", where, box.start, box.length)


def _movie(draft: Draft, movie: Box) -> None:
    where = _where(draft, movie)
    for box in inner_boxes(draft, movie.start, movie.end, 1):
        if box.name == b"udta":
            read_user_data(draft, box, f"{where}/udta", 2)
        elif box.name == b"meta":
            read_tags(draft, box, f"{where}/meta", 2)
        elif box.name == b"uuid":
            _uuid(draft, box)
        elif box.name == b"trak":
            for inner in inner_boxes(draft, box.start, box.end, 2):
                if inner.name == b"udta":
                    read_user_data(draft, inner, f"{where}/trak/udta", 3)
                elif inner.name == b"meta":
                    read_tags(draft, inner, f"{where}/trak/meta", 3)


def _uuid(draft: Draft, box: Box) -> None:
    identity = draft.source.read(box.start, min(16, box.length))
    if identity == _XMP_UUID:
        draft.keep(PartKind.XMP, "", f"{_where(draft, box)}[XMP]", box.start + 16, box.length - 16)
    elif identity == _C2PA_UUID:
        _credentials(draft, box)


def _credentials(draft: Draft, box: Box) -> None:
    """Keep a store: after the UUID, version and flags (4 bytes), a purpose ending in NUL, and an 8-byte Merkle offset."""
    where = f"{_where(draft, box)}[C2PA]"
    head = draft.source.read(box.start + 20, min(32, max(0, box.length - 20)))
    purpose, found, _ = head.partition(b"\0")
    key = purpose.decode("latin-1")
    if not found or not key.isalpha():
        draft.refuse(PartKind.C2PA, "", where, box.start, box.length, "bad_structure")
        return
    start = box.start + 20 + len(purpose) + 1
    if key == "merkle":
        draft.keep(PartKind.OTHER, "c2pa-merkle", where, start, box.end - start)
        return
    if draft.source.read(start + 4, 4) != b"jumb":
        start += 8
    draft.keep_store(where, start, max(0, box.end - start), key=key)
