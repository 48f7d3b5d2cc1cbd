"""What a learned detector reads from pixels alone: the road that evaluation and calibration take, without a file and without a verdict."""

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import Card
from fakeprint.media.examiner import Examiner


class Measured(NamedTuple):
    """The raw output for one picture.

    ``logit`` is the pooled log-odds of label 1 before calibration, None where the detector does not apply (too small, no face);
    ``reason`` then says why in one lower-case word or hyphenated words.  ``class_logits`` are in the order of the card's ``labels``,
    ``embedding`` is the pooled feature vector; both are empty for models that give none.
    """

    logit: float | None
    reason: str | None = None
    class_logits: tuple[float, ...] = ()
    embedding: tuple[float, ...] = ()


class MeasuredVideo(NamedTuple):
    """The raw output for a video, and in how many of its frames something was scored."""

    measured: Measured
    frames_scored: int


class VideoMeasuring(Protocol):
    """Frames of one video in, one result out."""

    def add(self, rgb: NDArray[np.uint8], time_s: float) -> None:
        """Take the next frame, (H, W, 3) uint8 upright RGB."""
        ...

    def result(self) -> MeasuredVideo:
        """Return the result over all frames taken."""
        ...


@runtime_checkable
class VideoDetector(Protocol):
    """A detector that reads a video as a whole, for example person by person."""

    def video(self) -> VideoMeasuring:
        """Return what measures one video."""
        ...


class PixelDetector(Examiner, Protocol):
    """A detector that can be asked about pixels; the same numbers stand behind its evidence in a scan."""

    @property
    def card(self) -> Card:
        """The card of the artifact behind it."""
        ...

    def measure(self, rgb: NDArray[np.uint8]) -> Measured:
        """Measure (H, W, 3) uint8 upright RGB, at least 1x1.  Finite numbers or not applicable, never NaN."""
        ...


class FrameMean:
    """A video measured by a detector of pictures: the mean over its frames that have a score."""

    def __init__(self, detector: PixelDetector) -> None:
        self._detector = detector
        self._logits: list[float] = []
        self._reason = "no-score"

    def add(self, rgb: NDArray[np.uint8], time_s: float) -> None:  # noqa: ARG002  (a mean does not ask when)
        """Take the next frame, (H, W, 3) uint8 upright RGB."""
        measured = self._detector.measure(rgb)
        if measured.logit is not None:
            self._logits.append(measured.logit)
        else:
            self._reason = measured.reason or self._reason

    def result(self) -> MeasuredVideo:
        """Return the mean logit, or why there is none."""
        if not self._logits:
            return MeasuredVideo(Measured(None, self._reason), 0)
        return MeasuredVideo(Measured(sum(self._logits) / len(self._logits)), len(self._logits))
