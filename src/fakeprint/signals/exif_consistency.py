"""Camera facts in EXIF, and entries that do not fit each other or the picture (specs: field 6, provenance 1.3)."""

import math
import re
from datetime import datetime
from typing import Literal

from fakeprint.core.evidence import AnomalyClaim, Claim, Evidence, FactClaim, Question
from fakeprint.media.container.model import PartKind
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.exif import MAKE, MODEL, SOFTWARE, Exif
from fakeprint.media.item import MediaItem
from fakeprint.signals.thumbnail import compare_thumbnail

MODIFIED, ORIGINAL, DIGITISED = 0x0132, 0x9003, 0x9004
PIXELS_ACROSS, PIXELS_DOWN = 0xA002, 0xA003
LONGEST = 200
"""Characters of one value that are kept."""

_FACTS = (
    (MAKE, "camera_make"),
    (MODEL, "camera_model"),
    (0xA434, "lens_model"),
    (SOFTWARE, "software"),
    (MODIFIED, "date_modified"),
    (ORIGINAL, "date_original"),
    (DIGITISED, "date_digitised"),
)
_NUMBERS = (
    (0x829A, "exposure_time_s"),
    (0x829D, "f_number"),
    (0x8827, "iso"),
    (0x920A, "focal_length_mm"),
)
_IDENTIFIERS = (
    (0xA430, "camera_owner"),
    (0xA431, "camera_serial"),
    (0xA435, "lens_serial"),
    (0xC62F, "camera_serial"),
    (0xA420, "image_unique_id"),
    (0x013B, "artist"),
)
_EDITORS = (
    "photoshop", "lightroom", "gimp", "affinity", "snapseed", "picsart", "pixlr", "canva", "faceapp", "facetune", "meitu", "paint.net",
    "krita", "luminar", "capture one", "darktable", "rawtherapee", "acdsee", "paintshop", "pixelmator", "photopea", "imagemagick",
)  # fmt: skip
_DATE = re.compile(r"(\d{4}):(\d{2}):(\d{2}) (\d{2}):(\d{2}):(\d{2})")


class ExifConsistencyExaminer:
    """Reads what EXIF says about camera, dates and place, and compares the entries with one another and with the pixels."""

    name = "exif-consistency"
    version = "1"
    questions: tuple[Question, ...] = (Question.MANIPULATED,)
    worth = (
        "EXIF is unsigned and copied or rewritten in one command, so camera entries never count in favour of a picture. Entries that do "
        "not fit together show that the file was processed, which editors, messengers and cameras all do for ordinary reasons."
    )

    def examine(self, item: MediaItem) -> Evidence:
        """Return facts and inconsistencies; without EXIF, nothing."""
        if not item.is_image:
            return not_applicable(self, item, "format", "EXIF is compared with still images only.")
        if not item.container.of_kind(PartKind.EXIF):
            return evidence_of(self, item, summary="No EXIF block to compare; most delivery routes remove it.")
        exif = item.exif
        if exif is None or not exif.tags:
            return evidence_of(self, item, summary="The EXIF block could not be read.", claims=_problems(exif))
        anomalies = (*_dates(exif), *_editor(exif), *_dimensions(exif, item), *_thumbnail(exif, item))
        found = len(anomalies)
        summary = "The EXIF block was read; its entries are unsigned." if found == 0 else " ".join(one.text for one in anomalies)
        return evidence_of(self, item, summary=summary, claims=(*facts(exif), *_problems(exif), *anomalies))


def facts(exif: Exif) -> tuple[FactClaim, ...]:
    """Return camera, software, dates and exposure; place and identifiers are marked as sensitive."""
    claims: list[FactClaim] = []

    def add(name: str, value: str | None, sensitive: Literal["location", "identifier"] | None = None) -> None:
        text = "" if value is None else value.replace("\0", " ").strip()[:LONGEST]
        if text:
            claims.append(FactClaim(name=name, value=text, sensitive=sensitive))

    for tag, name in _FACTS:
        add(name, exif.text(tag, "ifd0", "exif"))
    for tag, name in _NUMBERS:
        number = _number(exif, tag)
        add(name, None if number is None else f"{number:g}")
    for tag, name in _IDENTIFIERS:
        add(name, exif.text(tag, "ifd0", "exif"), "identifier")
    add("gps_position", _position(exif), "location")
    return tuple(claims)


def _number(exif: Exif, tag: int) -> float | None:
    found = exif.find(tag, "exif", "ifd0")
    value = found.value if found is not None else None
    if isinstance(value, tuple):
        value = value[0] if value else None
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _position(exif: Exif) -> str | None:
    """Return latitude and longitude in degrees; if GPS tags are there but unusable, say so."""
    if not any(tag.ifd == "gps" for tag in exif.tags):
        return None
    degrees = []
    for tag, reference, negative in ((2, 1, "S"), (4, 3, "W")):
        found = exif.find(tag, "gps")
        parts = found.value if found is not None else None
        if not isinstance(parts, tuple) or len(parts) != 3 or not all(isinstance(one, int | float) and math.isfinite(one) for one in parts):
            return "present, without a usable position"
        value = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
        degrees.append(-value if (exif.text(reference, "gps") or "").strip("\0 ").upper() == negative else value)
    return f"{degrees[0]:.6f}, {degrees[1]:.6f}"


def _problems(exif: Exif | None) -> tuple[Claim, ...]:
    if exif is None or not exif.problems:
        return ()
    return (FactClaim(name="exif_problems", value=", ".join(exif.problems)[:LONGEST]),)


def _date(exif: Exif, tag: int) -> datetime | None:
    match = _DATE.match(exif.text(tag, "ifd0", "exif") or "")
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(one) for one in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _dates(exif: Exif) -> tuple[AnomalyClaim, ...]:
    original, modified = _date(exif, ORIGINAL), _date(exif, MODIFIED)
    if original is None or modified is None or original == modified:
        return ()
    sides = (f"original {original:%Y-%m-%d %H:%M:%S}", f"modified {modified:%Y-%m-%d %H:%M:%S}")
    if modified < original:
        text = "EXIF says that the file was last modified before it was taken; clock settings and careless tools cause this too."
        return (AnomalyClaim(kind="exif_modified_before_original", text=text, sides=sides),)
    if (modified - original).total_seconds() < 2:
        return ()
    return (AnomalyClaim(kind="exif_modified_later", text="EXIF gives a modification date later than the original date.", sides=sides),)


def _editor(exif: Exif) -> tuple[AnomalyClaim, ...]:
    software = (exif.text(SOFTWARE, "ifd0") or "").replace("\0", " ").strip()[:LONGEST]
    if not any(name in software.lower() for name in _EDITORS):
        return ()
    text = "EXIF names picture-editing software as the last writer; ordinary development and cropping do the same."
    return (AnomalyClaim(kind="exif_editor", text=text, sides=(f"software {software}",)),)


def _dimensions(exif: Exif, item: MediaItem) -> tuple[AnomalyClaim, ...]:
    across, down = _number(exif, PIXELS_ACROSS), _number(exif, PIXELS_DOWN)
    width, height = item.media.width, item.media.height
    if not across or not down or not width or not height or sorted((across, down)) == sorted((width, height)):
        return ()
    text = "The picture size in EXIF differs from the actual size: it was resized or cropped without updating EXIF."
    return (AnomalyClaim(kind="exif_dimensions", text=text, sides=(f"EXIF {across:g} x {down:g}", f"picture {width} x {height}")),)


def _thumbnail(exif: Exif, item: MediaItem) -> tuple[AnomalyClaim, ...]:
    if exif.thumbnail is None:
        return ()
    difference = compare_thumbnail(exif.thumbnail, item.image.rgb)
    if difference is None:
        return ()
    return (AnomalyClaim(kind=difference.kind, text=difference.text, sides=difference.sides, location=exif.location),)
