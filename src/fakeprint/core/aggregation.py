"""How the logits of a person's face through a video become one logit (specs: dfspot 10, R16).

Written ``NAME`` or ``NAME:KEY=VALUE,...``, for example ``top_k_mean:k=5`` or ``vote:dead=0.5``; :data:`AGGREGATIONS` is the table.
:data:`POOLINGS` is the older menu of icpr2020dfdc, kept for comparisons, which gives probabilities.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from fakeprint.core.errors import UsageError
from fakeprint.core.registry import unknown_name

_CERTAIN = 1e-15
_LONGEST_TEXT = 100


def sigmoid(logit: float) -> float:
    """Return the probability of a logit, without overflow.

    >>> sigmoid(0.0), sigmoid(-1000.0)
    (0.5, 0.0)
    """
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    power = math.exp(logit)
    return power / (1 + power)


def logit_of(probability: float) -> float:
    """Return the logit of a probability, held finite: 0 and 1 become about -34.5 and 34.5."""
    held = min(max(probability, _CERTAIN), 1 - _CERTAIN)
    return math.log(held) - math.log1p(-held)


def alive(logits: Sequence[float], dead: float) -> list[float]:
    """Return the logits outside the dead zone ``|x| <= dead``; a single 0 where none is, as in the source.

    ``dead`` 0 drops nothing.

    Raises:
        ValueError: no logits, or one that is not finite.
    """
    if not logits:
        raise ValueError("nothing to aggregate")
    if not all(map(math.isfinite, logits)):
        raise ValueError("a logit is not finite")
    return [x for x in logits if abs(x) > dead] or [0.0] if dead > 0 else list(logits)


def logit_mean(logits: Sequence[float], *, dead: float = 0.0) -> float:
    """Return the mean of the logits: what DFSpot does.

    >>> logit_mean([-1.0, 3.0])
    1.0
    """
    return fmean(alive(logits, dead))


def prob_mean(logits: Sequence[float], *, dead: float = 0.0) -> float:
    """Return the logit of the mean probability; single frames pull it less than they pull :func:`logit_mean`.

    >>> round(prob_mean([-2.0, -2.0, 8.0]), 3)
    -0.353
    """
    return logit_of(fmean(map(sigmoid, alive(logits, dead))))


def median_logit(logits: Sequence[float], *, dead: float = 0.0) -> float:
    """Return the median of the logits.

    >>> median_logit([5.0, -1.0, 0.5])
    0.5
    """
    return median(alive(logits, dead))


def top_k_mean(logits: Sequence[float], *, k: float = 3, dead: float = 0.0) -> float:
    """Return the mean of the ``k`` largest logits, of all where there are fewer: for traces that show in few frames.

    It grows with the number of frames even where nothing is to be found; thresholds hold for one number of frames.

    >>> top_k_mean([0.0, 4.0, 2.0, -9.0], k=2)
    3.0
    """
    return fmean(sorted(alive(logits, dead))[-int(k) :])


def trimmed_mean(logits: Sequence[float], *, share: float = 0.1, dead: float = 0.0) -> float:
    """Return the mean without the lowest and the highest ``share`` of the logits, rounded down to whole logits.

    >>> trimmed_mean([-90.0, 1.0, 2.0, 3.0, 90.0], share=0.2)
    2.0
    """
    kept = sorted(alive(logits, dead))
    cut = int(share * len(kept) + 1e-9)
    return fmean(kept[cut : len(kept) - cut])


def vote(logits: Sequence[float], *, dead: float = 0.0) -> float:
    """Return the logit of the share of frames above 0; half a vote is added to either side, which keeps it finite.

    This is ``avgvoting`` of icpr2020dfdc with b = n / (n + 1).

    >>> round(sigmoid(vote([1.0, 7.0, 2.0, -1.0])), 6)
    0.7
    """
    kept = alive(logits, dead)
    return logit_of((_balance(kept) * len(kept) / (len(kept) + 1) + 1) / 2)


AGGREGATIONS: Mapping[str, Callable[..., float]] = {
    "logit_mean": logit_mean,
    "prob_mean": prob_mean,
    "median": median_logit,
    "top_k_mean": top_k_mean,
    "trimmed_mean": trimmed_mean,
    "vote": vote,
}
"""Every aggregation by name: logits (raw, positive means synthetic or manipulated) to one logit."""

_OPTIONS: Mapping[str, tuple[str, ...]] = dict.fromkeys(AGGREGATIONS, ("dead",)) | {
    "top_k_mean": ("k", "dead"),
    "trimmed_mean": ("share", "dead"),
}


@dataclass(frozen=True)
class Aggregation:
    """One aggregation with its settings; calling it gives the logit of a track."""

    name: str
    options: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, logits: Sequence[float]) -> float:
        """Return one logit for the logits of a track, in any order.

        Raises:
            ValueError: no logits, or one that is not finite.
        """
        return AGGREGATIONS[self.name](logits, **self.options)


def parse_aggregation(text: str) -> Aggregation:
    """Return the aggregation that ``NAME`` or ``NAME:KEY=VALUE,...`` asks for.

    >>> parse_aggregation("trimmed_mean:share=0.25").options
    {'share': 0.25}

    Raises:
        UnknownNameError: no aggregation of that name.
        UsageError: an option that it does not take, or a value out of range.
    """
    name, colon, rest = text[:_LONGEST_TEXT].partition(":")
    if name not in AGGREGATIONS:
        raise unknown_name("aggregation", name, AGGREGATIONS)
    options: dict[str, float] = {}
    for pair in rest.split(",") if colon else ():
        key, _, value = pair.partition("=")
        if key not in _OPTIONS[name] or key in options:
            raise UsageError(f"{name} takes {' and '.join(_OPTIONS[name])}, each once and as KEY=VALUE, not {pair!r}")
        options[key] = _option(key, value)
    return Aggregation(name, options)


def aggregate(text: str, logits: Sequence[float]) -> float:
    """Return the logit of a track by the aggregation that ``text`` names.

    >>> aggregate("logit_mean", [1.0, 2.0])
    1.5
    """
    return parse_aggregation(text)(logits)


def _option(key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if key == "k" and value >= 1 and value == int(min(value, 1e6)):
        return int(value)
    if key == "share" and 0 <= value < 0.5:
        return value
    if key == "dead" and 0 <= value < math.inf:
        return value
    wanted = {"k": "a whole number from 1", "share": "a number from 0 to below 0.5", "dead": "a number from 0"}[key]
    raise UsageError(f"{key} wants {wanted}, not {text!r}")


def _balance(logits: Sequence[float]) -> float:
    """Return the mean sign, from -1 to 1."""
    return fmean((x > 0) - (x < 0) for x in logits)


def _power_mean(logits: Sequence[float]) -> float:
    """Return the signed power mean with exponent 3."""
    largest = max(map(abs, logits)) or 1.0
    mean = fmean((x / largest) ** 3 for x in logits)
    return largest * math.copysign(abs(mean) ** (1 / 3), mean)


POOLINGS: Mapping[str, Callable[[Sequence[float], float], float]] = {
    "mean": lambda x, b: _spread(sigmoid(fmean(x)), b),
    "sigmean": lambda x, b: _spread(fmean(map(sigmoid, x)), b),
    "meanp": lambda x, b: _spread(sigmoid(_power_mean(x)), b),
    "median": lambda x, b: _spread(sigmoid(median(x)), b),
    "sigmedian": lambda x, b: _spread(median(map(sigmoid, x)), b),
    "maxabs": lambda x, b: _spread(sigmoid(max(x, key=abs)), b),
    "avgvoting": lambda x, b: _spread((_balance(x) + 1) / 2, b),
    "voting": lambda x, b: _spread(_balance([fmean(x)]), b),
}
"""The menu of icpr2020dfdc: logits times the pre-multiplier, and the post-multiplier, to a score before clipping.

Its ``voting`` treats the sign of the mean as if it were a probability, as the source does.
"""


def _spread(score: float, post: float) -> float:
    return (score - 0.5) * post + 0.5


def pooled(name: str, logits: Sequence[float], *, pre: float = 1.0, post: float = 1.0, clip: float = 0.0, dead: float = 0.0) -> float:
    """Return the probability that icpr2020dfdc's menu gives, clipped to [clip, 1 - clip].

    >>> pooled("maxabs", [0.0, -9.0, 2.0], clip=0.01)
    0.01

    Raises:
        UnknownNameError: the menu has no such name.
        ValueError: no logits, or one that is not finite.
    """
    if name not in POOLINGS:
        raise unknown_name("pooling", name, POOLINGS)
    return min(max(POOLINGS[name]([pre * x for x in alive(logits, dead)], post), clip), 1 - clip)
