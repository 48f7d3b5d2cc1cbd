"""BMP: a header, then pixels; no metadata (specs: reliability 1)."""

from fakeprint.media.container.draft import Draft

_PLAIN, _BITFIELDS, _JPEG = 0, 3, 4


def walk_bmp(draft: Draft) -> None:
    """Find where a BMP ends."""
    head = draft.need(0, 26)
    declared, start = int.from_bytes(head[2:6], "little"), int.from_bytes(head[10:14], "little")
    draft.lossless = True
    end = max(declared, start)
    if int.from_bytes(head[14:18], "little") >= 40:
        head = draft.need(0, 54)
        width, height = (abs(int.from_bytes(head[at : at + 4], "little", signed=True)) for at in (18, 22))
        bits, compression = int.from_bytes(head[28:30], "little"), int.from_bytes(head[30:34], "little")
        draft.lossless = compression != _JPEG
        if compression in {_PLAIN, _BITFIELDS}:
            end = max(declared, start + (width * bits + 31) // 32 * 4 * height)
    draft.keep_scan("", "bmp/pixels", start, max(0, min(end, draft.source.size) - start))
    if end > draft.source.size:
        draft.note("truncated", f"the header declares {end} bytes, the file holds {draft.source.size}")
    elif declared:
        draft.end = end
