"""Which frames of a video are looked at, as one writes it: ``even:16``, ``fps:2``, ``hop:10``, ``random:32:7``, ``list:1,5,9``, ``all``.

By time: ``even``, ``fps`` and ``random`` name moments, and the frame on display at each is taken; the reader jumps, which is fast in
long videos.  By number: ``hop``, ``list`` and ``all`` name frames as they are decoded, from 0; every frame up to the last wanted one is
decoded.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Protocol, runtime_checkable

import numpy as np

from fakeprint.core.errors import UsageError

MOST = 1_000_000
"""The largest number that a frame source takes, except for frame numbers."""
LONGEST_LIST = 10_000
_LARGEST_INDEX = 10**9
_HIGHEST_RATE = 1000.0
_DECIMAL = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")


class Sampling(Protocol):
    """Which moments of a video are looked at; the frame on display at each is taken."""

    def times(self, duration_s: float, most: int) -> list[float]:
        """Return at most ``most`` times in [0, duration_s), ascending."""
        ...


@runtime_checkable
class Numbered(Protocol):
    """Which frames of a video are looked at, by their number in decoding order from 0."""

    def numbers(self) -> Iterator[int]:
        """Return the numbers, strictly ascending, with or without an end."""
        ...


FrameSource = Sampling | Numbered
"""Which frames are looked at."""


@dataclass(frozen=True)
class Even:
    """``count`` frames evenly spaced over the whole duration.

    >>> Even(4).times(8.0, 300)
    [1.0, 3.0, 5.0, 7.0]
    """

    count: int

    def times(self, duration_s: float, most: int) -> list[float]:
        """Return the middles of equal parts of the duration."""
        count = min(self.count, most)
        return [(part + 0.5) * duration_s / count for part in range(count)]


@dataclass(frozen=True)
class PerSecond:
    """``rate`` frames per second; evenly fewer where that would be more than the limit of samples.

    >>> PerSecond(2.0).times(1.6, 300), PerSecond(2.0).times(100.0, 2)
    ([0.0, 0.5, 1.0, 1.5], [25.0, 75.0])
    """

    rate: float

    def times(self, duration_s: float, most: int) -> list[float]:
        """Return multiples of ``1 / rate``, the first at 0."""
        if duration_s * self.rate > most:
            return Even(most).times(duration_s, most)
        return [step / self.rate for step in range(max(1, math.ceil(duration_s * self.rate - 1e-9)))]


@dataclass(frozen=True)
class AtRandom:
    """``count`` moments drawn evenly over the whole duration; the same seed gives the same moments of a video.

    Two moments of one frame count once, so that short videos give fewer.

    >>> AtRandom(2, 7).times(10.0, 300) == AtRandom(2, 7).times(10.0, 300)
    True
    """

    count: int
    seed: int

    def times(self, duration_s: float, most: int) -> list[float]:
        """Return the moments, ascending."""
        drawn = np.random.default_rng(self.seed).random(min(self.count, most))
        return [float(moment) for moment in np.sort(drawn) * duration_s]


@dataclass(frozen=True)
class Hop:
    """Every ``step``-th frame, the first included; a step of 1 is every frame.

    >>> from itertools import islice
    >>> list(islice(Hop(10).numbers(), 3))
    [0, 10, 20]
    """

    step: int

    def numbers(self) -> Iterator[int]:
        """Return the frame numbers, ascending, without an end."""
        return count(0, self.step)


@dataclass(frozen=True)
class Listed:
    """The frames of these numbers, ascending and each once."""

    wanted: tuple[int, ...]

    def numbers(self) -> Iterator[int]:
        """Return the frame numbers, ascending."""
        return iter(self.wanted)


def parse_frames(text: str) -> FrameSource:
    """Return the frame source that the text asks for.

    ========================  =================================================================================
    ``even:N``                N frames evenly spaced over the duration, none at the very edges
    ``fps:R``                 R frames per second of duration, from the first; R may be a fraction, such as 0.5
    ``random:N:SEED``         the frames on display at N random moments; the seed is a whole number from 0
    ``hop:N``                 every Nth frame, from the first
    ``list:I,J,...``          the frames of these numbers, from 0, in decoding order
    ``all``                   every frame
    ========================  =================================================================================

    >>> parse_frames("even:16"), parse_frames("list:9,1,5")
    (Even(count=16), Listed(wanted=(1, 5, 9)))

    Raises:
        UsageError: any other text; the message says what is wanted.
    """
    form, colon, rest = text.partition(":")
    if form == "all" and not colon:
        return Hop(1)
    parse = _FORMS.get(form)
    if parse is None or not rest:
        raise UsageError(f"frames are written even:N, fps:R, random:N:SEED, hop:N, list:I,J,... or all, not {text[:80]!r}")
    return parse(rest)


def _even(rest: str) -> FrameSource:
    return Even(_whole(rest, "even:N", 1, MOST))


def _per_second(rest: str) -> FrameSource:
    rate = float(rest) if _DECIMAL.fullmatch(rest) else 0.0
    if not 0 < rate <= _HIGHEST_RATE:
        raise UsageError(f"fps:R wants a number such as 2 or 0.5, above 0 and at most {_HIGHEST_RATE:.0f}, not {rest[:80]!r}")
    return PerSecond(rate)


def _hop(rest: str) -> FrameSource:
    return Hop(_whole(rest, "hop:N", 1, MOST))


def _random(rest: str) -> FrameSource:
    number, _, seed = rest.partition(":")
    return AtRandom(_whole(number, "random:N:SEED", 1, MOST), _whole(seed, "random:N:SEED", 0, 2**63 - 1))


def _list(rest: str) -> FrameSource:
    texts = rest.split(",", LONGEST_LIST)
    if len(texts) > LONGEST_LIST:
        raise UsageError(f"list:I,J,... takes at most {LONGEST_LIST} frame numbers")
    return Listed(tuple(sorted({_whole(one, "list:I,J,...", 0, _LARGEST_INDEX) for one in texts})))


def _whole(text: str, form: str, least: int, most: int) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 19 and least <= int(text) <= most:
        return int(text)
    raise UsageError(f"{form} wants whole numbers from {least} to {most}, not {text[:80]!r}")


_FORMS: Mapping[str, Callable[[str], FrameSource]] = {
    "even": _even,
    "fps": _per_second,
    "random": _random,
    "hop": _hop,
    "list": _list,
}
