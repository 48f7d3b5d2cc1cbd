"""Face crops brought to the input size first and degraded afterwards, as DFSpot does in training (specs: dfspot 7)."""

from dataclasses import dataclass

import numpy as np

from fakeprint.core.card import FaceSpec
from fakeprint.learn.pairs import face_input
from fakeprint.media.faces import fit_face
from fakeprint.transforms.law import Law
from fakeprint.transforms.transform import Pixels


@dataclass(frozen=True)
class SizedFaceDelivery:
    """The whole crop brought to size by the card's rule, the law, mirrored at random."""

    law: Law
    spec: FaceSpec

    def apply(self, face: Pixels, rng: np.random.Generator) -> Pixels:
        """Return (size, size, 3) uint8 RGB."""
        sized = sized_face(face, self.spec, self.law, rng)
        return np.ascontiguousarray(sized[:, ::-1]) if rng.random() < 0.5 else sized


def sized_face(face: Pixels, spec: FaceSpec, law: Law, rng: np.random.Generator) -> Pixels:
    """Return the crop as (size, size, 3) uint8: fitted, put through the law, and stretched back where the law changed its size."""
    delivered, _ = law.apply(fit_face(np.ascontiguousarray(face), spec), rng)
    return delivered if delivered.shape[:2] == (spec.size, spec.size) else face_input(delivered, spec.size)
