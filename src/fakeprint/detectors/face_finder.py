"""Finds faces with an artifact: our own small network by default, any other of the same form that the user supplies.

A face finder's graph takes ``image`` ``(1, 3, size, size)`` and returns ``anchors`` ``(1, 896, 17)`` or ``boxes`` ``(1, K, 15 or 17)``,
as its card says (:class:`fakeprint.core.card.FaceSearchSpec`).  Everything around it is the same for all: letterboxing, tiles, merging.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.card import FaceSearchSpec
from fakeprint.core.errors import ArtifactError
from fakeprint.detectors.artifact import Artifact, load_artifact
from fakeprint.media.face_boxes import ANCHORS, ROW, WIDTHS, Rows, decode, iou, read_boxes, weighted_nms
from fakeprint.media.face_tiles import Policy, Tile, belongs, letterbox, tiles_of, to_source
from fakeprint.media.faces import Face, crop_square, face_of

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

DEFAULT = "face-finder"
_OUTPUTS = ("anchors", "boxes")
_MOST_AGAIN = 32
"""Detections of one picture that are looked at from close up, the surest ones."""
_TURNS = (-12.0, 12.0)
"""Degrees by which a face is turned for a second opinion."""
_TURNED_PARTS = (1.9, 2.6)
"""Sides of the squares in which it is then looked at, in sides of the face."""
_FAINT = 0.02
"""Score under which a look counts as having lost the face."""
_NEAR, _NEAR_SIDE = 4.0, 288
"""What is turned: a square of so many sides of the face, in so many pixels."""


class FaceFinder:
    """Finds faces in pictures and frames.

    ``artifact`` is a shipped name, a folder, or a loaded artifact.  ``policy`` and ``min_face`` (pixels) override the card's search:
    ``whole`` looks once at the whole picture, ``pyramid`` also looks at tiles for faces down to ``min_face``.

    Where the card asks for it, each detection is looked at again from close up, and counts if it is seen there too.

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
        self._output = "".join(one.name for one in card.outputs)
        if self._output not in _OUTPUTS:
            raise ArtifactError(f"artifact {card.name} names other outputs than one of {', '.join(_OUTPUTS)}")
        self.policy: Policy = policy or self.spec.policy
        self.min_face = min_face if min_face is not None else self.spec.min_face
        self._threads = threads
        mean, std = np.array(card.input.pixels.mean, np.float32), np.array(card.input.pixels.std, np.float32)
        self._factor, self._shift = (1 / (255 * std))[:, None, None], (mean / std)[:, None, None]

    @cached_property
    def _session(self) -> "InferenceSession":
        session, card = self.artifact.session(threads=self._threads), self.artifact.card
        if self._output not in {one.name for one in session.get_outputs()} or [one.name for one in session.get_inputs()] != [
            card.input.name
        ]:
            raise ArtifactError(f"artifact {card.name}: its graph does not give {self._output} for {card.input.name}")
        return session

    def find(self, rgb: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Return the faces of (H, W, 3) uint8 RGB pixels, the surest first; empty where none is found.

        The same pixels give the same faces, whatever was looked at before.
        """
        height, width = rgb.shape[:2]
        return self.look(rgb, tiles_of(width, height, self.policy, size=self.spec.size, min_face=self.min_face))

    def look(self, rgb: NDArray[np.uint8], tiles: tuple[Tile, ...]) -> tuple[Face, ...]:
        """Return the faces that are seen in these tiles of (H, W, 3) pixels alone; the first tile is the coarsest."""
        first = self.spec.min_first or self.spec.min_score
        found = np.concatenate([self._look(rgb, tile, first, coarser=tile is not tiles[0]) for tile in tiles])
        merged = weighted_nms(found, overlap=self.spec.nms_overlap, score="max" if self.spec.again else "mean")
        merged = merged[np.argsort(-merged[:, 16], kind="stable")]
        if self.spec.again:
            merged = self._confirmed(rgb, merged[:_MOST_AGAIN])
        return tuple(face_of(row) for row in merged)

    def turned(self, rgb: NDArray[np.uint8], face: Face) -> float:
        """Return the least score, in [0, 1], of a face in (H, W, 3) pixels when it is looked at turned and mirrored; 0 if it is lost once.

        What is a face stays one when turned a little; a flower or a wall that was taken for one seldom does.
        """
        near, box = _surroundings(rgb, face)
        least = 1.0
        for mirrored in (near, near.transpose(Image.Transpose.FLIP_LEFT_RIGHT)):
            for degrees in _TURNS:
                turned = np.asarray(mirrored.rotate(degrees, Image.Resampling.BILINEAR))
                for part in _TURNED_PARTS:
                    seen = self._look(turned, _square(box, part), _FAINT, coarser=False)
                    seen = seen[iou(box, seen[:, :4]) > self.spec.nms_overlap]
                    least = min(least, float(seen[:, 16].max(initial=0.0)))
        return least

    def _confirmed(self, rgb: NDArray[np.uint8], rows: Rows) -> Rows:
        """Return the detections that every closer look shows too, as the mean of what those looks show; the surest first."""
        looks = [[self._seen_again(rgb, row, part) for part in self.spec.again] for row in rows]
        means = [np.mean(seen, axis=0) for seen in looks if all(len(one) for one in seen)]
        merged = weighted_nms(np.array(means, np.float32).reshape(-1, ROW), overlap=self.spec.nms_overlap)
        return merged[np.argsort(-merged[:, 16], kind="stable")]

    def _seen_again(self, rgb: NDArray[np.uint8], row: NDArray[np.float32], part: float) -> NDArray[np.float32]:
        """Return what the square around a detection shows in its place, (17,), or an empty array."""
        found = weighted_nms(self._look(rgb, _square(row, part), self.spec.min_score, coarser=False), overlap=self.spec.nms_overlap)
        found = found[iou(row[:4], found[:, :4]) > self.spec.nms_overlap]
        return found[np.argmax(found[:, 16])] if len(found) else found.reshape(0)

    def _look(self, rgb: NDArray[np.uint8], tile: Tile, min_score: float, *, coarser: bool) -> Rows:
        """Return the unmerged detections of one tile in source pixels, (K, 17).

        Tiles go through the graph one at a time: on a CPU that is faster than together, and no face depends on what else is looked at.
        """
        height, width = rgb.shape[:2]
        pixels, scale = letterbox(rgb, tile, self.spec.size)
        image = pixels.transpose(2, 0, 1) * self._factor - self._shift
        (raw,) = self._session.run([self._output], {self.artifact.card.input.name: image[None].astype(np.float32, copy=False)})
        rows = to_source(self._read(raw[0], min_score), tile, scale)
        return rows[belongs(rows, tile, coarser=coarser, width=width, height=height)]

    def _read(self, raw: NDArray[np.float32], min_score: float) -> Rows:
        if self._output == "anchors" and raw.shape == ANCHORS:
            return decode(raw, size=self.spec.size, min_score=min_score)
        if self._output == "boxes" and raw.ndim == 2 and raw.shape[1] in WIDTHS:
            return read_boxes(raw, min_score=min_score)
        raise ArtifactError(f"artifact {self.artifact.card.name}: {self._output} have the shape {raw.shape}")


def _square(row: NDArray[np.float32], part: float) -> Tile:
    """Return the square around a detection of ``part`` times its longer side."""
    left, top, right, bottom = row[:4].tolist()
    side = max(2, round(part * max(right - left, bottom - top)))
    return Tile(round((left + right - side) / 2), round((top + bottom - side) / 2), side, side)


def _surroundings(rgb: NDArray[np.uint8], face: Face) -> tuple[Image.Image, NDArray[np.float32]]:
    """Return the square around a face, black beyond the picture, and the face's box (4,) in its middle."""
    left, top, side = crop_square(face, _NEAR)
    near, scale = letterbox(rgb, Tile(left, top, side, side), _NEAR_SIDE)
    half = np.array([face.box[2] - face.box[0], face.box[3] - face.box[1]]) / scale / 2
    return Image.fromarray(near), (_NEAR_SIDE / 2 + np.concatenate([-half, half])).astype(np.float32)
