"""XMP packets as a flat list of properties; no DTD, no entities, bounded depth (specs: provenance 2)."""

from dataclasses import dataclass, field

from fakeprint.core.evidence import Location
from fakeprint.core.limits import Limits
from fakeprint.media.container.guarded_xml import XmlReader, XmlRefused, to_utf8
from fakeprint.media.container.model import Part

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True)
class XmpProperty:
    """One simple value: namespace URI, local name, text; list items and language alternatives come one by one.

    ``parent`` is the local name of the enclosing property for values inside a structure or list, else empty.
    """

    namespace: str
    name: str
    value: str
    parent: str = ""


@dataclass(frozen=True)
class Xmp:
    """The properties of one packet in document order, elements and attributes alike."""

    properties: tuple[XmpProperty, ...]
    problems: tuple[str, ...]
    location: Location

    def values(self, name: str, *namespaces: str) -> tuple[str, ...]:
        """Return all values of properties with that local name, in any of ``namespaces`` (all if none given).

        Items of an rdf:Bag, Seq or Alt are found under the name of the list's property.
        """
        return tuple(
            one.value for one in self.properties if name in (one.name, one.parent) and (not namespaces or one.namespace in namespaces)
        )


def read_xmp(part: Part, limits: Limits) -> Xmp:
    """Read the properties of an XMP part.  Never raises on malformed data; see ``problems``.

    What stands before a malformed place is kept, with ``bad_xml`` in ``problems``.
    """
    if part.data is None:
        return Xmp((), (part.problem or "unreadable",), part.location())
    if len(part.data) > limits.xmp_bytes:
        return Xmp((), ("over_limit",), part.location())
    data, encoded = to_utf8(part.data)
    reader = _Packet(limits)
    problems = [] if encoded else ["bad_encoding"]
    try:
        reader.parse(data)
    except XmlRefused as refused:
        problems.append(refused.problem)
    if not reader.seen_rdf and not problems:
        problems.append("no_rdf")
    return Xmp(tuple(reader.properties), tuple(problems), part.location())


@dataclass
class _Open:
    """An open element; ``owner`` is the property (namespace, name) that encloses it."""

    namespace: str
    name: str
    owner: tuple[str, str]
    text: list[str] = field(default_factory=list)
    leaf: bool = True
    resource: str | None = None

    @property
    def is_frame(self) -> bool:
        """Whether the element belongs to RDF's own scaffolding rather than to a vocabulary."""
        return self.namespace == _RDF


class _Packet(XmlReader):
    """Turns RDF/XML as XMP uses it into flat properties."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.properties: list[XmpProperty] = []
        self.seen_rdf = False
        self._stack: list[_Open] = []
        self._rdf_depth = 0

    def start(self, name: str, attributes: list[str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if not self._rdf_depth:
            if (namespace, local) == (_RDF, "RDF"):
                self._rdf_depth = self.depth
                self.seen_rdf = True
            return
        above = self._stack[-1] if self._stack else None
        if above is None:
            owner = ("", "")
        else:
            above.leaf = False
            owner = above.owner if above.is_frame else (above.namespace, above.name)
        element = _Open(namespace, local, owner)
        self._stack.append(element)
        self._take_attributes(element, attributes)

    def _take_attributes(self, element: _Open, attributes: list[str]) -> None:
        parent = element.owner[1] if element.is_frame else element.name
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            namespace, _, local = name.rpartition(" ")
            if namespace == _RDF:
                if local == "resource":
                    element.resource = value
            elif namespace not in {_XML, ""}:
                self.properties.append(XmpProperty(namespace, local, value, parent))
                element.leaf = element.leaf and element.namespace == _RDF and element.name == "li"

    def text(self, text: str) -> None:
        if self._stack:
            self._stack[-1].text.append(text)

    def end(self) -> None:
        if not self._stack:
            if self._rdf_depth and self.depth < self._rdf_depth:
                self._rdf_depth = 0
            return
        element = self._stack.pop()
        if not element.leaf:
            return
        value = element.resource if element.resource is not None else "".join(element.text).strip()
        if not element.is_frame:
            self.properties.append(XmpProperty(element.namespace, element.name, value, element.owner[1]))
        elif element.name == "li" and element.owner[1]:
            namespace, owner = element.owner
            self.properties.append(XmpProperty(namespace, owner, value, owner))
