"""Were faces exchanged or generated?  A model that redraws the face and shows where that fails (specs: recce)."""

from pathlib import Path

import numpy as np

from fakeprint.core.evidence import Evidence, EvidenceFile
from fakeprint.detectors.face_crops import FaceCropDetector
from fakeprint.detectors.redrawing import redrawing_pictures
from fakeprint.detectors.windows import normalise
from fakeprint.media.examiner import Settings
from fakeprint.media.faces import Face, crop_face
from fakeprint.media.item import MediaItem

WORTH = (
    "A learned model redraws the face and compares; it looks for traces of exchange and generation by the methods it has seen. It errs at "
    "known rates where it was measured, more often on other cameras, methods and compression, and it says nothing about the rest of the "
    "picture. Its maps explain the score; they are no maps of changes."
)
MAPS = ("reconstruction", "residual", "attention")


class RecceDetector(FaceCropDetector):
    """Runs an artifact that also gives its maps; for the face of an image that scores highest they are shown beside the score."""

    def __init__(self, artifact: str | Path, settings: Settings | None = None) -> None:
        super().__init__(artifact, WORTH, settings)

    def _image(self, item: MediaItem) -> Evidence:
        evidence = super()._image(item)
        if not item.want_pictures or not evidence.regions:
            return evidence
        return evidence.model_copy(update={"files": (*evidence.files, *self._maps(item, evidence))})

    def _maps(self, item: MediaItem, evidence: Evidence) -> tuple[EvidenceFile, ...]:
        rgb = item.image.upright()
        strongest = max(evidence.regions, key=lambda one: one.score or 0.0)
        crop = crop_face(rgb, Face(strongest.box, 1.0, np.zeros((6, 2), np.float32)), self.spec)
        image = normalise(crop[None], self.card.input.pixels)
        redrawn, residual, attention = (found[0] for found in self._session.run(list(MAPS), {self.card.input.name: image}))
        pictures = redrawing_pictures(crop, redrawn, residual, attention, name=self.name)
        return tuple(item.attach(file, data) for file, data in pictures)
