"""What face detectors share: every usable face is cut out by the card's rule and scored, in videos person by person."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import Card, FaceSpec
from fakeprint.core.errors import ArtifactError
from fakeprint.core.evidence import Claim, Evidence, EvidenceFile, EvidenceStatus, FactClaim, MeasureClaim, Question, Region
from fakeprint.detectors.artifact import load_artifact
from fakeprint.detectors.calibrated import bucket_of_item, detect, lean
from fakeprint.detectors.followed_faces import attach_pictures, followed, frames_words, most_at_once
from fakeprint.detectors.measure import Measured, MeasuredVideo
from fakeprint.detectors.several_faces import pooled
from fakeprint.detectors.track_scores import NOTHING, ScoredVideo, score_video
from fakeprint.detectors.video_faces import BATCH, FaceReading, VideoFaces, shared_reader, usable
from fakeprint.detectors.windows import normalise
from fakeprint.media.examiner import Settings, evidence_of
from fakeprint.media.face_cache import digest
from fakeprint.media.faces import Face, crop_face
from fakeprint.media.item import MediaItem

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


@dataclass(frozen=True)
class ScoredFace:
    """One usable face and its raw logit."""

    face: Face
    logit: float


class FaceCropDetector:
    """Runs an artifact on the faces of an image, or of sampled frames of a video.

    The faces of a video are followed as tracks, which never mix people; a track scores as the aggregate of its frames' logits.
    Several faces of an image, or tracks of a video, become one logit by the rule of the card
    (:mod:`fakeprint.detectors.several_faces`): the most suspicious one leads.  Without a usable face the detector does not apply.
    """

    version = "2"

    def __init__(self, artifact: str | Path, worth: str, settings: Settings | None = None) -> None:
        self._artifact = load_artifact(artifact)
        crop = self.card.input.crop
        if not isinstance(crop, FaceSpec):
            raise ArtifactError(f"artifact {self.card.name} looks at {crop.type}, not at faces")
        self.spec = crop
        self._settings = settings or Settings()
        self.key = digest(self._artifact.weights_sha256, crop.model_dump_json(), self.card.input.pixels.model_dump_json())
        self._reader = shared_reader(self._settings.frames, self._settings.face_finder, self._settings.face_cache)
        self._reader.join(self)
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

    def logits(self, crops: NDArray[np.uint8]) -> list[float]:
        """Return the raw logits of (N, size, size, 3) uint8 RGB crops.

        They go through the graph one at a time: on a CPU that is faster than together, and takes a fraction of the memory.
        """
        images = normalise(crops, self.card.input.pixels)
        name = self.card.input.name
        return [float(self._session.run(["logit"], {name: images[place : place + 1]})[0][0]) for place in range(len(images))]

    def measure(self, rgb: NDArray[np.uint8]) -> Measured:
        """Return the logit of (H, W, 3) uint8 upright RGB, pooled over its faces, or ``no-face``."""
        faces = self.faces(rgb)
        return Measured(pooled([one.logit for one in faces], self.spec.pool)) if faces else Measured(None, "no-face")

    def video(self) -> "VideoMeasure":
        """Return what measures a video from its frames, as a scan does."""
        return VideoMeasure(self, FaceReading(self._reader.finder, (self,)))

    def faces(self, rgb: NDArray[np.uint8], sha256: str | None = None) -> tuple[ScoredFace, ...]:
        """Find and score the usable faces of (H, W, 3) uint8 upright RGB, largest first; ``sha256`` names an image, not a frame."""
        found = [face for face in self._reader.faces(rgb, sha256) if usable(self._reader.finder, rgb, face, self.spec)]
        logits: list[float] = []
        for start in range(0, len(found), BATCH):
            logits += self.logits(np.stack([crop_face(rgb, face, self.spec) for face in found[start : start + BATCH]]))
        scored = [ScoredFace(face, logit) for face, logit in zip(found, logits, strict=True)]
        return tuple(sorted(scored, key=lambda one: -one.face.side))

    def score_video(self, read: VideoFaces) -> ScoredVideo:
        """Return what this detector says of a video that was read for it."""
        return score_video(read, read.logits[self], how=self._settings.aggregate, pool=self.spec.pool)

    def examine(self, item: MediaItem) -> Evidence:
        """Examine an image or the sampled frames of a video."""
        return self._image(item) if item.is_image else self._video(item)

    def _image(self, item: MediaItem) -> Evidence:
        faces = self.faces(item.image.upright(), item.media.sha256)
        if not faces:
            return self._silent(item, "no_face", f"No face of at least {self.spec.min_side} pixels was found in the picture.")
        many = "1 usable face" if len(faces) == 1 else f"{len(faces)} usable faces"
        return self._evidence(
            item,
            pooled([one.logit for one in faces], self.spec.pool),
            f"A learned model read {many} in the picture.",
            (_count(len(faces)), *_highest(max(one.logit for one in faces), len(faces), "face")),
            regions=tuple(Region(box=one.face.box, label="face", score=one.logit) for one in faces),
        )

    def _video(self, item: MediaItem) -> Evidence:
        read = self._reader.read(item, self)
        scored = self.score_video(read)
        left_out = (FactClaim(name="frames left out", value=read.cut),) if read.cut else ()
        if scored.highest is None or scored.logit is None:
            summary = f"No face of at least {self.spec.min_side} pixels was found often enough in {frames_words(len(read.frames))}."
            return self._silent(item, "few_faces" if scored.tracks else "no_face", summary, scored, left_out)
        deciding = sum(one.decides for one in scored.tracks)
        claims = (
            _count(most_at_once(scored)),
            MeasureClaim(name="faces followed", value=deciding, unit="", note="through the video, often enough to count"),
            *_highest(scored.highest.score, deciding, "face"),
            *left_out,
        )
        summary = f"A learned model followed {followed(scored, len(read.frames))}"
        return self._evidence(item, scored.logit, summary, claims, scored=scored, files=attach_pictures(item, read, scored))

    def _evidence(
        self,
        item: MediaItem,
        logit: float,
        summary: str,
        claims: tuple[Claim, ...],
        *,
        regions: tuple[Region, ...] = (),
        scored: ScoredVideo = NOTHING,
        files: tuple[EvidenceFile, ...] = (),
    ) -> Evidence:
        found = detect(self.card, logit, bucket_of_item(item))
        if found is None:
            return self._silent(
                item, "not_calibrated", "This model has no calibration for files of this size and compression.", scored, (), regions
            )
        claim, score = found
        return evidence_of(
            self,
            item,
            summary=f"{summary} {lean(claim)}",
            claims=(claim, *claims),
            score=score,
            regions=regions,
            timeline=scored.timeline,
            tracks=scored.tracks,
            files=files,
            weights_sha256=self._artifact.weights_sha256,
        )

    def _silent(
        self,
        item: MediaItem,
        reason: str,
        summary: str,
        scored: ScoredVideo = NOTHING,
        claims: tuple[Claim, ...] = (),
        regions: tuple[Region, ...] = (),
    ) -> Evidence:
        """Say that the model could not answer; what was read stands beside it and does not count."""
        return evidence_of(
            self,
            item,
            status=EvidenceStatus.NOT_APPLICABLE,
            reason=reason,
            summary=summary,
            claims=claims,
            regions=regions,
            timeline=scored.timeline,
            tracks=tuple(one.model_copy(update={"decides": False}) for one in scored.tracks),
            weights_sha256=self._artifact.weights_sha256,
        )


class VideoMeasure:
    """A video measured from frames given one by one, under whatever condition they were delivered."""

    def __init__(self, detector: FaceCropDetector, reading: FaceReading) -> None:
        self._detector = detector
        self._reading = reading

    def add(self, rgb: NDArray[np.uint8], time_s: float) -> None:
        """Take the next frame, (H, W, 3) uint8 upright RGB."""
        self._reading.add(rgb, time_s)

    def result(self) -> MeasuredVideo:
        """Return the video's logit, as a scan gives it, and in how many frames a usable face was read."""
        scored = self._detector.score_video(self._reading.finish())
        seen = len({point.time_s for point in scored.timeline if point.track is not None})
        reason = None if scored.logit is not None else "few-faces" if scored.tracks else "no-face"
        return MeasuredVideo(Measured(scored.logit, reason), seen)


def _count(faces: int) -> MeasureClaim:
    return MeasureClaim(name="faces", value=faces, unit="faces", note="large enough to be read; of a video, at one time")


def _highest(logit: float, several: int, what: str) -> tuple[MeasureClaim, ...]:
    """Return the strongest raw score where several were pooled, so that the score can be followed."""
    if several == 1:
        return ()
    note = f"of {several}; the score takes into account that several were looked at"
    return (MeasureClaim(name=f"highest score of a {what}", value=logit, unit="logit", note=note),)
