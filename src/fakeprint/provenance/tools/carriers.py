"""Where the texts of generating tools stand in a file: keyed texts, EXIF tags, UserComment."""

from dataclasses import dataclass

from fakeprint.core.evidence import Location
from fakeprint.media.container.model import PartKind
from fakeprint.media.exif import USER_COMMENT
from fakeprint.media.item import MediaItem

_ALL = frozenset({PartKind.TEXT, PartKind.COMMENT, PartKind.EXIF, PartKind.XMP, PartKind.IPTC})
_PICTURE = frozenset({PartKind.EXIF, PartKind.XMP})
_FILM = frozenset({PartKind.TEXT, PartKind.XMP})

CARRIES: dict[str, frozenset[PartKind]] = {
    "jpeg": _PICTURE | {PartKind.COMMENT, PartKind.IPTC},
    "webp": _PICTURE,
    "avif": _PICTURE,
    "heic": _PICTURE,
    "gif": frozenset({PartKind.XMP, PartKind.COMMENT}),
    "bmp": frozenset(),
    "mp4": _FILM,
    "mov": _FILM,
    "webm": frozenset({PartKind.TEXT}),
    "matroska": frozenset({PartKind.TEXT}),
    "avi": _FILM,
    "flv": frozenset({PartKind.TEXT}),
    "mpegts": frozenset(),
}
"""What a format can carry (specs: provenance 2); a format that is not listed is taken to carry everything."""


def can_carry(item: MediaItem, *kinds: PartKind) -> bool:
    """Return whether the item's format can carry any of these kinds."""
    return not CARRIES.get(item.container.format, _ALL).isdisjoint(kinds)


@dataclass(frozen=True)
class Carried:
    """One text and where it stands."""

    text: str
    location: Location


def keyed(item: MediaItem, *keys: str) -> tuple[Carried, ...]:
    """Return the keyed texts of these keys (lower case), in file order; upper and lower case of the file's keys are not told apart."""
    return tuple(Carried(text.value, text.location) for text in item.texts if text.key.casefold() in keys)


def broken_text(item: MediaItem, *keys: str) -> tuple[str, Location] | None:
    """Return the reason code and place of the first keyed text of these keys whose bytes could not be taken."""
    for part in item.container.of_kind(PartKind.TEXT):
        if part.data is None and part.key.casefold() in keys:
            return part.problem or "truncated", part.location()
    return None


def exif_text(item: MediaItem, tag: int, *ifds: str) -> Carried | None:
    """Return a non-blank EXIF text tag."""
    text = item.exif.text(tag, *ifds) if item.exif else None
    return Carried(text, _inside(item, f"{tag:#06x}")) if text and text.strip() else None


def user_comment(item: MediaItem) -> Carried | None:
    """Return the EXIF UserComment, decoded, if it is not blank."""
    text = item.exif.user_comment() if item.exif else None
    return Carried(text, _inside(item, f"{USER_COMMENT:#06x}")) if text and text.strip() else None


def _inside(item: MediaItem, name: str) -> Location:
    location = item.exif.location if item.exif else Location(path="exif")
    return location.model_copy(update={"path": f"{location.path}[{name}]"})
