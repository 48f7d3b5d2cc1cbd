"""Were faces exchanged?"""

from pathlib import Path

from fakeprint.detectors.face_crops import FaceCropDetector
from fakeprint.media.examiner import Settings

WORTH = (
    "A learned model looks at faces for traces of exchange by the methods it has seen. It errs at known rates, more often on small, "
    "blurred, covered or strongly compressed faces, and it says nothing about edits elsewhere in the picture."
)


class FaceSwapDetector(FaceCropDetector):
    """Runs the ``face-swap`` artifact, or another one of the same kind."""

    def __init__(self, artifact: str | Path = "face-swap", settings: Settings | None = None) -> None:
        super().__init__(artifact, WORTH, settings)

    @classmethod
    def from_settings(cls, settings: Settings) -> "FaceSwapDetector":
        """Return the shipped detector with the settings of a run."""
        return cls(settings=settings)
