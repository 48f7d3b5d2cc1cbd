"""XMP packets as a flat list of properties; no DTD, no entities, bounded depth (specs: provenance 2)."""

from dataclasses import dataclass

from fakeprint.core.evidence import Location
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Part


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
    """Read the properties of an XMP part.  Never raises on malformed data; see ``problems``."""
    raise NotImplementedError
