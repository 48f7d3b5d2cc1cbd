"""What a detector is worth on sources that it never saw: every source is left out of training in turn.

Only this number counts when recipes are compared; the validation split shares sources with training and flatters.  It also gives
calibration rows from unseen sources: each training picture is scored by the head that was fitted without its source.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fakeprint.core.card import Measured
from fakeprint.core.sample import Sample
from fakeprint.learn.discriminant import Discriminant
from fakeprint.learn.measure import Scored, measured_auroc
from fakeprint.learn.recipe import StatisticsMember
from fakeprint.learn.statistics_fit import Rows, fit_head

MEAN = "mean over left-out sources"


@dataclass(frozen=True)
class Evaluated:
    """Statistics (N, D) of measured training samples and of validation samples under one delivery."""

    condition: str
    train: Rows
    validation: Rows


@dataclass(frozen=True)
class LeftOut:
    """Results of all folds under one delivery.

    ``rows`` holds every measured training sample, scored without its source, and every validation sample, scored without its source too
    where training has that source.  ``by_source`` holds, for each source, its own files with the validation files of the other
    class, all scored without the source.
    """

    rows: Scored
    by_source: dict[str, Scored]


def leave_out(
    member: StatisticsMember,
    rows: Rows,
    train: Sequence[Sample],
    measured: Sequence[Sample],
    validation: Sequence[Sample],
    weights: NDArray[np.float64],
    evaluated: Sequence[Evaluated],
    slope: float,
    offset: float,
) -> list[LeftOut]:
    """Fit one head per source left out and score; ``rows`` (N, views, D) are the training deliveries of ``train``.

    ``measured`` are the training samples that are scored too: all but those of supporting sources.
    Scores are ``slope * head + offset``, the scale on which the member enters its ensemble.
    """
    sources = np.array([one.source for one in train])
    held = np.array([one.source for one in validation])
    labels = np.array([one.label.positive for one in validation])
    everything = fit_head(member, rows, train, weights)
    names = sorted({*held, *(one.source for one in measured)})
    heads = {name: fit_head(member, rows, train, weights, sources != name) if (sources == name).any() else everything for name in names}
    own = np.array([one.source for one in measured])
    return [_score(one, heads, measured, validation, own, held, labels, slope, offset) for one in evaluated]


def _score(
    evaluated: Evaluated,
    heads: dict[str, Discriminant],
    measured: Sequence[Sample],
    validation: Sequence[Sample],
    sources: NDArray[np.str_],
    held: NDArray[np.str_],
    labels: NDArray[np.int64],
    slope: float,
    offset: float,
) -> LeftOut:
    learned, chosen = np.zeros(len(measured)), np.zeros(len(validation))
    by_source = {}
    own_labels = np.array([one.label.positive for one in measured])
    for name, head in heads.items():
        first = slope * head.score(evaluated.train.astype(np.float64)) + offset
        second = slope * head.score(evaluated.validation.astype(np.float64)) + offset
        learned[sources == name], chosen[held == name] = first[sources == name], second[held == name]
        mine = {*own_labels[sources == name].tolist(), *labels[held == name].tolist()}
        if len(mine) == 1:
            other = (held == name) | (labels != mine.pop())
            taken = [*(one for one, inside in zip(measured, sources == name, strict=True) if inside)]
            taken += [one for one, inside in zip(validation, other, strict=True) if inside]
            by_source[name] = Scored(evaluated.condition, tuple(taken), np.concatenate([first[sources == name], second[other]]))
    return LeftOut(Scored(evaluated.condition, (*measured, *validation), np.concatenate([learned, chosen])), by_source)


def measured_left_out(results: Sequence[LeftOut], *, seed: int) -> list[Measured]:
    """Return the AUROC of each left-out source and their mean, for every delivery."""
    split = "train and validation"
    found = []
    for result in results:
        single = [measured_auroc(scored, split=split, group=f"left out: {name}", seed=seed) for name, scored in result.by_source.items()]
        if single:
            mean = float(np.mean([one.value for one in single]))
            found.append(Measured(metric="auroc", value=mean, condition=result.rows.condition, split=split, group=MEAN, groups=len(single)))
        found += single
    return found
