"""The part of an evaluation that runs in the sandbox: one sample in, its raw scores under every condition out."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, JsonValue

from fakeprint.core.calibration import Bucket, bucket_of
from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.core.media import Sha256
from fakeprint.core.prediction import FormatFacts
from fakeprint.core.record import Record
from fakeprint.core.sample import Step

if TYPE_CHECKING:
    from fakeprint.detectors.measure import VideoMeasuring
    from fakeprint.media.item import MediaItem


class Setup(Record):
    """What a worker is told once.  ``frames`` is how many frames are read of a video, evenly spaced."""

    detector: str
    conditions: tuple[str, ...]
    seed: int
    frames: int = Field(32, gt=0)
    limits: Limits


class Target(Record):
    """One sample; ``path`` holds the bytes of its place on disk as Latin-1, ``name`` is its path in the manifest."""

    sample_id: str
    path: str
    name: str


class Raw(Record):
    """The detector's output under one condition, not calibrated; either measured or with a reason."""

    condition: str
    logit: float | None = None
    class_logits: tuple[float, ...] = ()
    reason: str | None = None
    bucket: Bucket
    width: int
    height: int
    frames: int | None = None
    frames_scored: int | None = None
    steps: tuple[Step, ...] = ()


class MeasuredSample(Record):
    """Everything measured on one sample."""

    sample_id: str
    sha256: Sha256
    facts: FormatFacts
    raws: tuple[Raw, ...]


def target_of(sample_id: str, path: Path, name: str) -> dict[str, JsonValue]:
    """Return the JSON that names one sample."""
    return {"sample_id": sample_id, "path": os.fsencode(path).decode("latin-1"), "name": name}


class MeasureWorker:
    """Constructed once in each worker, then called with one target per sample."""

    def __init__(self, setup: JsonValue) -> None:
        from fakeprint.detectors.load import load_detector  # loads the runtime, which the parent must not
        from fakeprint.suites.conditions import condition_of

        self._setup = Setup.model_validate(setup)
        self._detector = load_detector(self._setup.detector)
        self._conditions = [condition_of(name) for name in self._setup.conditions]

    def __call__(self, payload: JsonValue) -> tuple[bytes, dict[str, bytes]]:
        """Return the sample's :class:`MeasuredSample` as JSON.

        Raises:
            MediaError: the file cannot be read or decoded; the pool makes it an outcome with a reason.
        """
        from fakeprint.media.item import MediaItem
        from fakeprint.media.probe import open_media
        from fakeprint.suites.format_facts import facts_of

        target, limits = Target.model_validate(payload), self._setup.limits
        path = Path(os.fsdecode(target.path.encode("latin-1")))
        opened = open_media(path, limits)
        if opened.media is None or opened.container is None or opened.error is not None:
            error = opened.error
            raise MediaError(error.code if error else ErrorCode.E_READ, error.message if error else "cannot be read", Stage.PROBE)
        item = MediaItem(opened.media, opened.container, path, target.name, limits, want_pictures=False)
        raws = tuple(self._image(item, target.sample_id) if item.is_image else self._video(item, target.sample_id))
        facts = facts_of(opened.container, path, target.name, opened.media.bytes, limits)
        found = MeasuredSample(sample_id=target.sample_id, sha256=opened.media.sha256, facts=facts, raws=raws)
        return found.model_dump_json().encode(), {}

    def _image(self, item: "MediaItem", sample_id: str) -> Iterator[Raw]:
        from fakeprint.media.jpeg_tables import read_jpeg_header
        from fakeprint.suites.conditions import delivered_bucket

        rgb = item.image.upright()
        header = read_jpeg_header(item.container)
        quality = header.quality.value if header and header.quality else None
        stored = bucket_of(min(rgb.shape[:2]), quality, lossless=item.container.lossless)
        for condition in self._conditions:
            pixels, steps = condition.deliver(rgb, sample_id, self._setup.seed)
            measured = self._detector.measure(pixels)
            height, width = pixels.shape[:2]
            yield Raw(
                condition=condition.name,
                logit=measured.logit,
                class_logits=measured.class_logits,
                reason=measured.reason,
                bucket=delivered_bucket(stored, steps, width, height),
                width=width,
                height=height,
                steps=steps,
            )

    def _video(self, item: "MediaItem", sample_id: str) -> Iterator[Raw]:
        """Score the sampled frames: a video counts once, by the detector's own rule for videos, else as the mean of its frames."""
        readings = {condition.name: self._reading() for condition in self._conditions}
        sizes: dict[str, tuple[int, int]] = {}
        count = 0
        for count, frame in enumerate(item.frames(self._setup.frames), start=1):
            for condition in self._conditions:
                pixels, _ = condition.deliver(frame.rgb, f"{sample_id}#{count}", self._setup.seed)
                sizes[condition.name] = (pixels.shape[1], pixels.shape[0])
                readings[condition.name].add(pixels, frame.time_s)
        if not count:
            raise MediaError(ErrorCode.E_NO_FRAMES, "no frame could be decoded", Stage.DECODE)
        for condition in self._conditions:
            (measured, scored), (width, height) = readings[condition.name].result(), sizes[condition.name]
            yield Raw(
                condition=condition.name,
                logit=measured.logit,
                reason=measured.reason,
                bucket=bucket_of(min(width, height), None, lossless=None),
                width=width,
                height=height,
                frames=count,
                frames_scored=scored,
            )

    def _reading(self) -> "VideoMeasuring":
        from fakeprint.detectors.measure import FrameMean, VideoDetector

        return self._detector.video() if isinstance(self._detector, VideoDetector) else FrameMean(self._detector)
