"""Fixed deliveries for validation and measurement: the same pixels every time, alike for both classes."""

import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from fakeprint.core.card import FaceSpec
from fakeprint.core.sample import Sample
from fakeprint.learn.pairs import face_input
from fakeprint.learn.pixels import PixelStore
from fakeprint.learn.recipe import ConditionRecipe
from fakeprint.learn.sized_faces import sized_face
from fakeprint.learn.stream import random_window, unaligned
from fakeprint.transforms.law import Law
from fakeprint.transforms.transform import Pixels


def fixed_view(pixels: Pixels, sample_id: str, condition: ConditionRecipe, face: FaceSpec | int | None = None) -> Pixels:
    """Return the picture as delivered under a condition; what is random in it depends on sample and condition alone.

    ``face`` is the input size of a face network, which gets its crop resized to that side after the condition's law; or the rule by
    which the whole crop is brought to size before it.
    """
    rng = np.random.default_rng([zlib.crc32(sample_id.encode()), zlib.crc32(condition.name.encode())])
    if isinstance(face, FaceSpec):
        return sized_face(pixels, face, Law(condition.law), rng)
    delivered, _ = Law(condition.law).apply(unaligned(pixels, rng), rng)
    if face is not None:
        return face_input(delivered, face)
    return np.ascontiguousarray(random_window(delivered, condition.crop, rng))


def view_batches(
    samples: Sequence[Sample], store: PixelStore, condition: ConditionRecipe, face: FaceSpec | int | None = None, size: int = 16
) -> Iterator[tuple[list[int], np.ndarray]]:
    """Yield ``(positions, (n, H, W, 3) uint8)`` batches of equal shape that together hold every sample once."""
    waiting: dict[tuple[int, ...], list[tuple[int, Pixels]]] = {}
    for at, sample in enumerate(samples):
        view = fixed_view(store.get(sample.id), sample.id, condition, face)
        held = waiting.setdefault(view.shape, [])
        held.append((at, view))
        if len(held) == size:
            yield [one for one, _ in held], np.stack([view for _, view in held])
            held.clear()
    for held in waiting.values():
        if held:
            yield [one for one, _ in held], np.stack([view for _, view in held])
