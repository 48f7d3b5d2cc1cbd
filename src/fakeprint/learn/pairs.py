"""A repeatable stream of face pairs: the same person as filmed and as manipulated, under one delivery."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample
from fakeprint.generators.blend_law import BlendLaw
from fakeprint.learn.pixels import PixelStore
from fakeprint.learn.stream import Crop, to_tensor
from fakeprint.media.faces import Face
from fakeprint.transforms.law import Law
from fakeprint.transforms.transform import Pixels

MARGIN = 1.2
"""Side of what is cut around a face that is blended, in sides of its box: the delivery leaves 0.8 to 1 of it."""


@dataclass(frozen=True)
class FaceDelivery:
    """A square part of the face crop (0.8 to 1 of its side), the law, one resize to ``size``, mirrored at random."""

    law: Law
    size: int

    def apply(self, face: Pixels, rng: np.random.Generator) -> Pixels:
        """Return (size, size, 3) uint8 RGB."""
        side = int(min(face.shape[:2]) * rng.uniform(0.8, 1.0))
        top, left = int(rng.integers(face.shape[0] - side + 1)), int(rng.integers(face.shape[1] - side + 1))
        delivered, _ = self.law.apply(face[top : top + side, left : left + side], rng)
        sized = face_input(delivered, self.size)
        return np.ascontiguousarray(sized[:, ::-1]) if rng.random() < 0.5 else sized


def face_input(face: Pixels, size: int) -> Pixels:
    """Resize a face crop to the network's input, as the card's FaceSpec says."""
    return np.array(Image.fromarray(face).resize((size, size), Image.Resampling.BILINEAR))


@dataclass(frozen=True)
class Blending:
    """How often a manipulated face is a self-blended one: with probability ``share``, by ``law``.

    ``faces`` by sample id say where the face lies; samples without one are never blended.
    """

    share: float
    law: BlendLaw
    faces: Mapping[str, Face]


class PairStream(Dataset[Crop]):
    """Positions 2k and 2k + 1 are the authentic and the manipulated member of one drawn pair, delivered alike.

    Pairs are samples of one group, drawn evenly; with probability ``blending.share`` the second is the first one self-blended instead.
    Groups of authentic samples alone, and at share 1 all, give a pair for each sample with a face: a square around that face, and
    the same self-blended.  So a source without manipulated faces teaches what it has without becoming a sign of one label.
    """

    together = 2

    def __init__(
        self, samples: Sequence[Sample], store: PixelStore, way: FaceDelivery, seed: int, blending: Blending | None = None
    ) -> None:
        self.store, self.way, self.seed, self.blending = store, way, seed, blending
        groups: dict[str, tuple[list[Sample], list[Sample]]] = defaultdict(lambda: ([], []))
        for sample in samples:
            groups[sample.group][sample.label.positive].append(sample)
        always = blending is not None and blending.share == 1
        self.pairs = [pair for pair in groups.values() if pair[0] and pair[1] and not always]
        if blending is not None:
            alone = [one for authentic, manipulated in groups.values() if always or not manipulated for one in authentic]
            self.pairs += [([one], []) for one in alone if one.id in blending.faces]
        if not self.pairs:
            raise UsageError("no group holds both an authentic and a manipulated face, and no authentic face can be blended")

    def __getitem__(self, position: int) -> Crop:
        rng = np.random.default_rng([self.seed, position // 2])
        authentic, manipulated = self.pairs[int(rng.integers(len(self.pairs)))]
        first = authentic[int(rng.integers(len(authentic)))]
        second = manipulated[int(rng.integers(len(manipulated)))] if manipulated else None
        chance, way_seed, blend_seed = rng.random(), int(rng.integers(2**62)), int(rng.integers(2**62))
        face = self._face(first, second, position % 2, chance, blend_seed)
        return to_tensor(self.way.apply(face, np.random.default_rng(way_seed))), torch.tensor(position % 2)

    def _face(self, first: Sample, second: Sample | None, label: int, chance: float, seed: int) -> Pixels:
        blending = self.blending
        blended = blending is not None and first.id in blending.faces and (second is None or chance < blending.share)
        if not blended or blending is None:
            return self.store.get(second.id if label and second is not None else first.id)
        pixels, face = self.store.get(first.id), blending.faces[first.id]
        if label:
            pixels = blending.law.draw(face.keypoints, np.random.default_rng(seed)).apply(pixels).pixels
        return pixels if second is not None else around(pixels, face)


def around(pixels: Pixels, face: Face) -> Pixels:
    """Return a square of ``MARGIN`` times the face's side around its box, moved and shrunk so that it lies inside the picture."""
    height, width = pixels.shape[:2]
    side = min(height, width, round(MARGIN * face.side))
    left = round((face.box[0] + face.box[2] - side) / 2)
    top = round((face.box[1] + face.box[3] - side) / 2)
    left, top = min(max(left, 0), width - side), min(max(top, 0), height - side)
    return pixels[top : top + side, left : left + side]
