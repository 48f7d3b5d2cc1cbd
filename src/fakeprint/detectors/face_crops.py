"""What face detectors share: every usable face is cut out by the card's rule and scored; the strongest face counts."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import Card, FaceSpec
from fakeprint.core.errors import ArtifactError
from fakeprint.core.evidence import Evidence, MeasureClaim, Question, Region, TimePoint
from fakeprint.detectors.artifact import load_artifact
from fakeprint.detectors.calibrated import bucket_of_item, detect, lean
from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.detectors.measure import Measured
from fakeprint.detectors.windows import normalise
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.faces import Face, crop_face, large_enough
from fakeprint.media.item import MediaItem

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VIDEO_FRAMES = 16


class _SharedFinder:
    """The default face finder, which remembers the last image, so that detectors can share one search."""

    def __init__(self) -> None:
        self._finder = FaceFinder()
        self._last: tuple[str, tuple[Face, ...]] | None = None

    def find(self, rgb: NDArray[np.uint8], sha256: str | None = None) -> tuple[Face, ...]:
        if sha256 is None:
            return self._finder.find(rgb)
        if self._last is None or self._last[0] != sha256:
            self._last = (sha256, self._finder.find(rgb))
        return self._last[1]


_shared_finder = cache(_SharedFinder)


@dataclass(frozen=True)
class ScoredFace:
    """One usable face and its raw logit."""

    face: Face
    logit: float


class FaceCropDetector:
    """Runs an artifact on the faces of an image, or of evenly spaced frames of a video.

    An image scores as its strongest face; a video as the mean over the frames that show a usable face, each as its strongest face
    (specs: evaluation 1).  Without a usable face the detector does not apply.
    """

    version = "1"

    def __init__(self, artifact: str | Path, worth: str) -> None:
        self._artifact = load_artifact(artifact)
        crop = self.card.input.crop
        if not isinstance(crop, FaceSpec):
            raise ArtifactError(f"artifact {self.card.name} looks at {crop.type}, not at faces")
        self._spec = crop
        self._finder = _shared_finder()
        self.name = self.card.name
        self.questions: tuple[Question, ...] = (self.card.question,)
        self.worth = worth

    @property
    def card(self) -> Card:
        """The card of the artifact."""
        return self._artifact.card

    @cached_property
    def _session(self) -> "InferenceSession":
        return self._artifact.session()

    def measure(self, rgb: NDArray[np.uint8]) -> Measured:
        """Return the strongest face's logit of (H, W, 3) uint8 upright RGB, or ``no-face``."""
        faces = self.faces(rgb)
        return Measured(max(one.logit for one in faces)) if faces else Measured(None, "no-face")

    def faces(self, rgb: NDArray[np.uint8], sha256: str | None = None) -> tuple[ScoredFace, ...]:
        """Find and score the usable faces of (H, W, 3) uint8 upright RGB, largest first; ``sha256`` names an image, not a frame."""
        found = [face for face in self._finder.find(rgb, sha256) if large_enough(face, self._spec)]
        if not found:
            return ()
        crops = np.stack([crop_face(rgb, face, self._spec) for face in found])
        (logits,) = self._session.run(["logit"], {self.card.input.name: normalise(crops, self.card.input.pixels)})
        scored = [ScoredFace(face, float(logit)) for face, logit in zip(found, logits, strict=True)]
        return tuple(sorted(scored, key=lambda one: -one.face.side))

    def examine(self, item: MediaItem) -> Evidence:
        """Examine an image or the frames of a video."""
        if item.is_image:
            faces = self.faces(item.image.upright(), item.media.sha256)
            logit = max((one.logit for one in faces), default=None)
            return self._evidence(item, logit, len(faces), regions=_regions(faces), looked="the picture")
        timeline, most = [], 0
        for frame in item.frames(VIDEO_FRAMES):
            faces = self.faces(frame.rgb)
            most = max(most, len(faces))
            strongest = max((one.logit for one in faces), default=None)
            label = f"{len(faces)} usable {'face' if len(faces) == 1 else 'faces'}"
            timeline.append(TimePoint(time_s=frame.time_s, frame=frame.index, score=strongest, label=label))
        logits = [point.score for point in timeline if point.score is not None]
        mean = sum(logits) / len(logits) if logits else None
        return self._evidence(item, mean, most, timeline=tuple(timeline), looked=f"{len(timeline)} frames")

    def _evidence(
        self,
        item: MediaItem,
        logit: float | None,
        faces: int,
        *,
        looked: str,
        regions: tuple[Region, ...] = (),
        timeline: tuple[TimePoint, ...] = (),
    ) -> Evidence:
        weights = self._artifact.weights_sha256
        if logit is None:
            summary = f"No face of at least {self._spec.min_side} pixels was found in {looked}."
            return not_applicable(self, item, "no_face", summary, weights_sha256=weights)
        found = detect(self.card, logit, bucket_of_item(item))
        if found is None:
            summary = "This model has no calibration for files of this size and compression."
            return not_applicable(self, item, "not_calibrated", summary, weights_sha256=weights)
        claim, score = found
        many = "1 usable face" if faces == 1 else f"up to {faces} usable faces" if timeline else f"{faces} usable faces"
        return evidence_of(
            self,
            item,
            summary=f"A learned model read {many} in {looked}. {lean(claim)}",
            claims=(claim, MeasureClaim(name="faces", value=faces, unit="faces", note="large enough to be read")),
            score=score,
            regions=regions,
            timeline=timeline,
            weights_sha256=weights,
        )


def _regions(faces: tuple[ScoredFace, ...]) -> tuple[Region, ...]:
    return tuple(Region(box=one.face.box, label="face", score=one.logit) for one in faces)
