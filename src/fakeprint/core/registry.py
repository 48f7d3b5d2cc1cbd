"""Lazy tables of parts: a name, and the ``module:attribute`` that is imported when the part is first used."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from fakeprint.core.errors import DuplicateNameError, UnknownNameError

T = TypeVar("T")


def unknown_name(kind: str, name: str, names: Iterable[str]) -> UnknownNameError:
    """Make the error for a name that nothing has, with the nearest name as advice."""
    known = tuple(names)
    near = get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known) or 'none'}"
    return UnknownNameError(f"no {kind} named {name!r}; {advice}")


class Registry(Generic[T]):
    """The parts of one folder plus those that installed packages add under the entry-point group ``fakeprint.<kind>``.

    >>> shades = Registry[object]("shade", {"code": "fakeprint.core.errors:ErrorCode"})
    >>> shades.names()
    ('code',)
    >>> shades.load("code").__name__
    'ErrorCode'
    >>> shades.load("coed")
    Traceback (most recent call last):
    ...
    fakeprint.core.errors.UnknownNameError: no shade named 'coed'; did you mean 'code'?
    """

    def __init__(self, kind: str, table: dict[str, str]) -> None:
        self.kind = kind
        self._own = table
        self._merged: dict[str, str] | None = None

    def _targets(self) -> dict[str, str]:
        if self._merged is None:
            merged = dict(self._own)
            for point in sorted(entry_points(group=f"fakeprint.{self.kind}"), key=lambda point: point.name):
                if point.name in merged:
                    raise DuplicateNameError(
                        f"two {self.kind} parts are named {point.name!r}: {merged[point.name]} and {point.value}; uninstall one of them"
                    )
                merged[point.name] = point.value
            self._merged = merged
        return self._merged

    def names(self) -> tuple[str, ...]:
        """Return all names, ours first in table order, then those of other packages."""
        return tuple(self._targets())

    def load(self, name: str) -> T:
        """Import and return the part, or raise :class:`UnknownNameError` that suggests the nearest name."""
        targets = self._targets()
        if name not in targets:
            raise unknown_name(self.kind, name, targets)
        module, _, attribute = targets[name].partition(":")
        part: T = getattr(import_module(module), attribute)
        return part
