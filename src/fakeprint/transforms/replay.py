"""Do again what a history tells."""

from collections.abc import Iterable

from fakeprint.core.sample import Step
from fakeprint.transforms import TRANSFORMS
from fakeprint.transforms.transform import Pixels


def replay(pixels: Pixels, steps: Iterable[Step]) -> Pixels:
    """Apply the steps in order; equal pixels and steps give equal bytes.

    >>> import numpy as np
    >>> grey = np.full((8, 8, 3), 128, np.uint8)
    >>> replay(grey, [Step(name="crop", parameters={"left": 1, "top": 2, "width": 4, "height": 3})]).shape
    (3, 4, 3)
    """
    for step in steps:
        pixels = TRANSFORMS.load(step.name).of(step).apply(pixels)
    return pixels
