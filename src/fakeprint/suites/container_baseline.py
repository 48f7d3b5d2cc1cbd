"""The format audit: a trivial classifier on facts that need no pixels (specs: evaluation 11).

Numbers become up to eight bins, words one column each, so that a logistic regression sees any dependence of one feature.  It is
cross-validated by group, five folds, and its pooled out-of-fold AUROC stands beside every score of a detector.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.prediction import FormatFacts
from fakeprint.metrics.bootstrap import Interval, Resamples, interval
from fakeprint.metrics.logistic import fit_ridge
from fakeprint.metrics.ranking import AUROC

FOLDS = 5
BINS = 8
RIDGE = 1.0
MOST_WORDS = 32
"""Values of one word feature that get a column; rarer ones share one."""

Column = NDArray[np.float64] | list[str]


def feature_table(facts: Sequence[FormatFacts]) -> dict[str, Column]:
    """Return the features of N files: (N,) numbers with NaN where unknown, or N words; constant features are left out."""
    table: dict[str, Column] = {}
    for name in FormatFacts.model_fields:
        values = [getattr(one, name) for one in facts]
        if name in ("container", "subsampling", "process", "mode", "extension"):
            table[name] = ["" if value is None else str(value) for value in values]
        else:
            table[name] = np.array([np.nan if value is None else float(value) for value in values])
    table.update(_sizes(table))
    return {name: column for name, column in table.items() if not _constant(column)}


def _sizes(table: dict[str, Column]) -> dict[str, Column]:
    width, height, size = (np.asarray(table[name], np.float64) for name in ("width", "height", "bytes"))
    pixels = width * height
    found: dict[str, Column] = {
        "aspect": np.divide(width, height, out=np.full_like(width, np.nan), where=height > 0),
        "megapixels": pixels / 1e6,
        "bits per pixel": np.divide(8 * size, pixels, out=np.full_like(width, np.nan), where=pixels > 0),
    }
    for step in (8, 32, 64):
        found[f"multiple of {step}"] = np.where(np.isnan(pixels), np.nan, (width % step == 0) & (height % step == 0))
    return found


def _constant(column: Column) -> bool:
    return len(set(column)) < 2 if isinstance(column, list) else len(np.unique(column)) < 2


def out_of_fold(table: dict[str, Column], labels: NDArray[np.int64], groups: Sequence[str], seed: int) -> NDArray[np.float64]:
    """Return the (N,) scores that models give which have not seen the row's group."""
    folds = _folds(groups, labels, seed)
    scores = np.zeros(len(labels))
    for fold in range(FOLDS):
        held = folds == fold
        known = labels[~held]
        if not held.any() or len(np.unique(known)) < 2:
            continue
        columns = [_encode(column, ~held) for column in table.values()]
        features = np.concatenate([*columns, np.ones((len(labels), 1))], axis=1)
        share = np.bincount(known, minlength=2)
        weights = np.where(known == 1, 0.5 / share[1], 0.5 / share[0]) * len(known)
        scores[held] = features[held] @ fit_ridge(features[~held], known.astype(np.float64), weights, RIDGE)
    return scores


def _folds(groups: Sequence[str], labels: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Deal whole groups into folds, those with label 1 and those without apart, so that each fold has both."""
    names, index = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    positive = np.bincount(index, labels, len(names)) > 0
    rng = np.random.default_rng(seed)
    fold = np.zeros(len(names), np.int64)
    for part in (positive, ~positive):
        members = rng.permutation(np.flatnonzero(part))
        fold[members] = np.arange(len(members)) % FOLDS
    return fold[index]


def _encode(column: Column, known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (N, K) indicator columns whose bins or words were chosen on the ``known`` rows alone."""
    if isinstance(column, list):
        words = np.asarray(column, dtype=object).astype(str)
        found, counts = np.unique(words[known], return_counts=True)
        kept = found[np.argsort(-counts, kind="stable")][:MOST_WORDS]
        return _indicators(words, kept)
    given = column[known & ~np.isnan(column)]
    distinct = np.unique(given)
    if len(distinct) <= 2 * BINS:
        edges = (distinct[1:] + distinct[:-1]) / 2
    else:
        edges = np.unique(np.quantile(given, np.linspace(0, 1, BINS + 1)[1:-1]))
    bins = np.where(np.isnan(column), len(edges) + 1, np.digitize(column, edges))
    return _indicators(bins, np.arange(len(edges) + 2))


def _indicators(values: NDArray[Any], kept: NDArray[Any]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.equal(values[:, None], kept[None, :]).astype(np.float64)
    return found


def single_features(table: dict[str, Column], labels: NDArray[np.int64]) -> dict[str, float]:
    """Return the AUROC of each feature alone, strongest first; each word or bin counts with the share of label 1 among its rows.

    The direction is chosen on the same rows, so these numbers flatter the feature a little; they serve to find it, not to judge it.
    """
    every = np.ones(len(labels), bool)
    found = {name: AUROC(_share_of_ones(_encode(column, every), labels), labels) for name, column in table.items()}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _share_of_ones(indicators: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    counts = indicators.sum(axis=0)
    shares = np.divide(labels @ indicators, counts, out=np.zeros_like(counts), where=counts > 0)
    scores: NDArray[np.float64] = indicators @ shares
    return scores


def cross_tabs(table: dict[str, Column], labels: NDArray[np.int64], most: int = 8) -> tuple[tuple[str, str, int, int], ...]:
    """Return feature, value, rows of label 0 and of label 1 for the values whose shares in the classes differ most."""
    rows: list[tuple[float, tuple[str, str, int, int]]] = []
    n_1, n_0 = max(1, int(labels.sum())), max(1, int((1 - labels).sum()))
    for name, column in table.items():
        words = np.asarray([_word(value) for value in column], dtype=object).astype(str)
        found, index = np.unique(words, return_inverse=True)
        if len(found) > MOST_WORDS:
            continue
        ones = np.bincount(index, labels, len(found)).astype(int)
        zeros = np.bincount(index, minlength=len(found)) - ones
        for word, zero, one in zip(found, zeros, ones, strict=True):
            rows.append((abs(one / n_1 - zero / n_0), (name, str(word), int(zero), int(one))))
    return tuple(row for gap, row in sorted(rows, key=lambda pair: -pair[0])[:most] if gap > 0)


def _word(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def baseline(facts: Sequence[FormatFacts], draws: Resamples, labels: NDArray[np.int64], groups: Sequence[str]) -> Interval:
    """Return the pooled out-of-fold AUROC with its grouped interval, 0.5 where no fact differs between any two files."""
    table = feature_table(facts)
    scores = out_of_fold(table, labels, groups, draws.seed) if table else np.zeros(len(labels))
    return interval(AUROC, scores, labels, draws)
