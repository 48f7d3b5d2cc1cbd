"""Pairs rows with columns so that the sum is the greatest (the Hungarian method, as Jonker and Volgenant arrange it)."""

import numpy as np
from numpy.typing import NDArray


def assign(worth: NDArray[np.float64], *, least: float) -> list[int | None]:
    """Return for each row of (R, C) finite values the column that it is paired with, None for none.

    No column is used twice, only pairs of at least ``least`` are made, and the sum of what their values exceed ``least`` by is the
    greatest possible.  Takes R * R * C steps at most.

    >>> assign(np.array([[0.9, 0.8], [0.85, 0.1]]), least=0.5)
    [1, 0]
    >>> assign(np.array([[0.4, 0.8], [0.3, 0.9]]), least=0.5)
    [None, 1]
    """
    rows, columns = worth.shape
    gain = np.maximum(worth - least, 0.0)
    cost = -np.concatenate([gain, np.zeros((rows, rows))], axis=1)  # one column of nothing for each row
    of_column = np.full(columns + rows, -1)
    row_price, column_price = np.zeros(rows), np.zeros(columns + rows)
    for start in range(rows):
        _place(start, cost, of_column, row_price, column_price)
    partners: list[int | None] = [None] * rows
    for column in range(columns):
        row = int(of_column[column])
        if row >= 0 and worth[row, column] >= least:
            partners[row] = column
    return partners


def _place(
    start: int,
    cost: NDArray[np.float64],
    of_column: NDArray[np.int64],
    row_price: NDArray[np.float64],
    column_price: NDArray[np.float64],
) -> None:
    """Give row ``start`` a column by the shortest path of exchanges, and keep the prices right."""
    distance = np.full(cost.shape[1], np.inf)
    before = np.full(cost.shape[1], -1)
    done = np.zeros(cost.shape[1], bool)
    row, column, length = start, -1, 0.0
    while True:
        through = length + cost[row] - row_price[row] - column_price
        better = ~done & (through < distance)
        distance[better] = through[better]
        before[better] = column
        column = int(np.argmin(np.where(done, np.inf, distance)))
        length = float(distance[column])
        done[column] = True
        if of_column[column] < 0:
            break
        row = int(of_column[column])
    seen = done & (of_column >= 0)
    row_price[of_column[seen]] += length - distance[seen]
    row_price[start] += length
    column_price[done] -= length - distance[done]
    while column >= 0:
        earlier = int(before[column])
        of_column[column] = of_column[earlier] if earlier >= 0 else start
        column = earlier
