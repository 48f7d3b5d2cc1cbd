"""Exact one-sided bounds on a proportion (Clopper-Pearson), without SciPy."""

import math

_STEPS = 200
_TINY = 1e-300


def upper_bound(events: int, trials: int, confidence: float = 0.95) -> float:
    """Return the one-sided upper bound of a proportion after ``events`` of ``trials``.

    With no event it is ``1 - (1 - confidence) ** (1 / trials)``, about 3 / trials at 95 %.

    >>> round(upper_bound(0, 100), 5), upper_bound(5, 5)
    (0.02951, 1.0)
    """
    _check(events, trials, confidence)
    if events == trials:
        return 1.0
    return _quantile(confidence, events + 1, trials - events)


def lower_bound(events: int, trials: int, confidence: float = 0.95) -> float:
    """Return the one-sided lower bound of a proportion after ``events`` of ``trials``.

    >>> lower_bound(0, 100), round(lower_bound(100, 100), 5)
    (0.0, 0.97049)
    """
    _check(events, trials, confidence)
    if events == 0:
        return 0.0
    return _quantile(1.0 - confidence, events, trials - events + 1)


def _check(events: int, trials: int, confidence: float) -> None:
    if not 0 <= events <= trials or trials < 1:
        raise ValueError(f"not a count of events: {events} of {trials}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")


def _quantile(probability: float, a: int, b: int) -> float:
    """Return x with ``I_x(a, b) = probability`` by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if incomplete_beta(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function ``I_x(a, b)`` for x in [0, 1] and positive a, b (Lentz's continued fraction).

    >>> round(incomplete_beta(0.3, 2, 5), 6)
    0.579825
    """
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1.0) / (a + b + 2.0):
        return math.exp(log_front) * _fraction(x, a, b) / a
    return 1.0 - math.exp(log_front) * _fraction(1.0 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 / _apart(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, 20_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / _apart(1.0 + term * d)
            c = _apart(1.0 + term / c)
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            return value
    raise ArithmeticError(f"the continued fraction did not settle at x={x}, a={a}, b={b}")


def _apart(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
