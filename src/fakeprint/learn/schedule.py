"""Learning rate over steps: linear warm-up, then a cosine to zero."""

import math


def rate_at(step: int, *, steps: int, peak: float, warm_up: int) -> float:
    """Return the learning rate of ``step`` (from 0 to ``steps - 1``).

    >>> [round(rate_at(step, steps=10, peak=1.0, warm_up=2), 3) for step in (0, 1, 2, 6, 9)]
    [0.5, 1.0, 1.0, 0.5, 0.038]
    """
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * 0.5 * (1.0 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))
