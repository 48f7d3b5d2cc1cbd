"""One file through every examiner.  Runs inside a sandboxed worker; :mod:`fakeprint.scan` drives it.

``path -> open_media -> MediaItem -> Examiner* -> Evidence*``
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TypedDict

from pydantic import JsonValue

from fakeprint.core.errors import ErrorInfo, MediaError
from fakeprint.core.evidence import Evidence, EvidenceFile, EvidenceStatus
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.record import Record
from fakeprint.core.registry import Registry, unknown_name
from fakeprint.media.examiner import Examiner, Settings, construct, evidence_of
from fakeprint.media.item import MediaItem
from fakeprint.media.preview import preview
from fakeprint.media.probe import open_media
from fakeprint.provenance import TABLE as PROVENANCE
from fakeprint.signals import TABLE as SIGNALS

FAMILIES: tuple[Registry[type[Examiner]], ...] = (Registry("provenance", PROVENANCE), Registry("signals", SIGNALS))

_CHECKED_FRAMES = 4
"""How many frames of a video are decoded to see that it can be; examiners decode what they need besides."""


class Setup(Record):
    """What a worker is told once.  ``examiners`` are names, in the order in which evidence is reported."""

    limits: Limits
    examiners: tuple[str, ...]
    settings: Settings = Settings()
    pictures: bool = False


class Examined(Record):
    """A worker's reply about one file."""

    media: Media | None = None
    evidence: tuple[Evidence, ...] = ()
    preview: tuple[EvidenceFile, ...] = ()
    error: ErrorInfo | None = None


class Payload(TypedDict):
    """A worker's task: one path as JSON text, whatever bytes it holds."""

    path: str


def payload_of(path: Path) -> Payload:
    r"""Return the task for one path.

    >>> payload_of(Path("caf\udce9"))
    {'path': 'café'}
    """
    return {"path": os.fsencode(path).decode("latin-1")}


def examiner_names() -> tuple[str, ...]:
    """Return the names of all examiners in the order in which they report."""
    return tuple(name for family in FAMILIES for name in family.names())


def choose_examiners(only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names to run; an unknown name is an error that suggests the nearest one.

    >>> choose_examiners(only=["c2pa", "iptc"], skip=["iptc"])
    ('c2pa',)
    """
    known, wanted, unwanted = examiner_names(), frozenset(only), frozenset(skip)
    for name in sorted(wanted | unwanted):
        if name not in known:
            raise unknown_name("examiner", name, known)
    return tuple(name for name in known if name not in unwanted and (name in wanted or not wanted))


def load_examiner(name: str, settings: Settings) -> Examiner:
    """Import and construct one examiner."""
    family = next(family for family in FAMILIES if name in family.names())
    return construct(family.load(name), settings)


class Examination:
    """The worker's target: constructed once, then called with one payload per file."""

    def __init__(self, setup: JsonValue) -> None:
        self.setup = Setup.model_validate(setup)
        self.examiners = [load_examiner(name, self.setup.settings) for name in self.setup.examiners]

    def __call__(self, payload: Payload) -> tuple[bytes, dict[str, bytes]]:
        """Return the JSON of :class:`Examined` and its pictures by hash."""
        path = Path(os.fsdecode(payload["path"].encode("latin-1")))
        examined, pictures = examine(path, self.examiners, self.setup.limits, pictures=self.setup.pictures)
        return examined.model_dump_json().encode(), pictures


def examine(path: Path, examiners: Sequence[Examiner], limits: Limits, *, pictures: bool) -> tuple[Examined, dict[str, bytes]]:
    """Open one file and ask every examiner; what fails is said, never dropped."""
    opened = open_media(path, limits)
    if opened.media is None or opened.container is None or opened.media.kind is MediaKind.OTHER:
        return Examined(media=opened.media, error=opened.error), {}
    item = MediaItem(opened.media, opened.container, path, path.name, limits, want_pictures=pictures)
    error = opened.error or _decode_error(item)
    evidence = tuple(_ask(examiner, item) for examiner in examiners)
    shown = preview(item) if pictures and error is None else ()
    return Examined(media=item.media, evidence=evidence, preview=shown, error=error), item.attachments


def _decode_error(item: MediaItem) -> ErrorInfo | None:
    try:
        if item.is_image:
            _ = item.image
        else:
            for _ in item.frames(_CHECKED_FRAMES):
                pass
    except MediaError as error:
        return error.info()
    return None


def _ask(examiner: Examiner, item: MediaItem) -> Evidence:
    started = perf_counter()
    try:
        evidence = examiner.examine(item)
    except MediaError as error:
        evidence = evidence_of(
            examiner,
            item,
            status=EvidenceStatus.FAILED,
            reason=error.code,
            summary=f"Not examined, because the file could not be decoded: {error}",
        )
    return evidence.model_copy(update={"seconds": round(perf_counter() - started, 6)})
