"""IPTC-IIM data sets (specs: provenance 2 and 4)."""

from dataclasses import dataclass

from fakeprint.core.evidence import Location
from fakeprint.media.container.model import Part


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
    """Read the data sets of an IPTC part.  Never raises on malformed data; see ``problems``."""
    raise NotImplementedError
