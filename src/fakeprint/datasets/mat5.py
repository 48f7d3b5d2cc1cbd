"""MATLAB files of version 5 to 7, read with bounds: numbers, text, cells and structs (MathWorks, "MAT-File Format", level 5).

SciPy's reader is not used, because damaged files make it read outside its memory.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fakeprint.core.errors import UsageError
from fakeprint.core.limits import MIB
from fakeprint.datasets.source_files import require_file

MAT_BYTES = 512 * MIB
DEPTH = 8

MatValue = "str | list[float] | list[MatValue] | dict[str, MatValue]"
"""Text, numbers in column order, cells in column order, or one struct."""

_HEADER = 128
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXTS = {16: "utf-8", 17: "utf-16", 18: "utf-32"}
_MATRIX, _COMPRESSED = 14, 15
_CELL, _STRUCT, _CHAR = 1, 2, 4
_LARGEST_NUMERIC_CLASS = 15


@dataclass(frozen=True)
class _Element:
    kind: int
    data: memoryview


def read_mat(path: Path) -> dict[str, object]:
    """Return the variables of a file by name; see :data:`MatValue`.  Objects, functions and sparse matrices are left out.

    Raises:
        UsageError: not such a file, damaged, or more than 512 MiB (also inflated).
    """
    if require_file(path).stat().st_size > MAT_BYTES:
        raise UsageError(f"{path.name} is larger than {MAT_BYTES // MIB} MiB")
    data = path.read_bytes()
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if len(data) < _HEADER or order is None:
        raise UsageError(f"{path.name} is not a MATLAB file of version 5 to 7")
    try:
        return _Reader(order).variables(memoryview(data)[_HEADER:])
    except (ValueError, struct.error, zlib.error, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} is not a readable MATLAB file: {error}") from error


class _Reader:
    """Reads elements in one byte order; every length is checked against the bytes that are there."""

    def __init__(self, order: str) -> None:
        self._order = order
        self._left = MAT_BYTES

    def variables(self, data: memoryview) -> dict[str, object]:
        found: dict[str, object] = {}
        for element in self._elements(data):
            inner = element
            if element.kind == _COMPRESSED:
                inner = next(self._elements(self._inflated(element.data)), element)
            if inner.kind == _MATRIX:
                name, value = self._matrix(inner.data, 0)
                if value is not None:
                    found[name] = value
        return found

    def _inflated(self, data: memoryview) -> memoryview:
        machine = zlib.decompressobj()
        content = machine.decompress(data, self._left)
        if machine.unconsumed_tail:
            raise ValueError("it inflates to more than is allowed")
        self._left -= len(content)
        return memoryview(content)

    def _elements(self, data: memoryview) -> Iterator[_Element]:
        at = 0
        while at + 8 <= len(data):
            kind, size = struct.unpack_from(f"{self._order}II", data, at)
            if kind >> 16:
                kind, size, start, after = kind & 0xFFFF, kind >> 16, at + 4, at + 8
                if size > 4:
                    raise ValueError("a short element of more than four bytes")
            else:
                start = at + 8
                after = start + size if kind == _COMPRESSED else start + (size + 7) // 8 * 8
            if start + size > len(data):
                raise ValueError("an element is longer than what holds it")
            yield _Element(kind, data[start : start + size])
            at = after

    def _matrix(self, data: memoryview, depth: int) -> tuple[str, object]:
        """Return name and value of an array; None for kinds that are not read."""
        if depth > DEPTH:
            raise ValueError(f"arrays are nested more than {DEPTH} deep")
        if not data:
            return "", []
        parts = list(self._elements(data))
        if len(parts) < 3 or len(parts[0].data) < 4:
            raise ValueError("an array without flags, size and name")
        kind = struct.unpack_from(f"{self._order}I", parts[0].data)[0] & 0xFF
        name = bytes(parts[2].data).decode("latin-1")
        inside = parts[3:]
        if kind == _CELL:
            return name, [self._value(part, depth) for part in inside]
        if kind == _STRUCT:
            return name, self._struct(inside, depth)
        if kind == _CHAR:
            return name, self._text(inside[0]) if inside else ""
        if 6 <= kind <= _LARGEST_NUMERIC_CLASS:
            return name, self._numbers(inside[0]) if inside else []
        return name, None

    def _value(self, element: _Element, depth: int) -> object:
        if element.kind != _MATRIX:
            raise ValueError("a cell or field that is no array")
        return self._matrix(element.data, depth + 1)[1]

    def _struct(self, parts: list[_Element], depth: int) -> object:
        """Return one struct as a mapping in the order of its fields, several as a list of them."""
        if len(parts) < 2 or len(parts[0].data) < 4:
            raise ValueError("a struct without names of fields")
        width = struct.unpack_from(f"{self._order}i", parts[0].data)[0]
        if width < 1:
            raise ValueError("names of fields without a length")
        raw = bytes(parts[1].data)
        names = [raw[at : at + width].split(b"\0", 1)[0].decode("latin-1") for at in range(0, len(raw) - width + 1, width)]
        values = parts[2:]
        if not names or len(values) % len(names):
            raise ValueError("a struct whose fields are not as many as its names")
        rows = [
            {name: self._value(part, depth) for name, part in zip(names, values[at : at + len(names)], strict=True)}
            for at in range(0, len(values), len(names))
        ]
        return rows[0] if len(rows) == 1 else rows

    def _numbers(self, element: _Element) -> list[float]:
        code = _NUMBERS.get(element.kind)
        if code is None:
            raise ValueError(f"numbers of the unknown kind {element.kind}")
        numbers: list[float] = np.frombuffer(element.data, f"{self._order}{code}").tolist()
        return numbers

    def _text(self, element: _Element) -> str:
        if element.kind in _TEXTS:
            suffix = "" if element.kind == 16 else {"<": "-le", ">": "-be"}[self._order]
            return bytes(element.data).decode(_TEXTS[element.kind] + suffix)
        return "".join(chr(int(code)) for code in self._numbers(element) if 0 <= code < 0x110000)
