"""Where the faces of training pictures lie, found once and kept."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.durable import atomic_file
from fakeprint.core.sample import Sample
from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.generators.face_mask import face_size
from fakeprint.learn.pixels import PixelStore
from fakeprint.media.face_boxes import ROW
from fakeprint.media.faces import Face, face_of

LEAST = 24.0
"""Smaller faces, in pixels between the ears, are not taken."""


def find_faces(samples: Sequence[Sample], store: PixelStore, cache: Path) -> dict[str, Face]:
    """Return the largest face of every sample, by id; samples without one are left out, never given a guessed one.

    So are faces smaller than ``LEAST`` and those whose middle lies outside the picture.  The result is kept under ``cache`` by the
    finder's weights and the samples.
    """
    finder = FaceFinder()
    named = "\n".join([finder.artifact.weights_sha256, *(f"{one.id}\0{one.sha256}" for one in samples)])
    path = cache / f"faces-{sha256(named.encode()).hexdigest()[:16]}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        found = np.stack([_largest(finder, store.get(one.id)) for one in samples])
        with atomic_file(path) as stream:
            np.save(stream, found)
    rows = np.load(path)
    return {one.id: face_of(row) for one, row in zip(samples, rows, strict=True) if np.isfinite(row).all()}


def _largest(finder: FaceFinder, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    face = max(finder.find(rgb), key=lambda one: one.side, default=None)
    if face is None or not usable(face, rgb.shape[1], rgb.shape[0]):
        return np.full(ROW, np.nan, np.float32)
    return np.concatenate([np.array(face.box, np.float32), face.keypoints.reshape(-1), np.array([face.score], np.float32)])


def usable(face: Face, width: int, height: int) -> bool:
    """Tell whether a face is large enough to be blended, its middle inside a picture of that size."""
    x, y = face.keypoints.mean(0)
    return face_size(face.keypoints) >= LEAST and 0 <= x < width and 0 <= y < height
