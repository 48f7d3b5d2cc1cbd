"""PDF: the metadata stream and the C2PA associated file, as far as they lie in plain objects (specs: provenance 2, PDF row)."""

import re

from fakeprint.media.container.draft import Draft
from fakeprint.media.container.inflate import InflateError, inflate
from fakeprint.media.container.model import PartKind

_RELATIONSHIP = re.compile(rb"/AFRelationship\s{0,4}/C2PA_Manifest\b")
_FILE = re.compile(rb"/EF\s{0,4}<<[^>]{0,200}?/U?F\s{1,4}(\d{1,9})\s{1,4}(\d{1,5})\s{1,4}R")
_METADATA = re.compile(rb"/Subtype\s{0,4}/XML\b")
_LENGTH = re.compile(rb"/Length\s{1,4}(\d{1,10})(?!\s{1,4}\d{1,5}\s{1,4}R)\b")
_STREAM = re.compile(rb"stream\r?\n")
_MOST = 16
_DICTIONARY = 4096


def walk_pdf(draft: Draft) -> None:
    """Find both streams; objects inside compressed object streams are not searched, which a note says."""
    start = max(0, draft.source.size - draft.limits.c2pa_bytes)
    data = draft.source.read(start, draft.limits.c2pa_bytes)
    if start:
        draft.note("over_limit", f"only the last {len(data)} bytes were searched")
    if b"/ObjStm" in data:
        draft.note("partly_searched", "objects inside compressed object streams were not searched")
    for found, _ in zip(_METADATA.finditer(data), range(_MOST), strict=False):
        _keep_stream(draft, PartKind.XMP, "pdf/Metadata", data, _object_start(data, found.start()), start)
    for found, _ in zip(_RELATIONSHIP.finditer(data), range(_MOST), strict=False):
        begin = _object_start(data, found.start())
        file = _FILE.search(data, begin, begin + _DICTIONARY)
        place = data.rfind(b"\n%d %d obj" % (int(file[1]), int(file[2]))) if file else -1
        if place < 0:
            draft.refuse(PartKind.C2PA, "", "pdf/C2PA_Manifest", start + begin, 0, "bad_structure")
        else:
            _keep_stream(draft, PartKind.C2PA, "pdf/C2PA_Manifest", data, place, start)


def _object_start(data: bytes, position: int) -> int:
    return max(0, data.rfind(b" obj", max(0, position - _DICTIONARY), position))


def _keep_stream(draft: Draft, kind: PartKind, where: str, data: bytes, place: int, base: int) -> None:
    opening = _STREAM.search(data, place, place + _DICTIONARY)
    if opening is None:
        draft.refuse(kind, "", where, base + place, 0, "bad_structure")
        return
    dictionary, begin = data[place : opening.start()], opening.end()
    declared = _LENGTH.search(dictionary)
    end = begin + int(declared[1]) if declared else data.find(b"endstream", begin)
    if not begin <= end <= len(data):
        draft.refuse(kind, "", where, base + begin, 0, "truncated")
        return
    content = data[begin:end]
    if b"/FlateDecode" in dictionary:
        try:
            content = inflate(content, draft.room(kind))
        except InflateError as error:
            draft.refuse(kind, "", where, base + begin, end - begin, error.problem)
            return
    if kind is PartKind.C2PA:
        draft.keep_store(where, base + begin, end - begin, content)
    else:
        draft.keep(kind, "", where, base + begin, end - begin, content)
