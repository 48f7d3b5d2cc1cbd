"""The faces of a video's sampled frames: found once, followed as tracks, scored by every face detector that is there.

A video is decoded once for all of them, because decoding costs more than scoring.  What is held while it runs is one frame, one batch
of crops for each detector, a few small pictures, and boxes and numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import FaceSpec
from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.detectors.frame_search import FrameSearch
from fakeprint.detectors.kept_frames import KeptFrames
from fakeprint.media.face_cache import FoundFaces, Place, cache_key, keep_faces, known_faces
from fakeprint.media.face_tracks import FrameFaces, Track, frame_faces, link
from fakeprint.media.faces import Face, crop_face, large_enough
from fakeprint.media.frame_source import parse_frames
from fakeprint.media.item import MediaItem

BATCH = 16


class FaceScorer(Protocol):
    """What looks at crops of faces."""

    spec: FaceSpec
    key: str
    """Changes whenever its logits would (:func:`fakeprint.media.face_cache.digest`)."""

    def logits(self, crops: NDArray[np.uint8]) -> list[float]:
        """Return the raw logits of (N, size, size, 3) uint8 RGB crops, N from 1 to :data:`BATCH`."""
        ...


@dataclass(frozen=True)
class VideoFaces:
    """Everything that was read of a video.

    ``logits`` are those of one detector, by place, of the faces that are large and sure enough for it.  ``kept`` are small pictures of
    frames that show such a face.  ``cut`` says which limit left frames out, None where none did.
    """

    frames: tuple[FrameFaces, ...]
    tracks: tuple[Track, ...]
    logits: Mapping[FaceScorer, Mapping[Place, float]]
    kept: KeptFrames
    cut: str | None = None


@dataclass
class _Waiting:
    """Crops that wait for a full batch, and the logits so far."""

    places: list[Place] = field(default_factory=list)
    crops: list[NDArray[np.uint8]] = field(default_factory=list)
    logits: dict[Place, float] = field(default_factory=dict)

    def add(self, place: Place, crop: NDArray[np.uint8], scorer: FaceScorer) -> None:
        self.places.append(place)
        self.crops.append(crop)
        if len(self.places) == BATCH:
            self.flush(scorer)

    def flush(self, scorer: FaceScorer) -> None:
        if self.places:
            self.logits.update(zip(self.places, scorer.logits(np.stack(self.crops)), strict=True))
            self.places.clear()
            self.crops.clear()


def usable(finder: FaceFinder, rgb: NDArray[np.uint8], face: Face, spec: FaceSpec) -> bool:
    """Tell whether a face in (H, W, 3) pixels is large enough for ``spec``, and the finder sure enough of it, turned and mirrored too."""
    return large_enough(face, spec) and (spec.min_turned == 0 or finder.turned(rgb, face) >= spec.min_turned)


class FaceReading:
    """Reads the frames of one video in order of time: find, cut out, score; the tracks come at the end."""

    def __init__(self, finder: FaceFinder, scorers: tuple[FaceScorer, ...], *, keep: bool = False) -> None:
        self._search, self._finder = FrameSearch(finder), finder
        self._waiting = {scorer: _Waiting() for scorer in scorers}
        self._frames: list[FrameFaces] = []
        self._kept = KeptFrames()
        self._keep = keep

    def add(self, rgb: NDArray[np.uint8], time_s: float, index: int | None = None, *, known: FrameFaces | None = None) -> None:
        """Read one frame, (H, W, 3) uint8 upright RGB; ``known`` is what was found in it on an earlier day."""
        found = known or frame_faces(rgb, time_s, index, self._search.find(rgb, time_s))
        number, used = len(self._frames), False
        self._frames.append(found)
        for scorer, waiting in self._waiting.items():
            for place, face in enumerate(found.faces):
                if usable(self._finder, rgb, face, scorer.spec):
                    used = True
                    waiting.add((number, place), crop_face(rgb, face, scorer.spec), scorer)
        if self._keep and used:
            self._kept.add(number, time_s, rgb, found.faces)

    def finish(self, cut: str | None = None) -> VideoFaces:
        """Score what waits, link the tracks, and return everything."""
        for scorer, waiting in self._waiting.items():
            waiting.flush(scorer)
        logits = WeakKeyDictionary({scorer: waiting.logits for scorer, waiting in self._waiting.items()})
        return VideoFaces(tuple(self._frames), link(self._frames), logits, self._kept, cut)


class VideoFaceReader:
    """Reads videos for all face detectors of a worker that share its settings, and remembers the last one.

    ``cache`` is a folder with what earlier runs found: their faces are not searched again, and where all scores are known and no
    pictures are wanted, the video is not even decoded.
    """

    def __init__(self, frames: str, face_finder: str, cache: Path | None = None) -> None:
        self.finder = FaceFinder(face_finder)
        self._frames = frames
        self._source = parse_frames(frames)
        self._cache = cache
        self._scorers: WeakSet[FaceScorer] = WeakSet()
        self._last: tuple[tuple[str, bool], VideoFaces] | None = None
        self._image: tuple[str, tuple[Face, ...]] | None = None

    def join(self, scorer: FaceScorer) -> None:
        """Let a detector take part from the next video on."""
        self._scorers.add(scorer)

    def faces(self, rgb: NDArray[np.uint8], sha256: str | None = None) -> tuple[Face, ...]:
        """Find the faces of (H, W, 3) uint8 upright RGB; ``sha256`` names an image file, whose faces are remembered."""
        if sha256 is None:
            return self.finder.find(rgb)
        if self._image is None or self._image[0] != sha256:
            self._image = (sha256, self.finder.find(rgb))
        return self._image[1]

    def read(self, item: MediaItem, scorer: FaceScorer) -> VideoFaces:
        """Read the sampled frames of a video, once for all detectors that have joined.

        Raises:
            MediaError: no frame can be decoded.
        """
        wanted = (item.media.sha256, item.want_pictures)
        if self._last is None or self._last[0] != wanted or scorer not in self._last[1].logits:
            self._last = None
            self._last = (wanted, self._read(item, tuple(self._scorers)))
        return self._last[1]

    def _read(self, item: MediaItem, scorers: tuple[FaceScorer, ...]) -> VideoFaces:
        known = known_faces(item, self._cache, self._key(item)) if self._cache is not None else None
        if known is not None and not item.want_pictures and all(one.key in known.scores for one in scorers):
            logits = WeakKeyDictionary({one: known.scores[one.key] for one in scorers})
            return VideoFaces(known.frames, link(known.frames), logits, KeptFrames(), known.cut)
        reading = FaceReading(self.finder, scorers, keep=item.want_pictures)
        earlier = {(one.time_s, one.index): one for one in known.frames} if known is not None else {}
        frames = item.frames(self._source)
        for frame in frames:
            reading.add(frame.rgb, frame.time_s, frame.index, known=earlier.get((frame.time_s, frame.index)))
        read = reading.finish(frames.cut)
        if self._cache is not None:
            same = known is not None and known.frames == read.frames
            scores = {**(known.scores if known is not None and same else {}), **{one.key: found for one, found in read.logits.items()}}
            keep_faces(item, self._key(item), FoundFaces(read.frames, read.cut, scores))
        return read

    def _key(self, item: MediaItem) -> str:
        finder = self.finder
        weights = finder.artifact.weights_sha256
        return cache_key(frames=self._frames, finder_sha256=weights, policy=finder.policy, min_face=finder.min_face, limits=item.limits)


@cache
def shared_reader(frames: str, face_finder: str, cache: str | None) -> VideoFaceReader:
    """Return the reader of these settings, one for each process; ``cache`` is a folder.

    Raises:
        UsageError, ArtifactError: the text names no frames, or there is no such finder.
    """
    return VideoFaceReader(frames, face_finder, Path(cache) if cache is not None else None)
