"""Learning rate over steps: linear warm-up, then a cosine to zero, or steps down."""

import math


def rate_at(step: int, *, steps: int, peak: float, warm_up: int) -> float:
    """Return the learning rate of ``step`` (from 0 to ``steps - 1``).

    >>> [round(rate_at(step, steps=10, peak=1.0, warm_up=2), 3) for step in (0, 1, 2, 6, 9)]
    [0.5, 1.0, 1.0, 0.5, 0.038]
    """
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * 0.5 * (1.0 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def stepped_rate_at(step: int, *, peak: float, warm_up: int, every: int, factor: float) -> float:
    """Return the learning rate of ``step`` where it is multiplied by ``factor`` after every ``every`` steps (specs: recce 3).

    >>> [round(stepped_rate_at(step, peak=1.0, warm_up=2, every=3, factor=0.5), 3) for step in (0, 1, 2, 4, 5, 8)]
    [0.5, 1.0, 1.0, 1.0, 0.5, 0.25]
    """
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return float(peak * factor ** ((step - warm_up) // every))
