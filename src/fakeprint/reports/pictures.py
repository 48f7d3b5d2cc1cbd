"""Pictures of a report as data URIs, so that a page needs no other file."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from fakeprint.core.evidence import EvidenceFile
from fakeprint.core.report import Report

SAFE_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})


@dataclass(frozen=True)
class Picture:
    """A picture ready to show, or the reason why it is not; ``under`` is the picture that an overlay lies on."""

    file: EvidenceFile
    uri: str | None
    missing: str | None = None
    under: str | None = None


def pictures_of(files: tuple[EvidenceFile, ...], data: Mapping[str, bytes], preview: str | None = None) -> tuple[Picture, ...]:
    """Return pictures in order.

    An overlay gets the first frame or thumbnail among ``files`` to lie on, else ``preview``.  Only bitmap types are shown: an SVG could
    carry a script.
    """
    base = next((uri for file in files if file.role in ("frame", "thumbnail") and (uri := _uri(file, data))), preview)
    return tuple(Picture(file, _uri(file, data), _why_missing(file, data), base if file.role == "overlay" else None) for file in files)


def preview_uri(report: Report, data: Mapping[str, bytes]) -> str | None:
    """Return the first preview picture as a data URI, None where there is none."""
    return next((uri for file in report.preview if (uri := _uri(file, data))), None)


def _uri(file: EvidenceFile, data: Mapping[str, bytes]) -> str | None:
    if file.mime not in SAFE_TYPES or file.sha256 not in data:
        return None
    return f"data:{file.mime};base64,{b64encode(data[file.sha256]).decode()}"


def _why_missing(file: EvidenceFile, data: Mapping[str, bytes]) -> str | None:
    if file.mime not in SAFE_TYPES:
        return f"not shown: pictures of type {file.mime} are not put into pages"
    return None if file.sha256 in data else "not part of this page"
