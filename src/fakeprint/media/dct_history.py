"""Traces of an earlier JPEG save in the pixels of an image whose 8x8 grid is still in place.

A coefficient that was rounded to multiples of a coarse step and then stored finer keeps gaps in its histogram.  For each earlier
quality the histogram to expect is predicted from coefficients of the same image on a displaced grid, which carry no such gaps, and
compared with the one found.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fakeprint.media.jpeg_tables import standard_table
from fakeprint.media.luma import luma_float

MODES = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (0, 3), (3, 0))
MIN_BLOCKS = 256
MAX_BLOCKS = 1024
"""Blocks that are read, evenly spread; this bounds the time at about a millisecond."""
LOWEST_QUALITY = 30
EVIDENT = 0.03
"""Mean log-likelihood ratio per coefficient, in nats; 1,548 single saves of 129 photographs stayed below 0.018."""
_BINS = 16
_RANGE = 256
_SPREAD = 0.4
"""Standard deviation of coefficients after rounding to pixels, in units of the coefficient."""
_INDEX = [row * 8 + column for row, column in MODES]


@dataclass(frozen=True)
class EarlierSave:
    """The earlier IJG quality that explains the histogram best, how much better than none (nats per coefficient), and the gate."""

    quality: int
    gain: float
    evident: bool


def find_earlier_save(rgb: NDArray[np.uint8], table: NDArray[np.int32] | None) -> EarlierSave | None:
    """Compare (H, W, 3) uint8 RGB pixels with earlier standard saves at quality 30 to 100; None below 256 blocks.

    ``table`` is the luminance table of the last save in natural order, (64,), or None for a lossless file.  Earlier saves that were as
    fine as the last one, on another grid, or followed by resizing leave no such trace.
    """
    found = _coefficients(rgb, 0)
    displaced = _coefficients(rgb, 4)
    if found is None or displaced is None:
        return None
    last = np.ones(len(MODES), np.int32) if table is None else np.clip(table[_INDEX], 1, _RANGE)
    gains = np.zeros((len(MODES), _steps()))
    for mode, step in enumerate(last.tolist()):
        model = _predictions(step) @ np.bincount(_rounded(displaced[:, mode], 1), minlength=_RANGE)[:_RANGE]
        chance = np.log((model + 0.5) / (model.sum(1, keepdims=True) + 0.5 * _BINS))
        count = np.bincount(np.minimum(_rounded(found[:, mode], step), _BINS - 1), minlength=_BINS)
        gains[mode] = (chance - chance[0]) @ count
    earlier = _earlier_steps()
    total = gains[np.arange(len(MODES)), earlier].sum(1) / found.size
    best = int(total.argmax())
    return EarlierSave(best + LOWEST_QUALITY, float(total[best]), bool(total[best] >= EVIDENT))


@lru_cache(maxsize=1)
def _earlier_steps() -> NDArray[np.intp]:
    """Return the quantisation step of each mode at each earlier quality, (71, 9)."""
    return np.stack([standard_table(quality)[_INDEX] for quality in range(LOWEST_QUALITY, 101)]).astype(np.intp)


def _steps() -> int:
    return int(_earlier_steps().max()) + 1


@lru_cache(maxsize=64)
def _predictions(last: int) -> NDArray[np.float32]:
    """Return P(stored magnitude | original magnitude) for each earlier step: (steps, 16, 256) float32; row 0 stands for no earlier save."""
    inside = (np.arange(_RANGE * 4) + 0.5) / 4 - 0.5  # four points in each bin of whole numbers
    result = np.zeros((_steps(), _BINS, _RANGE), np.float32)
    for step in range(_steps()):
        if step == 0:
            chance = np.eye(_BINS)[np.minimum(np.rint(np.abs(inside) / last), _BINS - 1).astype(np.intp)]
        else:
            multiple = np.rint(np.abs(inside) / step).astype(np.intp)
            chance = _spread_over_bins(np.arange(multiple.max() + 1) * step, last)[multiple]
        result[step] = chance.reshape(_RANGE, 4, _BINS).mean(1).T
    return result


def _spread_over_bins(values: NDArray[np.intp], last: int) -> NDArray[np.float64]:
    """Return the chance that a value, blurred by pixel rounding, is stored with magnitude 0, 1, .. 15 or more: (n, 16)."""
    edges = (np.arange(_BINS - 1) + 0.5) * last
    scale = 1.702 / _SPREAD  # the logistic curve nearest to the normal distribution

    def below(edge: NDArray[np.floating]) -> NDArray[np.floating]:
        chance: NDArray[np.floating] = 1 / (1 + np.exp(-np.clip(scale * (edge - values[:, None]), -60, 60)))
        return chance

    inside = below(edges) - below(-edges)
    return np.diff(inside, prepend=0.0, append=1.0, axis=1)


def _rounded(values: NDArray[np.float32], step: int) -> NDArray[np.intp]:
    return np.rint(np.abs(values) / np.float32(step)).astype(np.intp)


def _coefficients(rgb: NDArray[np.uint8], shift: int) -> NDArray[np.float32] | None:
    """Return the DCT coefficients of up to 1,024 blocks on a grid displaced by ``shift`` pixels: (blocks, 9) float32."""
    rows, columns = (rgb.shape[0] - shift) // 8, (rgb.shape[1] - shift) // 8
    total = rows * columns
    if min(rows, columns) < 1 or total < MIN_BLOCKS:
        return None
    index = np.arange(min(total, MAX_BLOCKS)) * total // min(total, MAX_BLOCKS)
    grid = rgb[shift : shift + rows * 8, shift : shift + columns * 8].reshape(rows, 8, columns, 8, 3).swapaxes(1, 2)
    return luma_float(grid[index // columns, index % columns]).reshape(len(index), 64) @ _basis()


@lru_cache(maxsize=1)
def _basis() -> NDArray[np.float32]:
    place = np.arange(8)
    waves = [np.sqrt((1 if u == 0 else 2) / 8) * np.cos((2 * place + 1) * u * np.pi / 16) for u in range(8)]
    return np.stack([np.outer(waves[u], waves[v]).ravel() for u, v in MODES], 1).astype(np.float32)
