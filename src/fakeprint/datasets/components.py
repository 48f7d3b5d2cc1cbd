"""Connected components: what hangs together by any of several keys becomes one group (specs: dflip3k 3.6)."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Roots = NDArray[np.int64]


class Components:
    """A growing partition of N rows; ``roots`` holds for each row the smallest row of its component.

    >>> parts = Components(5)
    >>> parts.join(np.array([[0, 3], [3, 4]]))
    >>> parts.join_equal(["a", "b", "b", None, None])
    >>> parts.roots().tolist()
    [0, 1, 1, 0, 0]
    """

    def __init__(self, rows: int) -> None:
        self._parent = np.arange(rows)

    def join(self, pairs: ArrayLike) -> None:
        """Join the two rows of each of (M, 2) pairs."""
        edges = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
        while len(edges):
            one, other = self._parent[edges[:, 0]], self._parent[edges[:, 1]]
            apart = one != other
            edges, one, other = edges[apart], one[apart], other[apart]
            np.minimum.at(self._parent, np.maximum(one, other), np.minimum(one, other))
            self._flatten()

    def join_equal(self, keys: Sequence[Hashable | None]) -> None:
        """Join rows of equal key; rows whose key is None or empty are left alone."""
        first: dict[Hashable, int] = {}
        edges = [(first.setdefault(key, row), row) for row, key in enumerate(keys) if key]
        self.join([edge for edge in edges if edge[0] != edge[1]])

    def roots(self) -> Roots:
        """Return (N,) the smallest row of each row's component."""
        return self._parent.copy()

    def _flatten(self) -> None:
        while True:
            above = self._parent[self._parent]
            if np.array_equal(above, self._parent):
                return
            self._parent = above


def group_names(roots: Roots, given: Sequence[str]) -> list[str]:
    """Return one group name for each row: the first in alphabetical order of the names its component had.

    >>> group_names(np.array([0, 1, 0]), ["c", "b", "a"])
    ['a', 'b', 'a']
    """
    least: dict[int, str] = {}
    for root, name in zip(roots.tolist(), given, strict=True):
        least[root] = min(least.get(root, name), name)
    return [least[root] for root in roots.tolist()]
