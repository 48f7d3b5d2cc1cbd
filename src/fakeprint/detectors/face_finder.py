"""Finds faces with an artifact: our own small network by default, any other of the same form that the user supplies.

A face finder's graph takes ``image`` ``(N, 3, size, size)`` and returns ``anchors`` ``(N, 896, 17)``, as its card says
(:class:`fakeprint.core.card.FaceSearchSpec`).  Everything around it is the same for all: letterboxing, tiles, merging.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import FaceSearchSpec
from fakeprint.core.errors import ArtifactError
from fakeprint.detectors.artifact import Artifact, load_artifact
from fakeprint.media.face_boxes import ROW, decode, weighted_nms
from fakeprint.media.face_tiles import Policy, Tile, belongs, letterbox, tiles_of, to_source
from fakeprint.media.faces import Face, face_of

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

DEFAULT = "face-finder"
_BATCH = 8


class FaceFinder:
    """Finds faces in pictures and frames.

    ``artifact`` is a shipped name, a folder, or a loaded artifact.  ``policy`` and ``min_face`` (pixels) override the card's search:
    ``whole`` looks once at the whole picture, ``pyramid`` also looks at tiles for faces down to ``min_face``.

    Raises:
        ArtifactError: the artifact is damaged, or no face finder.
    """

    def __init__(
        self,
        artifact: str | Path | Artifact = DEFAULT,
        *,
        policy: Policy | None = None,
        min_face: float | None = None,
        threads: int = 1,
    ) -> None:
        self.artifact = artifact if isinstance(artifact, Artifact) else load_artifact(artifact)
        card = self.artifact.card
        if not isinstance(card.input.crop, FaceSearchSpec):
            raise ArtifactError(f"artifact {card.name} looks at {card.input.crop.type}; it is no face finder")
        self.spec = card.input.crop
        self.policy: Policy = policy or self.spec.policy
        self.min_face = min_face if min_face is not None else self.spec.min_face
        self._threads = threads
        mean, std = np.array(card.input.pixels.mean, np.float32), np.array(card.input.pixels.std, np.float32)
        self._factor, self._shift = (1 / (255 * std))[:, None, None], (mean / std)[:, None, None]

    @cached_property
    def _session(self) -> "InferenceSession":
        return self.artifact.session(threads=self._threads)

    def find(self, rgb: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Return the faces of (H, W, 3) uint8 RGB pixels, the surest first; empty where none is found.

        The same pixels give the same faces, whatever was looked at before.
        """
        height, width = rgb.shape[:2]
        tiles = tiles_of(width, height, self.policy, size=self.spec.size, min_face=self.min_face)
        found = [self._look(rgb, tiles[start : start + _BATCH], tiles[0]) for start in range(0, len(tiles), _BATCH)]
        merged = weighted_nms(np.concatenate(found), overlap=self.spec.nms_overlap)
        return tuple(face_of(row) for row in merged[np.argsort(-merged[:, 16], kind="stable")])

    def _look(self, rgb: NDArray[np.uint8], tiles: tuple[Tile, ...], coarsest: Tile) -> NDArray[np.float32]:
        """Return the unmerged detections of some tiles in source pixels, (K, 17)."""
        size, (height, width) = self.spec.size, rgb.shape[:2]
        boxed = [letterbox(rgb, tile, size) for tile in tiles]
        batch = np.stack([pixels for pixels, _ in boxed]).transpose(0, 3, 1, 2) * self._factor - self._shift
        (raw,) = self._session.run(["anchors"], {self.artifact.card.input.name: batch.astype(np.float32, copy=False)})
        kept = [np.empty((0, ROW), np.float32)]
        for one, tile, (_, scale) in zip(raw, tiles, boxed, strict=True):
            rows = to_source(decode(one, size=size, min_score=self.spec.min_score), tile, scale)
            kept.append(rows[belongs(rows, tile, coarser=tile is not coarsest, width=width, height=height)])
        return np.concatenate(kept)
