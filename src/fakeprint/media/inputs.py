"""From what the user names to files: paths, folders, globs, lists (specs: reliability 10)."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path


@dataclass(frozen=True)
class Input:
    r"""One file to examine.  ``shown`` is the path as given, safe to print: undecodable bytes as ``\xNN``, no control characters."""

    path: Path
    shown: str


def shown_path(path: str | os.PathLike[str]) -> str:
    r"""Return a path as text that any UTF-8 sink can take.

    >>> shown_path("holiday.jpg"), shown_path("a\nb"), shown_path("caf\udce9")
    ('holiday.jpg', 'a\\x0ab', 'caf\\xe9')
    """
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() or char == " " else f"\\x{ord(char):02x}" for char in text)


def read_list(stream: BufferedIOBase, *, null: bool) -> Iterator[Path]:
    r"""Yield the paths of a list, one per line or NUL-separated, as they arrive.

    >>> from io import BytesIO
    >>> [str(path) for path in read_list(BytesIO(b"a.jpg\r\n\nb.png"), null=False)]
    ['a.jpg', 'b.png']
    """
    separator, ending = (b"\0", b"") if null else (b"\n", b"\r")
    rest = b""
    while block := stream.read1(1 << 16):
        *names, rest = (rest + block).split(separator)
        yield from (Path(os.fsdecode(name.removesuffix(ending))) for name in names if name.removesuffix(ending))
    if rest:
        yield Path(os.fsdecode(rest.removesuffix(ending)))


def find_inputs(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Input]:
    """Yield one input per file, folders walked recursively in sorted order, globs expanded.

    A path that does not exist and is no glob is yielded too: it becomes a row that says so.  Folder loops are cut.
    """
    for path in paths:
        if os.path.isdir(path):
            yield from map(_as_input, _walk(path))
        elif not os.path.lexists(path) and glob.has_magic(os.fspath(path)):
            for match in sorted(glob.iglob(os.fspath(path), recursive=True)):
                yield from map(_as_input, _walk(match) if os.path.isdir(match) else (match,))
        else:
            yield _as_input(path)


def _as_input(path: str | os.PathLike[str]) -> Input:
    return Input(Path(path), shown_path(path))


def _walk(folder: str | os.PathLike[str]) -> Iterator[str]:
    """Yield the files below a folder depth first; a folder that cannot be read is yielded itself, so that it becomes a row."""
    pending: list[tuple[str, frozenset[tuple[int, int]]]] = [(os.fspath(folder), frozenset())]
    while pending:
        path, above = pending.pop()
        if not os.path.isdir(path):
            yield path
            continue
        try:
            state = os.stat(path)
            names = sorted(os.listdir(path), key=os.fsencode, reverse=True)
        except OSError:
            yield path
            continue
        identity = (state.st_dev, state.st_ino)
        if identity not in above:
            pending.extend((os.path.join(path, name), above | {identity}) for name in names)
