"""JSON written by strangers: any damage becomes one typed refusal."""

import json

from pydantic import JsonValue


class Unreadable(ValueError):
    """A text that belongs to a tool and is malformed; ``reason`` is a code such as ``bad_json``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"
_MAX_MEMBERS = 50_000
"""Bound on commas and brackets, strings included, which bounds the time of parsing."""


def load_json(text: str) -> JsonValue:
    """Parse JSON, tolerating bare ``NaN`` and ``Infinity``.

    Raises:
        Unreadable: ``bad_json``, also for nesting beyond what the interpreter parses; ``over_limit`` for too many members.

    >>> load_json('{"cfg": NaN, "steps": 20}')
    {'cfg': nan, 'steps': 20}
    >>> load_json("[" * 10_000)
    Traceback (most recent call last):
    ...
    fakeprint.provenance.tools.json_text.Unreadable: bad_json
    """
    text = text.strip(_SPACE)
    value, end = load_leading(text)
    if end != len(text):
        raise Unreadable("bad_json")
    return value


def load_leading(text: str) -> tuple[JsonValue, int]:
    """Parse the JSON value at the very start of a text, and say where it ends; what follows is left alone.

    Raises:
        Unreadable: as in :func:`load_json`.

    >>> load_leading('{"genAIType": 1}SEFT')
    ({'genAIType': 1}, 16)
    """
    if sum(map(text.count, ",[{")) > _MAX_MEMBERS:
        raise Unreadable("over_limit")
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        raise Unreadable("bad_json") from None
    return value, end


def load_object(text: str) -> dict[str, JsonValue]:
    """Parse a JSON object.

    Raises:
        Unreadable: ``bad_json``, also for JSON that is no object.
    """
    value = load_json(text)
    if not isinstance(value, dict):
        raise Unreadable("bad_json")
    return value


def looks_like_object(text: str) -> bool:
    """Return whether a text begins like a JSON object; says nothing about the rest."""
    return text[:64].lstrip().startswith("{")
