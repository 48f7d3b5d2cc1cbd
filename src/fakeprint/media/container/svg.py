"""SVG: XMP in ``metadata`` and the C2PA manifest element; the drawing is never rendered (specs: provenance 2, SVG row)."""

from base64 import b64decode
from binascii import Error as Base64Error
from xml.sax.saxutils import quoteattr

from fakeprint.core.limits import Limits
from fakeprint.media.container.draft import Damage, Draft
from fakeprint.media.container.guarded_xml import XmlReader, XmlRefused, to_utf8
from fakeprint.media.container.model import PartKind

_C2PA = "http://c2pa.org/manifest manifest"
_XMP_ROOTS = {"adobe:ns:meta/ xmpmeta", "http://www.w3.org/1999/02/22-rdf-syntax-ns# RDF"}


def walk_svg(draft: Draft) -> None:
    """Read the document with a parser that refuses DTDs and entities, up to its last element."""
    if draft.source.size > draft.limits.xmp_bytes:
        raise Damage("over_limit", "the SVG document is too large to be read")
    data, _ = to_utf8(draft.source.read(0, draft.source.size))
    document = _Document(data, draft.limits)
    problem = None
    try:
        document.parse(data)
    except XmlRefused as refused:
        problem = refused.problem
    for start, packet in document.packets:
        draft.keep(PartKind.XMP, "", "svg/metadata", start, len(packet), packet)
    for start, text in document.manifests:
        try:
            store = b64decode(text, validate=True)
        except (Base64Error, ValueError):
            draft.refuse(PartKind.C2PA, "", "svg/c2pa:manifest", start, len(text), "bad_base64")
        else:
            draft.keep_store("svg/c2pa:manifest", start, len(text), store)
    if problem is not None:
        raise Damage("over_limit" if problem == "over_limit" else "bad_structure", "the SVG document cannot be read to its end")


class _Document(XmlReader):
    def __init__(self, data: bytes, limits: Limits) -> None:
        super().__init__(limits)
        self.packets: list[tuple[int, bytes]] = []
        self.manifests: list[tuple[int, str]] = []
        self._data = data
        self._scope: dict[str, str] = {}
        self._packet_depth = 0
        self._packet_start = 0
        self._manifest: list[str] | None = None
        self._manifest_start = 0
        self.parser.StartNamespaceDeclHandler = self._declare

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        if not self._packet_depth and prefix not in {None, "xml", "xmlns"} and uri and len(self._scope) < 256:
            self._scope[str(prefix)] = uri

    def start(self, name: str, attributes: list[str]) -> None:  # noqa: ARG002
        place = self.parser.CurrentByteIndex
        if not self._packet_depth and name in _XMP_ROOTS:
            self._packet_depth, self._packet_start = self.depth, place
        if name == _C2PA:
            self._manifest, self._manifest_start = [], place

    def text(self, text: str) -> None:
        if self._manifest is not None:
            self._manifest.append(text)

    def end(self) -> None:
        if self._manifest is not None:
            self.manifests.append((self._manifest_start, "".join("".join(self._manifest).split())))
            self._manifest = None
        if self._packet_depth and self.depth < self._packet_depth:
            close = self._data.find(b">", self.parser.CurrentByteIndex) + 1
            names = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in self._scope.items())
            packet = f"<scope{names}>".encode() + self._data[self._packet_start : close] + b"</scope>"
            self.packets.append((self._packet_start, packet))
            self._packet_depth = 0
