"""From untrusted JSON values to the typed, capped fields of :class:`~fakeprint.core.generation.Generation`."""

import math
import re
from collections.abc import Callable

from pydantic import JsonValue

from fakeprint.core.generation import Generation, Lora
from fakeprint.core.limits import Limits

NAME_CHARS = 300
"""Cap on short texts such as model and sampler names."""

MAX_LORAS = 64

_MAX_SEED = 2**64 - 1
_SIZE = re.compile(r"\s*\(?\s*(\d{1,6})\s*[x×,]\s*(\d{1,6})\s*\)?\s*$")


def clean_text(value: JsonValue, cap: int) -> str | None:
    r"""Return a text of at most ``cap`` characters that any UTF-8 sink takes, or None for anything but a non-blank text.

    >>> clean_text("caf\ud800", 100), clean_text("  ", 100), clean_text(3, 100)
    ('caf\\ud800', None, None)
    """
    if not isinstance(value, str):
        return None
    text = value[:cap].strip().encode("utf-8", "backslashreplace").decode("utf-8")[:cap]
    return text or None


def to_name(value: JsonValue) -> str | None:
    """Return a short text; a number is written out.

    >>> to_name(" euler "), to_name(1.5), to_name(True), to_name([])
    ('euler', '1.5', None, None)
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:.12g}" if isinstance(value, float) else str(to_int(value) or "")
    return clean_text(value, NAME_CHARS)


def to_float(value: JsonValue) -> float | None:
    """Return a finite number, also from a text.

    >>> to_float("7.5"), to_float(float("nan")), to_float("1e999"), to_float("x")
    (7.5, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float) or (isinstance(value, str) and len(value) > 40):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def to_int(value: JsonValue) -> int | None:
    """Return a whole number of at most 64 bits, also from a text or from a float that is whole.

    >>> to_int("18446744073709551615"), to_int(20.0), to_int("20.5"), to_int(10**30)
    (18446744073709551615, 20, None, None)
    """
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = int(value)
        except ValueError:
            value = to_float(value)
    if isinstance(value, float):
        value = int(value) if value.is_integer() and abs(value) < 2**53 else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= _MAX_SEED else None


def to_size(value: JsonValue) -> tuple[int | None, int | None]:
    """Return width and height of a text such as ``512x768`` or ``(1024, 1024)``.

    >>> to_size("512x768"), to_size("(1024, 832)"), to_size("large")
    ((512, 768), (1024, 832), (None, None))
    """
    match = _SIZE.match(value) if isinstance(value, str) and len(value) <= 40 else None
    return (int(match[1]), int(match[2])) if match else (None, None)


def _to_extent(value: JsonValue) -> int | None:
    number = to_int(value)
    return number if number is not None and 0 <= number <= 10**6 else None


def to_lora(name: JsonValue, weight: JsonValue = None, model_hash: JsonValue = None) -> Lora | None:
    """Return an adapter, or None where there is no name."""
    text = to_name(name)
    return None if text is None else Lora(name=text, weight=to_float(weight), model_hash=to_name(model_hash))


_CONVERTERS: dict[str, Callable[[JsonValue], str | int | float | None]] = {
    "steps": to_int,
    "seed": to_int,
    "cfg": to_float,
    "width": _to_extent,
    "height": _to_extent,
}


def generation_of(limits: Limits, raw: str, loras: tuple[Lora | None, ...] = (), **fields: JsonValue) -> Generation:
    """Make the record from raw values, named like its fields; what does not convert becomes null, text is capped.

    >>> generation_of(Limits(), "...", tool="X", steps="20", cfg="?", prompt="a cat").model_dump(exclude_none=True)
    {'tool': 'X', 'prompt': 'a cat', 'steps': 20, 'loras': (), 'raw': '...'}
    """
    values: dict[str, object] = {"raw": clean_text(raw, limits.prompt_chars), "loras": tuple(one for one in loras if one)[:MAX_LORAS]}
    for name, value in fields.items():
        if name in ("prompt", "negative_prompt"):
            values[name] = clean_text(value, limits.prompt_chars)
        else:
            values[name] = _CONVERTERS.get(name, to_name)(value)
    return Generation.model_validate(values)
