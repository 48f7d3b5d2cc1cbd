"""A detector by the name of a shipped artifact, or by the folder of any other."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from fakeprint.core.card import FaceSpec
from fakeprint.core.evidence import Question
from fakeprint.detectors import TABLE
from fakeprint.detectors.artifact import load_artifact
from fakeprint.detectors.measure import PixelDetector
from fakeprint.media.examiner import Settings


def load_detector(name_or_folder: str | Path, settings: Settings | None = None) -> PixelDetector:
    """Open the artifact and return the detector that runs its kind: face crops, windows, or windows that name a family.

    ``settings`` say which frames of videos face detectors look at, with which finder, and how the frames' scores become one.

    Raises:
        UnknownNameError, ArtifactError: see :func:`~fakeprint.detectors.artifact.load_artifact`.
    """
    artifact = load_artifact(name_or_folder)
    if isinstance(artifact.card.input.crop, FaceSpec):
        of_faces: Callable[[Path, Settings | None], PixelDetector] = _class("face-swap")
        return of_faces(artifact.folder, settings)
    of_windows: Callable[[Path], PixelDetector] = _class("generator" if artifact.card.question is Question.GENERATOR else "synthetic-image")
    return of_windows(artifact.folder)


def _class(kind: str) -> Any:
    module, _, attribute = TABLE[kind].partition(":")
    return getattr(import_module(module), attribute)
