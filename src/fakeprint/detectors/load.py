"""A detector by the name of a shipped artifact, or by the folder of any other."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from fakeprint.core.card import FaceSpec
from fakeprint.core.evidence import Question
from fakeprint.detectors import TABLE
from fakeprint.detectors.artifact import Artifact, load_artifact
from fakeprint.detectors.measure import PixelDetector
from fakeprint.media.examiner import Settings

_NAMING = "generator"
_REDRAWING = "fakeprint.detectors.recce:RecceDetector"
"""Runs face models whose graph gives a reconstruction; none ships with the package."""


def measured_artifact(name_or_folder: str | Path) -> Artifact:
    """Return the artifact behind a detector that is measured: ``generator`` stands for the shipped one's class logits without its score.

    Raises:
        UnknownNameError, ArtifactError: see :func:`~fakeprint.detectors.artifact.load_artifact`.
    """
    if str(name_or_folder) != _NAMING:
        return load_artifact(name_or_folder)
    shipped = load_artifact("synthetic-image")
    return replace(shipped, card=shipped.card.model_copy(update={"name": _NAMING, "question": Question.GENERATOR, "calibration": None}))


def load_detector(name_or_folder: str | Path, settings: Settings | None = None) -> PixelDetector:
    """Open the artifact and return the detector that runs its kind; ``generator`` is that of the shipped one's class logits.

    ``settings`` say which frames of videos face detectors look at, with which finder, and how the frames' scores become one.

    Raises:
        UnknownNameError, ArtifactError: see :func:`~fakeprint.detectors.artifact.load_artifact`.
    """
    artifact = measured_artifact(name_or_folder)
    if isinstance(artifact.card.input.crop, FaceSpec):
        redraws = any(one.name == "reconstruction" for one in artifact.card.outputs)
        of_faces: Callable[[Path, Settings | None], PixelDetector] = _class(_REDRAWING if redraws else TABLE["face-swap"])
        return of_faces(artifact.folder, settings)
    of_windows: Callable[[Path], PixelDetector] = _class(
        TABLE[_NAMING if artifact.card.question is Question.GENERATOR else "synthetic-image"]
    )
    return of_windows(artifact.folder)


def _class(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
