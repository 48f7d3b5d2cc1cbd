"""Was the whole picture generated?  Windows at native resolution, the mean of their logits, and a map of the patches' own evidence."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import Card
from fakeprint.core.evidence import Evidence, EvidenceFile, MeasureClaim, Question
from fakeprint.detectors.calibrated import bucket_of_item, detect, lean
from fakeprint.detectors.heat_map import FULL_SCALE, overlay
from fakeprint.detectors.measure import Measured
from fakeprint.detectors.windows import WindowScores, window_model
from fakeprint.media.evidence_file import picture_file
from fakeprint.media.examiner import evidence_of, not_applicable
from fakeprint.media.item import MediaItem


class SyntheticImageDetector:
    """Runs the ``synthetic-image`` artifact, or another one of the same kind.

    Pictures under the model's least side are not applicable; pictures smaller than a window are read whole; larger ones through
    windows spread over the whole picture.  Nothing is resized.
    """

    version = "1"
    questions: tuple[Question, ...] = (Question.SYNTHETIC,)
    worth = (
        "A learned model compares fine texture with that of the generated pictures and photographs it has seen. It errs at known rates, "
        "more often on resized, recompressed or retouched pictures, and it can miss generators that it has not seen."
    )

    def __init__(self, artifact: str | Path = "synthetic-image") -> None:
        self._model = window_model(artifact)
        self.name = self.card.name

    @property
    def card(self) -> Card:
        """The card of the artifact."""
        return self._model.artifact.card

    def measure(self, rgb: NDArray[np.uint8]) -> Measured:
        """Return the mean logit, and class logits where the graph has them, of (H, W, 3) uint8 upright RGB, or ``too-small``."""
        scores = self._model.score(rgb)
        return Measured(None, "too-small") if scores is None else Measured(scores.logit, None, scores.mean("class_logits"))

    def examine(self, item: MediaItem) -> Evidence:
        """Examine a still image."""
        weights = self._model.artifact.weights_sha256
        if not item.is_image:
            return not_applicable(self, item, "format", "This model is validated on still images only.", weights_sha256=weights)
        scores = self._model.score_item(item)
        if scores is None:
            summary = f"This model needs at least {self._model.spec.min_side} pixels on the shorter side."
            return not_applicable(self, item, "too_small", summary, weights_sha256=weights)
        found = detect(self.card, scores.logit, bucket_of_item(item))
        if found is None:
            summary = "This model has no calibration for files of this size and compression."
            return not_applicable(self, item, "not_calibrated", summary, weights_sha256=weights)
        claim, score = found
        count = len(scores.boxes)
        windows = MeasureClaim(name="windows", value=count, unit="windows", note="read at native resolution, spread over the picture")
        return evidence_of(
            self,
            item,
            summary=f"A learned model read {count} {'window' if count == 1 else 'windows'} of the picture. {lean(claim)}",
            claims=(claim, windows),
            score=score,
            files=self._map(item, scores),
            weights_sha256=weights,
        )

    def _map(self, item: MediaItem, scores: WindowScores) -> tuple[EvidenceFile, ...]:
        if not item.want_pictures:
            return ()
        rgb = item.image.upright()
        read = scores if self._model.spec.map is None else self._model.map(rgb)
        if read is None or read.patches is None:
            return ()
        file, data = picture_file(
            overlay(rgb, read.boxes, read.patches),
            name="synthetic-image",
            role="overlay",
            title="Where the model looked",
            how_to_read=(
                "The model's answer place by place. Orange: texture that resembles generated pictures; blue: photographs; grey: neutral or "
                f"not read. Colour is full at a logit of {FULL_SCALE:g}. A small place says less than the whole picture; single spots "
                "mean little, and the map does not show what was changed."
            ),
        )
        return (item.attach(file, data),)
