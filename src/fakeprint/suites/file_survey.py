"""Every file of a manifest opened once in the sandbox: identity, container facts and, where asked for, pixels and declarations."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, JsonValue

from fakeprint.core.errors import ErrorCode, ErrorInfo, MediaError, Stage
from fakeprint.core.evidence import FindingStatus, OriginClaim, OriginStatement
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media
from fakeprint.core.prediction import FormatFacts
from fakeprint.core.record import Record
from fakeprint.core.sample import PerceptualHash, Sample
from fakeprint.datasets.archive import INSIDE, read_bytes
from fakeprint.media.time_limit import seconds_for
from fakeprint.media.workers import Task, WorkerPool

if TYPE_CHECKING:
    from fakeprint.media.item import MediaItem

THUMBNAIL_SIDE = 8
FLAT_SPREAD = 2.0
"""A picture whose 8x8 mean colours spread less than this (standard deviation, of 255) gives no perceptual hash: all such look alike."""

DECLARING = ("c2pa", "iptc", "generator-metadata", "aigc-label")
"""Examiners that are asked what a file declares about its own origin."""

_SYNTHETIC = {OriginStatement.AI_GENERATED, OriginStatement.AI_EDITED}


class SurveySetup(Record):
    """What a worker is told once.  ``pixels`` asks for decoding, ``declared`` for declarations of origin."""

    pixels: bool = False
    declared: bool = False
    limits: Limits = Limits()


class Surveyed(Record):
    """What one file told.

    ``error`` says why it could not be read in full.  ``thumbnail`` is the 8x8 mean colour, row by row, RGB, 0 to 255; empty where no
    pixels were asked for.  ``declared`` are declarations that the file was generated or edited by AI, as ``examiner: statement``.
    """

    sample_id: str
    error: ErrorInfo | None = None
    media: Media | None = None
    facts: FormatFacts | None = None
    phash: PerceptualHash | None = None
    thumbnail: tuple[int, ...] = Field((), max_length=3 * THUMBNAIL_SIDE**2)
    declared: tuple[str, ...] = ()


def survey(samples: Iterable[Sample], root: Path, setup: SurveySetup, *, jobs: int = 0) -> Iterator[Surveyed]:
    """Yield one record for each sample, in order; what cannot be read has an ``error``.  Members of archives are unpacked for the while.

    ``root`` is the folder that the samples' paths are relative to; ``jobs`` is the number of workers, 0 one for each processor.
    """
    waiting: dict[int, str] = {}
    with TemporaryDirectory(prefix="fakeprint-") as folder:

        def tasks() -> Iterator[Task]:
            for index, sample in enumerate(samples):
                waiting[index] = sample.id
                place = place_of(sample, root, Path(folder), index)
                yield Task(index, payload_of(sample.id, place, sample.path), seconds_for(place, setup.limits))

        count = jobs or os.cpu_count() or 1
        with WorkerPool("fakeprint.suites.file_survey:SurveyWorker", setup.model_dump(mode="json"), setup.limits, count) as pool:
            for outcome in pool.run(tasks()):
                sample_id = waiting.pop(outcome.index)
                (Path(folder) / str(outcome.index)).unlink(missing_ok=True)
                if outcome.reply is not None:
                    yield Surveyed.model_validate_json(outcome.reply)
                else:
                    yield Surveyed(sample_id=sample_id, error=outcome.error)


def place_of(sample: Sample, root: Path, folder: Path, index: int) -> Path:
    """Return where the sample's file lies; a member of an archive is written to ``folder/index`` (and is missing if it cannot be)."""
    if INSIDE not in sample.path:
        return root / sample.path
    place = folder / str(index)
    try:
        place.write_bytes(read_bytes(root, sample.path))
    except MediaError:
        return place
    return place


def payload_of(sample_id: str, path: Path, name: str) -> dict[str, JsonValue]:
    """Return the JSON that names one sample to a worker."""
    return {"sample_id": sample_id, "path": os.fsencode(path).decode("latin-1"), "name": name}


class SurveyWorker:
    """Constructed once in each worker, then called with one sample after the other."""

    def __init__(self, setup: JsonValue) -> None:
        from fakeprint.core.registry import Registry
        from fakeprint.media.examiner import Examiner, Settings, construct
        from fakeprint.provenance import TABLE

        self._setup = SurveySetup.model_validate(setup)
        kinds: Registry[type[Examiner]] = Registry("provenance", TABLE)
        names = DECLARING if self._setup.declared else ()
        self._examiners = [construct(kinds.load(name), Settings()) for name in names]

    def __call__(self, payload: Mapping[str, JsonValue]) -> tuple[bytes, dict[str, bytes]]:
        """Return the sample's :class:`Surveyed` as JSON."""
        path = Path(os.fsdecode(str(payload["path"]).encode("latin-1")))
        return self._survey(str(payload["sample_id"]), path, str(payload["name"])).model_dump_json().encode(), {}

    def _survey(self, sample_id: str, path: Path, name: str) -> Surveyed:
        from fakeprint.media.item import MediaItem
        from fakeprint.media.probe import open_media
        from fakeprint.suites.format_facts import facts_of

        opened = open_media(path, self._setup.limits)
        found = Surveyed(sample_id=sample_id, error=opened.error, media=opened.media)
        if opened.media is None or opened.container is None or opened.error is not None:
            return found
        facts = facts_of(opened.container, path, name, opened.media.bytes, self._setup.limits)
        found = found.model_copy(update={"facts": facts})
        item = MediaItem(opened.media, opened.container, path, path.name, self._setup.limits, want_pictures=False)
        found = found.model_copy(update={"declared": tuple(self._declared(item))})
        try:
            return found.model_copy(update=self._pixels(item)) if self._setup.pixels else found
        except MediaError as error:
            return found.model_copy(update={"error": error.info()})

    def _declared(self, item: "MediaItem") -> Iterator[str]:
        for examiner in self._examiners:
            try:
                claims = examiner.examine(item).claims
            except MediaError:
                continue  # the pixels fail again below, where the reason is kept
            for claim in claims:
                if isinstance(claim, OriginClaim) and claim.status is FindingStatus.PRESENT and claim.statement in _SYNTHETIC:
                    yield f"{examiner.name}: {claim.statement.value}"

    def _pixels(self, item: "MediaItem") -> dict[str, object]:
        from fakeprint.media.perceptual_hash import perceptual_hash

        rgb = item.image.upright() if item.is_image else _first_frame(item)
        small = mean_colours(rgb)
        flat = float(small.std(axis=0).max()) < FLAT_SPREAD
        phash = None if flat else f"{perceptual_hash(rgb):016x}"
        return {"phash": phash, "thumbnail": tuple(np.round(small).astype(int).ravel().tolist())}


def _first_frame(item: "MediaItem") -> NDArray[np.uint8]:
    frame = next(iter(item.frames(1)), None)
    if frame is None:
        raise MediaError(ErrorCode.E_NO_FRAMES, "no frame could be decoded", Stage.DECODE)
    return frame.rgb


def mean_colours(rgb: NDArray[np.uint8], side: int = THUMBNAIL_SIDE) -> NDArray[np.float64]:
    """Return (side * side, 3) mean colours of the cells of (H, W, 3) pixels; the smallest pictures repeat pixels.

    >>> mean_colours(np.full((20, 30, 3), 7, np.uint8)).shape
    (64, 3)
    """
    height, width = rgb.shape[:2]
    rows = [slice(at * height // side, max(at * height // side + 1, (at + 1) * height // side)) for at in range(side)]
    columns = [slice(at * width // side, max(at * width // side + 1, (at + 1) * width // side)) for at in range(side)]
    return np.array([rgb[row, column].mean(axis=(0, 1)) for row in rows for column in columns])
