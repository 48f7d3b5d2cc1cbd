"""What a network that redraws its input shows of one face: the redrawing, its distance from the face, and where weight was given."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.evidence import EvidenceFile
from fakeprint.media.evidence_file import picture_file

WHITE = 0.25
"""Distance that is drawn white; the scale is fixed, so that maps of different files compare."""


def redrawing_pictures(
    face: NDArray[np.uint8],
    reconstruction: NDArray[np.float32],
    residual: NDArray[np.float32],
    attention: NDArray[np.float32],
    *,
    name: str,
) -> tuple[tuple[EvidenceFile, bytes], ...]:
    """Return three pictures with their texts.

    ``face`` is the crop (S, S, 3) uint8 RGB; ``reconstruction`` (3, S, S), ``residual`` (1, S, S) and ``attention`` (1, h, w) are the
    graph's outputs in [0, 1] (:mod:`fakeprint.core.card`).  ``name`` begins the file names.
    """
    size = face.shape[1], face.shape[0]
    weight = Image.fromarray(attention[0].astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return (
        picture_file(
            np.concatenate([face, _eight_bit(reconstruction.transpose(1, 2, 0))], axis=1),
            name=f"{name}-reconstruction",
            role="map",
            title="The face, and the face as the model redraws it",
            how_to_read=(
                "Left: the face as the model reads it. Right: the same face as the model redraws it from its own summary. It learned to "
                "redraw unaltered faces only. The redrawing is always softer than the face; by itself it says nothing."
            ),
        ),
        picture_file(
            _eight_bit(residual[0] / WHITE),
            name=f"{name}-residual",
            role="map",
            title="Where the redrawing differs from the face",
            how_to_read=(
                f"Brighter: a larger difference between the two faces, mean over the colours; white from {WHITE:.0%} of the full range on. "
                "Hair, teeth, glasses and the outline are bright in every face. This is not a map of changes."
            ),
        ),
        picture_file(
            _eight_bit(np.asarray(weight)),
            name=f"{name}-attention",
            role="map",
            title="Where the model gives weight",
            how_to_read=(
                "Brighter: places to which the model gives more weight because of that difference; white is full weight. How weight "
                "follows from the difference is learned, so it can also fall where the difference grows."
            ),
        ),
    )


def _eight_bit(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(np.clip(values, 0.0, 1.0) * 255).astype(np.uint8)
