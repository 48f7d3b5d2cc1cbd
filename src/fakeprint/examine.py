"""One file through every examiner, inside a sandboxed worker.

``path -> open_media -> MediaItem -> Examiner* -> Evidence*``
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from fakeprint.core.errors import ErrorInfo, MediaError
from fakeprint.core.evidence import Evidence, EvidenceFile, EvidenceStatus
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.media.examiner import Examiner, evidence_of
from fakeprint.media.frame_source import parse_frames
from fakeprint.media.item import MediaItem
from fakeprint.media.preview import preview
from fakeprint.media.probe import open_media

_FIRST_FRAME = "list:0"
"""What is decoded of a video to see that it can be; examiners decode what they need besides."""


@dataclass(frozen=True)
class Examined:
    """What one file gave: identity, evidence, pictures by sha256, why it could not be examined in full, and what a cache should keep."""

    media: Media | None
    evidence: tuple[Evidence, ...]
    preview: tuple[EvidenceFile, ...]
    pictures: dict[str, bytes]
    error: ErrorInfo | None
    kept: Mapping[str, bytes] = field(default_factory=dict)


def examine(path: Path, examiners: Sequence[Examiner], limits: Limits, *, pictures: bool) -> Examined:
    """Open one file and ask every examiner; what fails is said, never dropped."""
    opened = open_media(path, limits)
    if opened.media is None or opened.container is None or opened.media.kind is MediaKind.OTHER:
        return Examined(opened.media, (), (), {}, opened.error)
    item = MediaItem(opened.media, opened.container, path, path.name, limits, want_pictures=pictures)
    error = opened.error or _decode_error(item)
    evidence = tuple(_ask(examiner, item) for examiner in examiners)
    shown = preview(item) if pictures and error is None else ()
    return Examined(item.media, evidence, shown, item.attachments, error, item.kept)


def _decode_error(item: MediaItem) -> ErrorInfo | None:
    try:
        if item.is_image:
            _ = item.image
        else:
            next(item.frames(parse_frames(_FIRST_FRAME)))
    except MediaError as error:
        return error.info()
    return None


def _ask(examiner: Examiner, item: MediaItem) -> Evidence:
    started = perf_counter()
    try:
        evidence = examiner.examine(item)
    except MediaError as error:
        summary = f"Not examined, because the file could not be decoded: {error}"
        evidence = evidence_of(examiner, item, status=EvidenceStatus.FAILED, reason=error.code.value, summary=summary)
    return evidence.model_copy(update={"seconds": round(perf_counter() - started, 6)})
