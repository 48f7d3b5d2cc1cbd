"""What the container walkers return."""

from dataclasses import dataclass
from enum import StrEnum

from fakeprint.core.evidence import Location
from fakeprint.core.media import MediaKind


class PartKind(StrEnum):
    """What a part of a container holds."""

    EXIF = "exif"
    """A TIFF structure, starting at its byte-order mark."""
    XMP = "xmp"
    """An XMP packet; extended JPEG XMP is joined and comes as a second part with key ``extended``."""
    IPTC = "iptc"
    """IPTC-IIM data sets (payload of 8BIM resource 0x0404, or TIFF tag 33723)."""
    TEXT = "text"
    """A keyed text; ``key`` is the keyword, ``data`` the undecoded, already inflated text bytes."""
    COMMENT = "comment"
    """A text without a key (JPEG COM, GIF comment)."""
    C2PA = "c2pa"
    """A C2PA manifest store, reassembled, starting at its JUMBF superbox."""
    ICC = "icc"
    QUANTISATION = "quantisation"
    """Payload of one JPEG DQT segment."""
    FRAME = "frame"
    """JPEG SOF payload; ``key`` is ``SOF0`` .. ``SOF15``."""
    SCAN = "scan"
    """Compressed picture data: offset and length only, ``data`` is empty."""
    OTHER = "other"
    """Any other part worth naming, such as ``APP12`` or a private PNG chunk."""


@dataclass(frozen=True)
class Part:
    """One part of a file.

    ``where`` is the container path for readers, such as ``png/tEXt[parameters]`` or ``jpeg/APP1``.  ``data`` is None when the part
    is malformed or over a limit; ``problem`` then holds the reason code (``over_limit, truncated, bad_length ...``).
    """

    kind: PartKind
    key: str
    where: str
    offset: int
    length: int
    data: bytes | None
    problem: str | None = None

    def location(self) -> Location:
        """Return where the part lies, for a claim."""
        return Location(path=self.where, offset=self.offset, length=self.length)


@dataclass(frozen=True)
class Trailing:
    """Bytes after the end that the format declares; ``sniffed`` names what they look like (``zip, html, pdf, jpeg, ... unknown``)."""

    offset: int
    length: int
    sniffed: str


@dataclass(frozen=True)
class Container:
    """One walked file.

    ``format`` is a short name (``jpeg, png, webp, gif, bmp, tiff, avif, heic, mp4, mov, webm, matroska, avi, mpegts, jxl, ...``) judged
    by content alone.  ``notes`` are ``code: text`` lines about oddities that did not stop the walk; a note of code ``truncated``,
    ``bad_structure`` or ``over_limit`` means that the walk did not reach the end and absence of a part is then not established.
    """

    format: str
    mime: str
    kind: MediaKind
    parts: tuple[Part, ...] = ()
    trailing: Trailing | None = None
    notes: tuple[str, ...] = ()
    lossless: bool | None = None

    @property
    def complete(self) -> bool:
        """Whether the walk reached the declared end, so that a missing part is really absent."""
        return not any(note.startswith(("truncated:", "bad_structure:", "over_limit:")) for note in self.notes)

    def of_kind(self, *kinds: PartKind) -> tuple[Part, ...]:
        """Return the parts of these kinds in file order."""
        return tuple(part for part in self.parts if part.kind in kinds)
