"""A detector by the name of a shipped artifact, or by the folder of any other."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from fakeprint.core.card import FaceSpec
from fakeprint.core.evidence import Question
from fakeprint.detectors import TABLE
from fakeprint.detectors.artifact import load_artifact
from fakeprint.detectors.measure import PixelDetector


def load_detector(name_or_folder: str | Path) -> PixelDetector:
    """Open the artifact and return the detector that runs its kind: face crops, windows, or windows that name a family.

    Raises:
        UnknownNameError, ArtifactError: see :func:`~fakeprint.detectors.artifact.load_artifact`.
    """
    artifact = load_artifact(name_or_folder)
    if isinstance(artifact.card.input.crop, FaceSpec):
        kind = "face-swap"
    else:
        kind = "generator" if artifact.card.question is Question.GENERATOR else "synthetic-image"
    module, _, attribute = TABLE[kind].partition(":")
    make: Callable[[Path], PixelDetector] = getattr(import_module(module), attribute)
    return make(artifact.folder)
