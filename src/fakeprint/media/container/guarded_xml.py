"""An XML parser for hostile input: no DTD, no entities, bounded depth and element count (specs: provenance 2)."""

import re
from itertools import islice
from xml.parsers import expat

from fakeprint.core.limits import Limits

_ELEMENTS = 6_144
_BYTES_PER_ELEMENT = 512
_ATTRIBUTE = re.compile(rb"=\s*[\"']")


class XmlRefused(Exception):
    """The document is not read further; ``problem`` is ``bad_xml`` or ``over_limit``."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class XmlReader:
    """Override the three handlers; names come as ``namespace local`` (one space), attributes as a flat name, value list."""

    def __init__(self, limits: Limits) -> None:
        self.depth = 0
        self._elements = 0
        self._most = _ELEMENTS
        self._max_depth = limits.xml_depth
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse

    def parse(self, data: bytes) -> None:
        """Read one document of UTF-8 bytes, of at most 6,144 elements and attributes plus one for every 512 bytes.

        Raises:
            XmlRefused: malformed, with a DTD or an entity, or over a limit.
        """
        self._most = _ELEMENTS + len(data) // _BYTES_PER_ELEMENT
        if data.count(b"=") > self._most and sum(1 for _ in islice(_ATTRIBUTE.finditer(data), self._most + 1)) > self._most:
            raise XmlRefused("over_limit")
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            raise XmlRefused("bad_xml") from error

    def start(self, name: str, attributes: list[str]) -> None:
        """An element opens."""

    def end(self) -> None:
        """An element closes."""

    def text(self, text: str) -> None:
        """Text between tags."""

    def _start(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        self._elements += 1 + len(attributes) // 2
        if self.depth > self._max_depth or self._elements > self._most:
            raise XmlRefused("over_limit")
        self.start(name, attributes)

    def _end(self, _name: str) -> None:
        self.depth -= 1
        self.end()

    def _refuse(self, *_: object) -> int:
        raise XmlRefused("bad_xml")


def to_utf8(data: bytes) -> tuple[bytes, bool]:
    """Return the document as UTF-8 without byte-order mark or padding, and whether its encoding could be told.

    UTF-8, UTF-16 and UTF-32 are recognised by mark or by the first characters; anything else is taken as Latin-1.
    """
    for mark, encoding in (
        (b"\xff\xfe\0\0", "utf-32-le"),
        (b"\0\0\xfe\xff", "utf-32-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"<\0\0\0", "utf-32-le"),
        (b"\0\0\0<", "utf-32-be"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if data.startswith(mark):
            text = data.decode(encoding, errors="replace").strip("\ufeff\0 \t\r\n")
            return text.encode("utf-8", errors="replace"), "\ufffd" not in text
    data = data.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \t\r\n")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1").encode("utf-8"), False
    return data, True
