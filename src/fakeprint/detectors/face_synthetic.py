"""Were faces made as a whole by a generator?"""

from pathlib import Path

from fakeprint.detectors.face_crops import FaceCropDetector

WORTH = (
    "A learned model compares faces with portraits made by the generators it has seen. It errs at known rates, more often on small or "
    "strongly compressed faces, and it can miss generators that it has not seen."
)


class FaceSyntheticDetector(FaceCropDetector):
    """Runs the ``face-synthetic`` artifact, or another one of the same kind."""

    def __init__(self, artifact: str | Path = "face-synthetic") -> None:
        super().__init__(artifact, WORTH)
