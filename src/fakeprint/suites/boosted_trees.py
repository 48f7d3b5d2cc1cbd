"""Gradient-boosted trees over container facts, cross-validated by group: sees what several facts tell together (specs: evaluation 11)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.errors import MissingExtraError
from fakeprint.suites.container_baseline import FOLDS, Column

TREES = 100
LEAVES = 15


def boosted_out_of_fold(table: dict[str, Column], labels: NDArray[np.int64], groups: Sequence[str], seed: int) -> NDArray[np.float64]:
    """Return the (N,) scores of models that have not seen the row's group; words become numbers by alphabetical rank.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.model_selection import StratifiedGroupKFold
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "bench") from error
    features = np.stack([_numbers(column) for column in table.values()], axis=1)
    scores = np.zeros(len(labels))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for known, held in folds.split(features, labels, list(groups)):
        if len(np.unique(labels[known])) < 2:
            continue
        model = HistGradientBoostingClassifier(
            max_iter=TREES, max_leaf_nodes=LEAVES, l2_regularization=1.0, early_stopping=False, class_weight="balanced", random_state=seed
        )
        scores[held] = model.fit(features[known], labels[known]).decision_function(features[held])
    return scores


def _numbers(column: Column) -> NDArray[np.float64]:
    if isinstance(column, list):
        return np.unique(np.asarray(column, dtype=object).astype(str), return_inverse=True)[1].astype(np.float64)
    return column
