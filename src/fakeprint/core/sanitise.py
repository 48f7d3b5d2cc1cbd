r"""Untrusted text, made safe for each place where it is shown (specs: reliability 8).

HTML escapes through its template engine; everything else that a sink needs is here.  All functions are pure.
"""

import operator
import re
from collections.abc import Callable
from functools import cache
from typing import Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel

PATH_CHARS = 1024
PROMPT_CHARS = 10_000

_ANSI = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[PX^_\]][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)?|[ -~])?|\x9b[0-?]{0,64}[ -/]{0,8}[@-~]?"
)
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u180e\u200b\u2028\u2029\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef\U000e0000-\U000e0fff"
_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}{_INVISIBLE}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FORMULA_START = frozenset("=+-@\t\r\n＝＋－＠")  # spreadsheets take the full-width signs too

M = TypeVar("M", bound=BaseModel)


def escape_surrogates(text: str) -> str:
    r"""Return text that UTF-8 can encode: undecodable bytes become ``\xNN``, other lone surrogates ``\uNNNN``.

    >>> escape_surrogates("caf\udce9 \ud83d")
    'caf\\xe9 \\ud83d'
    """
    return text if text.isascii() else _SURROGATE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def plain(text: str, *, lines: bool = False) -> str:
    r"""Return text without control characters, ANSI sequences, bidirectional controls and invisible characters.

    With ``lines`` line feeds and tabs stay; without, every run of them becomes one space.

    >>> plain("a\x1b[31mred\x1b[0m\r\nb\u202egpj.exe\x00"), plain("a\r\nb\tc", lines=True)
    ('ared bgpj.exe', 'a\nb\tc')
    """
    if text.isascii() and text.isprintable():
        return text
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _UNSAFE.sub("", escape_surrogates(text))
    return text if lines else re.sub(r"[\n\t]+", " ", text)


def csv_cell(text: str) -> str:
    r"""Return a cell that no spreadsheet takes for a formula; the quoting itself is the CSV writer's.

    A cell whose first sign, spaces and quotes left out, is ``= + - @`` (or their full-width forms), TAB, CR or LF gets a leading
    apostrophe.

    >>> csv_cell("=1+1"), csv_cell(' "=1+1"'), csv_cell("a=1"), csv_cell("\t=1")
    ("'=1+1", '\' "=1+1"', 'a=1', "'\t=1")
    """
    text = plain(text, lines=True)
    first = (text[:1], text.lstrip(" \t\r\n\"'\u00a0\u3000")[:1])
    return f"'{text}" if any(char in _FORMULA_START for char in first) else text


def cap(text: str, chars: int) -> str:
    """Shorten text to ``chars`` characters and say how many were left out.

    >>> cap("abcdef", 4), cap("abcd", 4)
    ('abcd … [2 more characters]', 'abcd')
    """
    return text if len(text) <= chars else f"{text[:chars]} … [{len(text) - chars:,} more characters]"


def base_name(path: str) -> str:
    r"""Return the last part of a path as given, whichever system's separators it uses.

    >>> base_name("/home/ada/a.jpg"), base_name("C:\\Users\\ada\\b.png"), base_name("folder/"), base_name("odd\\xff.png")
    ('a.jpg', 'b.png', 'folder', 'odd\\xff.png')
    """
    path = path.rstrip("/") or path
    name = path.rpartition("/")[2] or path
    if re.match(r"[A-Za-z]:\\|\\\\", name):
        name = name.rstrip("\\").rpartition("\\")[2]
    return name


def map_text(record: M, change: Callable[[str], str], skip: frozenset[str] = frozenset()) -> M:
    """Return the record with ``change`` applied to every free text in it, nested records, tuples, lists and mappings included.

    Enumerations, hashes and what tells the kinds of claims apart are left alone, and so are fields named in ``skip`` at any depth.  A
    record in which nothing changes is returned as it is.
    """
    values = record.__dict__
    changed = {}
    for name in _text_fields(type(record)):
        before = values[name]
        if before and name not in skip:
            after = _mapped(before, change, skip)
            if after is not before:
                changed[name] = after
    return record.model_copy(update=changed) if changed else record


@cache
def _text_fields(kind: type[BaseModel]) -> tuple[str, ...]:
    return tuple(name for name, field in kind.model_fields.items() if not name.endswith("sha256") and _holds_text(field.annotation))


def _holds_text(annotation: object) -> bool:
    """Whether a field of that type can hold free text, directly or inside; literals, enumerations and numbers cannot."""
    if get_origin(annotation) is Literal:
        return False
    if inside := get_args(annotation):
        return any(_holds_text(one) for one in inside)
    if isinstance(annotation, type):
        return annotation is str or annotation is object or (issubclass(annotation, BaseModel) and bool(_text_fields(annotation)))
    return annotation is not None


def _mapped(value: object, change: Callable[[str], str], skip: frozenset[str]) -> object:
    kind = type(value)
    if kind is str:
        after = change(str(value))
        return value if after == value else after
    if isinstance(value, tuple | list):
        items = [_mapped(item, change, skip) for item in value]
        return value if all(map(operator.is_, items, value)) else kind(items)  # type: ignore[call-arg]
    if isinstance(value, BaseModel):
        return map_text(value, change, skip)
    if isinstance(value, dict):
        pairs = {change(str(key)): _mapped(item, change, skip) for key, item in value.items()}
        return value if pairs == value else pairs
    return value
