"""JSON written by strangers: any damage becomes one typed refusal."""

import json

from pydantic import JsonValue


class Unreadable(ValueError):
    """A text that belongs to a tool and is malformed; ``reason`` is a code such as ``bad_json``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def load_json(text: str) -> JsonValue:
    """Parse JSON, tolerating bare ``NaN`` and ``Infinity``.

    Raises:
        Unreadable: ``bad_json``; nesting beyond what the interpreter parses counts as that too.

    >>> load_json('{"cfg": NaN, "steps": 20}')
    {'cfg': nan, 'steps': 20}
    >>> load_json("[" * 100_000)
    Traceback (most recent call last):
    ...
    fakeprint.provenance.tools.json_text.Unreadable: bad_json
    """
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("bad_json") from None
    return value


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
