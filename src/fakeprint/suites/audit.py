"""The format audit of a set of rows: how far the format alone tells the labels apart (specs: evaluation 11)."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from fakeprint.core.prediction import FormatFacts
from fakeprint.core.scorecard import FormatAudit, MetricValue
from fakeprint.metrics.bootstrap import Resamples
from fakeprint.suites.container_baseline import baseline, cross_tabs, feature_table, single_features
from fakeprint.suites.tables import no_value, value_of

CLEAN = 0.55
WARN = 0.60
MOST_SINGLE = 12
MIN_ROWS = 20
"""Rows of each class that the audit needs."""


def audit(facts: Sequence[FormatFacts | None], labels: Sequence[int], groups: Sequence[str], *, resamples: int, seed: int) -> FormatAudit:
    """Audit N rows; those without facts are counted as unread."""
    kept = [place for place, one in enumerate(facts) if one is not None]
    known = [one for one in facts if one is not None]
    truth = np.array([labels[place] for place in kept], dtype=np.int64)
    n_1 = int(truth.sum())
    n_0, unread = len(kept) - n_1, len(facts) - len(kept)
    if min(n_0, n_1) < MIN_ROWS:
        reason = f"needs {MIN_ROWS} rows of each label with format facts"
        return FormatAudit(auroc=no_value("auroc", reason), verdict=None, n_0=n_0, n_1=n_1, unread=unread)
    homes = [groups[place] for place in kept]
    found = baseline(known, Resamples(homes, truth, count=resamples, seed=seed), truth, homes)
    table = feature_table(known)
    single = [MetricValue(metric=name, value=value) for name, value in single_features(table, truth).items()]
    return FormatAudit(
        auroc=value_of("auroc", found),
        verdict=verdict_of(found.value),
        n_0=n_0,
        n_1=n_1,
        unread=unread,
        single=tuple(single[:MOST_SINGLE]),
        tables=cross_tabs(table, truth),
    )


def verdict_of(auroc: float | None) -> Literal["clean", "note", "warn"] | None:
    """Return what an audit AUROC means.

    >>> verdict_of(0.55), verdict_of(0.6), verdict_of(0.61)
    ('clean', 'note', 'warn')
    """
    if auroc is None:
        return None
    return "clean" if auroc <= CLEAN else "note" if auroc <= WARN else "warn"
