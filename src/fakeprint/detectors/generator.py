"""Which family of generators do the pixels resemble?  Asked of every image; the judge uses the answer only where it finds generation.

The class logits come out of the same graph as the score of ``synthetic-image``, which is run once for both.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import NO_FAMILY, Card
from fakeprint.core.errors import ArtifactError
from fakeprint.core.evidence import AttributionClaim, Evidence, Question
from fakeprint.detectors.artifact import load_artifact
from fakeprint.detectors.measure import Measured
from fakeprint.detectors.windows import WindowScores, window_model
from fakeprint.media.examiner import Settings, evidence_of, not_applicable
from fakeprint.media.item import MediaItem


class GeneratorDetector:
    """Reads the class logits of an artifact: probabilities of the families it has seen, and unknown below the card's threshold."""

    name = "generator"
    version = "2"
    questions: tuple[Question, ...] = (Question.GENERATOR,)
    worth = (
        "A learned model compares the picture with families of generators it has seen. It can only name those; a picture of any other "
        "origin, a photograph included, is compared with the same families, so a resemblance alone says nothing about how it was made."
    )

    def __init__(self, artifact: str | Path = "synthetic-image") -> None:
        self._model = window_model(artifact)
        if self.card.attribution is None:
            raise ArtifactError(f"artifact {self.card.name} has no threshold for unknown generators in its card")
        self._attribution = self.card.attribution

    @classmethod
    def from_settings(cls, settings: Settings) -> "GeneratorDetector":
        """Read the first of the run's own models that names families, else the shipped one."""
        own = (folder for folder in settings.models if load_artifact(folder).card.attribution is not None)
        return cls(next(own, "synthetic-image"))

    @property
    def card(self) -> Card:
        """The card of the artifact."""
        return self._model.artifact.card

    def measure(self, rgb: NDArray[np.uint8]) -> Measured:
        """Return the mean class logits of (H, W, 3) uint8 upright RGB, or ``too-small``."""
        scores = self._model.score(rgb)
        return (
            Measured(None, "too-small") if scores is None else Measured(None, None, scores.mean("class_logits"), scores.mean("embedding"))
        )

    def examine(self, item: MediaItem) -> Evidence:
        """Examine a still image."""
        weights = self._model.artifact.weights_sha256
        if not item.is_image:
            return not_applicable(self, item, "format", "This model is validated on still images only.", weights_sha256=weights)
        scores = self._model.score_item(item)
        if scores is None:
            summary = f"This model needs at least {self._model.spec.min_side} pixels on the shorter side."
            return not_applicable(self, item, "too_small", summary, weights_sha256=weights)
        found = {name: round(value, 6) for name, value in self._probabilities(scores).items() if name != NO_FAMILY}
        best = max(found, key=found.__getitem__)
        known = found[best] >= self._attribution.min_probability
        resembles = f"most like {best}" if known else "like none of them clearly enough to name it"
        claim = AttributionClaim(
            names=tuple(found),
            probabilities=tuple(found.values()),
            min_probability=self._attribution.min_probability,
            validated_until=self.card.validated_until,
        )
        summary = f"Compared with {len(found)} families of generators, the picture is {resembles}."
        return evidence_of(self, item, summary=summary, claims=(claim,), weights_sha256=weights)

    def _probabilities(self, scores: WindowScores) -> dict[str, float]:
        logits = np.asarray(scores.mean("class_logits"), np.float64) / self._attribution.temperature
        odds = np.exp(logits - logits.max())
        return dict(zip(self.card.labels, map(float, odds / odds.sum()), strict=True))
