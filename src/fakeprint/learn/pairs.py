"""A repeatable stream of face pairs: the same person as filmed and as manipulated, under one delivery."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample
from fakeprint.learn.blend import self_blend
from fakeprint.learn.pixels import PixelStore
from fakeprint.learn.stream import Crop, to_tensor
from fakeprint.transforms.law import Law
from fakeprint.transforms.transform import Pixels


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


class PairStream(Dataset[Crop]):
    """Positions 2k and 2k + 1 are the authentic and the manipulated member of one drawn pair, delivered alike.

    With probability ``blend`` the second is the first one self-blended instead.  Pairs are samples of one group; groups without
    both labels are left out.
    """

    def __init__(self, samples: Sequence[Sample], store: PixelStore, way: FaceDelivery, seed: int, *, blend: float) -> None:
        groups: dict[str, tuple[list[Sample], list[Sample]]] = defaultdict(lambda: ([], []))
        for sample in samples:
            groups[sample.group][sample.label.positive].append(sample)
        self.pairs = [pair for pair in groups.values() if pair[0] and pair[1]]
        if not self.pairs:
            raise UsageError("no group holds both an authentic and a manipulated face")
        self.store, self.way, self.seed, self.blend = store, way, seed, blend

    def __getitem__(self, position: int) -> Crop:
        rng = np.random.default_rng([self.seed, position // 2])
        authentic, manipulated = self.pairs[int(rng.integers(len(self.pairs)))]
        first = authentic[int(rng.integers(len(authentic)))]
        second = manipulated[int(rng.integers(len(manipulated)))]
        blended, way_seed, blend_seed = rng.random() < self.blend, int(rng.integers(2**62)), int(rng.integers(2**62))
        face = self.store.get((second if position % 2 and not blended else first).id)
        if position % 2 and blended:
            face = self_blend(face, np.random.default_rng(blend_seed))
        return to_tensor(self.way.apply(face, np.random.default_rng(way_seed))), torch.tensor(position % 2)
