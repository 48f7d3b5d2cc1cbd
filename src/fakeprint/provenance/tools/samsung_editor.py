"""Samsung's photo editor: the one block behind a JPEG's end that is read, and only as a hint (specs: provenance 2 and 5)."""

from fakeprint.core.evidence import FindingStatus, Location, OriginClaim, OriginStatement
from fakeprint.media.item import MediaItem
from fakeprint.provenance.tools.carriers import Carried
from fakeprint.provenance.tools.claims import HINT, nothing, present, unreadable
from fakeprint.provenance.tools.json_text import Unreadable, load_leading
from fakeprint.provenance.tools.values import to_int

PARSER = "samsung-editor"
_MARK = b"PhotoEditor_Re_Edit_Data"
_MAX_JSON = 1 << 20


def read(block: bytes) -> tuple[str, int | None]:
    """Return the JSON text after the editor's mark and its ``genAIType``.

    Raises:
        Unreadable: the mark is missing or no JSON object follows it.
    """
    at = block.find(_MARK)
    start = block.find(b"{", at) if at >= 0 else -1
    if start < 0:
        raise Unreadable("not_recognised")
    text = block[start : start + _MAX_JSON].decode("utf-8", "replace")
    fields, end = load_leading(text)
    return text[:end], to_int(fields.get("genAIType")) if isinstance(fields, dict) else None


def parse(item: MediaItem) -> OriginClaim:
    """Read the block behind the end of a JPEG where the walker has recognised it."""
    if item.container.format != "jpeg":
        return OriginClaim(parser=PARSER, status=FindingStatus.NOT_APPLICABLE, reason="format")
    trailing = item.container.trailing
    if trailing is None or trailing.sniffed != "samsung-editor":
        return nothing(PARSER, item)
    location = Location(path="jpeg/trailing", offset=trailing.offset, length=trailing.length)
    try:
        with item.path.open("rb") as stream:
            stream.seek(trailing.offset)
            text, kind = read(stream.read(min(trailing.length, item.limits.metadata_bytes)))
    except Unreadable as error:
        return unreadable(PARSER, error.reason, location)
    if not kind:
        return nothing(PARSER, item)
    note = f"The editor's own record gives genAIType {kind}; it stands behind the picture's end and is not part of the picture."
    return present(
        PARSER,
        Carried(text, location),
        tool="Samsung photo editor",
        vendor="Samsung",
        statement=OriginStatement.AI_EDITED,
        level=HINT,
        notes=(note,),
    )
