"""The properties of a file that decide how far evidence from pixels can carry."""

from collections.abc import Iterable

from fakeprint.core.evidence import Evidence, FactClaim, MeasureClaim
from fakeprint.core.media import Media
from fakeprint.core.verdict import FileConditions

_LOSSLESS = frozenset({"image/png", "image/bmp", "image/gif"})
_LOSSY = frozenset({"image/jpeg", "image/avif", "image/heic", "image/heif"})


def conditions_of(media: Media, evidence: Iterable[Evidence]) -> FileConditions:
    """Collect the conditions: sides from the header, the rest from measures named ``jpeg_quality``, ``resized`` and ``faces``.

    Where several examiners measured one thing, the lowest quality, any sign of resizing and the most faces count.
    ``compression`` is ``lossless``, ``lossy`` or ``unknown``; WebP and TIFF can be either and stay unknown.
    """
    measures = [claim for one in evidence for claim in one.claims if isinstance(claim, MeasureClaim)]
    qualities = [round(value) for value in _values(measures, "jpeg quality") if 0.5 <= value < 100.5]
    resized = _values(measures, "resized")
    faces = [round(value) for value in _values(measures, "faces") if value >= 0]
    return FileConditions(
        short_side=min(media.width, media.height) if media.width is not None and media.height is not None else None,
        compression=compression_of(media.mime),
        jpeg_quality=min(qualities, default=None),
        resized=any(value > 0 for value in resized) if resized else None,
        faces=max(faces, default=None),
    )


def compression_of(mime: str) -> str:
    """Return how a format compresses.

    >>> compression_of("image/png"), compression_of("image/jpeg"), compression_of("image/webp")
    ('lossless', 'lossy', 'unknown')
    """
    if mime in _LOSSLESS:
        return "lossless"
    return "lossy" if mime in _LOSSY or mime.startswith("video/") else "unknown"


def screenshot_signs(evidence: Iterable[Evidence]) -> bool:
    """Whether an examiner states the fact ``screenshot`` as ``yes``."""
    return any(
        isinstance(claim, FactClaim) and claim.name.casefold() == "screenshot" and claim.value.casefold() == "yes"
        for one in evidence
        for claim in one.claims
    )


def _values(measures: list[MeasureClaim], name: str) -> list[float]:
    return [one.value for one in measures if one.name.casefold().replace("_", " ") == name]
