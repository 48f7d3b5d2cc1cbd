"""The pairing file of DeepFakeFace, a Python pickle, read without running it (specs: deepfakeface 4)."""

import pickletools
from pathlib import Path

from fakeprint.core.errors import UsageError
from fakeprint.core.limits import MIB
from fakeprint.datasets.source_files import require_file

PICKLE_BYTES = 64 * MIB

Pairing = tuple[list[str], list[str], list[tuple[str, str]]]
"""Paths, prompts, and pairs (source, destination), of equal length."""


_TEXT = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE", "STRING", "BINSTRING", "SHORT_BINSTRING"}
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_PUT = {"PUT", "BINPUT", "LONG_BINPUT"}
_GET = {"GET", "BINGET", "LONG_BINGET"}
_MARK = object()


def read_pairing(path: Path) -> Pairing:
    """Return the three lists of ``wiki.pickle``.

    The file is taken for what it is, a program of a stack machine, of which only the instructions that make tuples, lists and text are
    carried out here; any other, above all the naming of something to import or call, is an error.  Python's unpickler is not used.

    Raises:
        UsageError: the file holds anything but those three lists of equal length, or more than 64 MiB.
    """
    require_file(path)
    if path.stat().st_size > PICKLE_BYTES:
        raise UsageError(f"{path.name} is larger than {PICKLE_BYTES // MIB} MiB")
    try:
        return _checked(_plain(path.read_bytes()), path.name)
    except (ValueError, IndexError, KeyError) as error:
        raise UsageError(f"{path.name} is not a readable pairing: {error}") from error


def _plain(data: bytes) -> object:
    """Run the program; raise ValueError, IndexError or KeyError where it is damaged or does more than it may."""
    stack: list[object] = []
    memo: dict[int, object] = {}
    for opcode, argument, position in pickletools.genops(data):
        name = opcode.name
        if name in _TEXT:
            stack.append(str(argument))
        elif name in _TUPLES:
            stack.append(tuple(_pop(stack, _TUPLES[name])))
        elif name in _PUT or name == "MEMOIZE":
            memo[len(memo) if argument is None else int(argument)] = stack[-1]
        elif name in _GET:
            stack.append(memo[int(argument or 0)])
        elif name == "EMPTY_LIST":
            stack.append([])
        elif name == "MARK":
            stack.append(_MARK)
        elif name in ("LIST", "TUPLE"):
            items = _pop_to_mark(stack)
            stack.append(items if name == "LIST" else tuple(items))
        elif name in ("APPEND", "APPENDS"):
            items = _pop(stack, 1) if name == "APPEND" else _pop_to_mark(stack)
            target = stack[-1]
            if not isinstance(target, list):
                raise ValueError("something is appended to what is no list")
            target.extend(items)
        elif name == "STOP":
            (found,) = stack
            return found
        elif name not in ("PROTO", "FRAME"):
            raise ValueError(f"the instruction {name} at byte {position} makes something else than tuples, lists and text")
    raise ValueError("the file ends before the end of its program")


def _pop(stack: list[object], count: int) -> list[object]:
    if count > len(stack):
        raise ValueError("more is taken from the stack than lies on it")
    items = stack[len(stack) - count :]
    del stack[len(stack) - count :]
    return items


def _pop_to_mark(stack: list[object]) -> list[object]:
    at = next((index for index in range(len(stack) - 1, -1, -1) if stack[index] is _MARK), None)
    if at is None:
        raise ValueError("a mark is missing")
    items = stack[at + 1 :]
    del stack[at:]
    return items


def _checked(found: object, name: str) -> Pairing:
    if not isinstance(found, tuple | list) or len(found) != 3 or not all(isinstance(one, list | tuple) for one in found):
        raise UsageError(f"{name} does not hold the three lists paths, prompts, pairs")
    paths, prompts, pairs = found
    if not len(paths) == len(prompts) == len(pairs):
        raise UsageError(f"{name} holds {len(paths)} paths, {len(prompts)} prompts and {len(pairs)} pairs; they must be as many")
    if not all(isinstance(text, str) for text in (*paths, *prompts)):
        raise UsageError(f"{name} holds a path or prompt that is no text")
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 and all(isinstance(one, str) for one in pair) for pair in pairs):
        raise UsageError(f"{name} holds a pair that is not two paths")
    return list(paths), list(prompts), [(pair[0], pair[1]) for pair in pairs]
