"""Pixels to scores for models that look at windows over the whole picture (the rule stands in :mod:`fakeprint.core.card`)."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import PixelSpec, WindowSpec
from fakeprint.core.errors import ArtifactError
from fakeprint.core.windows import Box, map_boxes, window_boxes
from fakeprint.detectors.artifact import Artifact, load_artifact
from fakeprint.media.item import MediaItem

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_BATCH = 8


@dataclass(frozen=True)
class WindowScores:
    """Raw outputs over N windows: boxes in upright pixels, and the graph's outputs by name, each with N rows."""

    boxes: tuple[Box, ...]
    outputs: dict[str, NDArray[np.float32]]

    @property
    def logit(self) -> float:
        """The mean logit of the windows."""
        return float(self.outputs["logit"].mean())

    @property
    def patches(self) -> NDArray[np.float32] | None:
        """Patch logits (N, h, w), None where the graph gives none."""
        found = self.outputs.get("patch_logits")
        return None if found is None else found[:, 0]

    def mean(self, name: str) -> tuple[float, ...]:
        """Return the mean of a vector output over the windows, empty where the graph has no such output."""
        values = self.outputs.get(name)
        return () if values is None else tuple(map(float, values.mean(axis=0)))


class WindowModel:
    """A verified artifact whose input is a batch of windows.  Remembers the last file, so that examiners can share one run."""

    def __init__(self, artifact: Artifact) -> None:
        if not isinstance(artifact.card.input.crop, WindowSpec):
            raise ArtifactError(f"artifact {artifact.card.name} looks at {artifact.card.input.crop.type}, not at windows")
        self.artifact = artifact
        self.spec = artifact.card.input.crop
        self._last: tuple[str, WindowScores | None] | None = None

    @cached_property
    def _session(self) -> "InferenceSession":
        return self.artifact.session()

    def score(self, rgb: NDArray[np.uint8]) -> WindowScores | None:
        """Run the model on (H, W, 3) uint8 upright RGB; None where the picture is smaller than the model's least side."""
        boxes = window_boxes(rgb.shape[1], rgb.shape[0], self.spec)
        return self._run(rgb, boxes) if boxes else None

    def map(self, rgb: NDArray[np.uint8]) -> WindowScores | None:
        """Run the model on the windows of the heat map; None as in :meth:`score`."""
        boxes = map_boxes(rgb.shape[1], rgb.shape[0], self.spec)
        return self._run(rgb, boxes) if boxes else None

    def _run(self, rgb: NDArray[np.uint8], boxes: tuple[Box, ...]) -> WindowScores:
        names = [output.name for output in self.artifact.card.outputs]
        batches = [
            self._session.run(names, {self.artifact.card.input.name: self._batch(rgb, boxes[start : start + _BATCH])})
            for start in range(0, len(boxes), _BATCH)
        ]
        return WindowScores(boxes, {name: np.concatenate(parts) for name, parts in zip(names, zip(*batches, strict=True), strict=True)})

    def score_item(self, item: MediaItem) -> WindowScores | None:
        """Run the model on an image, once for all examiners that ask."""
        if self._last is None or self._last[0] != item.media.sha256:
            self._last = (item.media.sha256, self.score(item.image.upright()))
        return self._last[1]

    def _batch(self, rgb: NDArray[np.uint8], boxes: tuple[Box, ...]) -> NDArray[np.float32]:
        windows = np.stack([rgb[top:bottom, left:right] for left, top, right, bottom in boxes])
        return normalise(windows, self.artifact.card.input.pixels)


@cache
def window_model(name_or_folder: str | Path) -> WindowModel:
    """Return the model of that name or folder, opened once for each process."""
    return WindowModel(load_artifact(name_or_folder))


def normalise(pixels: NDArray[np.uint8], spec: PixelSpec) -> NDArray[np.float32]:
    """Turn (N, H, W, 3) uint8 RGB into (N, 3, H, W) float32 as the card says.

    >>> normalise(np.full((1, 1, 1, 3), 255, np.uint8), PixelSpec(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))).ravel().tolist()
    [1.0, 1.0, 1.0]
    """
    std = np.asarray(spec.std, np.float32)
    scaled = pixels.transpose(0, 3, 1, 2) * (np.float32(1 / 255) / std)[:, None, None]
    normalised: NDArray[np.float32] = np.ascontiguousarray(scaled - (np.asarray(spec.mean, np.float32) / std)[:, None, None], np.float32)
    return normalised
