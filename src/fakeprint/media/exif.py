"""EXIF: tags of a TIFF structure, with bounds (specs: provenance 2)."""

from dataclasses import dataclass

from fakeprint.core.evidence import Location
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Part

USER_COMMENT = 0x9286
IMAGE_DESCRIPTION = 0x010E
MAKE = 0x010F
MODEL = 0x0110
SOFTWARE = 0x0131
ARTIST = 0x013B
DOCUMENT_NAME = 0x010D
MAKER_NOTE = 0x927C


@dataclass(frozen=True)
class ExifTag:
    """One tag: ``ifd`` is ``ifd0, exif, gps, interop`` or ``ifd1``; ``raw`` are the value bytes in the file's byte order.

    ``value`` is text for ASCII, a number for a single numeric value, a tuple of numbers for several (rationals as float), else bytes.
    """

    ifd: str
    tag: int
    type: int
    raw: bytes
    value: str | int | float | tuple[int | float, ...] | bytes


@dataclass(frozen=True)
class Exif:
    """All tags of one EXIF block in file order, the embedded thumbnail, and what was malformed."""

    big_endian: bool
    tags: tuple[ExifTag, ...]
    thumbnail: bytes | None
    problems: tuple[str, ...]
    location: Location

    def find(self, tag: int, *ifds: str) -> ExifTag | None:
        """Return the first tag of that number, looking only in ``ifds`` if given."""
        return next((one for one in self.tags if one.tag == tag and (not ifds or one.ifd in ifds)), None)

    def text(self, tag: int, *ifds: str) -> str | None:
        """Return a tag as text (UTF-8 or Latin-1, NULs stripped), whatever its declared type."""
        raise NotImplementedError

    def user_comment(self) -> str | None:
        """Return UserComment decoded by its 8-byte code, or as a bare string where no code is written."""
        raise NotImplementedError


def read_exif(part: Part, limits: Limits) -> Exif:
    """Read the tags of an EXIF part.  Never raises on malformed data; see ``problems``."""
    raise NotImplementedError
