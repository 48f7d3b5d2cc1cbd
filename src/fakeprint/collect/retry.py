"""When to ask again, and how long to wait before (specs: dflip3k 3.3 e)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

BASE_SECONDS = 0.5
MOST_SECONDS = 60.0


def back_off(attempt: int, draw: Random, base: float = BASE_SECONDS, most: float = MOST_SECONDS) -> float:
    """Return the seconds to wait after failed attempt ``attempt`` (1, 2, ...): doubling, with half of it drawn.

    >>> [round(back_off(n, Random(0)), 2) for n in (1, 2, 30)]
    [0.46, 0.92, 55.33]
    """
    whole = min(most, base * 2.0 ** min(attempt - 1, 30))
    return whole / 2 + draw.random() * whole / 2


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for: a number or a date; None if it is missing or malformed.

    >>> retry_after("7"), retry_after("soon"), retry_after("-3")
    (7.0, None, None)
    >>> retry_after("Wed, 01 Jan 2025 00:00:30 GMT", datetime(2025, 1, 1, tzinfo=UTC))
    30.0
    """
    if value is None or len(value) > 64:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())
