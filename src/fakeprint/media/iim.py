"""IPTC-IIM data sets (specs: provenance 2 and 4)."""

from dataclasses import dataclass

from fakeprint.core.evidence import Location
from fakeprint.media.container.model import Part
from fakeprint.media.text import decode_text

_DATA_SETS = 4096
_UTF8 = b"\x1b%G"


@dataclass(frozen=True)
class Iim:
    """Data sets as ``(record, number, text)`` in file order, for example ``(2, 110, "Made with Google AI")``."""

    data_sets: tuple[tuple[int, int, str], ...]
    problems: tuple[str, ...]
    location: Location

    def texts(self, record: int, number: int) -> tuple[str, ...]:
        """Return all texts of one data set."""
        return tuple(text for rec, num, text in self.data_sets if (rec, num) == (record, number))


def read_iim(part: Part) -> Iim:
    """Read the data sets of an IPTC part.  Never raises on malformed data; see ``problems``.

    Text is UTF-8 where data set 1:90 says so (a byte that does not fit becomes U+FFFD), else UTF-8 if it decodes, else Latin-1.
    """
    if part.data is None:
        return Iim((), (part.problem or "unreadable",), part.location())
    raw, problem = _data_sets(part.data)
    declared = any(record == 1 and number == 90 and value == _UTF8 for record, number, value in raw)
    texts = ((record, number, value.decode("utf-8", "replace") if declared else decode_text(value)) for record, number, value in raw)
    return Iim(tuple(texts), (problem,) if problem else (), part.location())


def _data_sets(data: bytes) -> tuple[list[tuple[int, int, bytes]], str | None]:
    found: list[tuple[int, int, bytes]] = []
    position = 0
    while position < len(data):
        if data[position] != 0x1C:
            return found, None if not data[position:].strip(b"\0") else "bad_structure"
        if position + 5 > len(data):
            return found, "truncated"
        if len(found) >= _DATA_SETS:
            return found, "over_limit"
        length = int.from_bytes(data[position + 3 : position + 5], "big")
        start = position + 5
        if length & 0x8000:
            width = length & 0x7FFF
            if width > 8:
                return found, "bad_length"
            length = int.from_bytes(data[start : start + width], "big")
            start += width
        if start + length > len(data):
            return found, "truncated"
        found.append((data[position + 1], data[position + 2], data[start : start + length]))
        position = start + length
    return found, None
