"""Fitting the linear head of a statistics member: repeatable deliveries, one pass, one solve."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fakeprint.core.durable import atomic_file
from fakeprint.core.sample import Sample
from fakeprint.learn.discriminant import Discriminant, fit_discriminant
from fakeprint.learn.pixels import PixelStore
from fakeprint.learn.recipe import StatisticsMember
from fakeprint.learn.statistics import Statistics
from fakeprint.learn.stream import Delivery, to_tensor

BLOCK = 64
"""Samples between two saved parts: what a stopped run has to do again at most."""


def fit_statistics(
    member: StatisticsMember,
    samples: Sequence[Sample],
    weights: NDArray[np.float64],
    store: PixelStore,
    way: Delivery,
    seed: int,
    folder: Path,
    key: str,
) -> Discriminant:
    """Take ``views`` deliveries of every sample, compute their statistics, fit the discriminant.

    Finished blocks are kept in ``folder`` under the recipe's hash ``key``, so that a stopped run goes on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    extract = Statistics(member.groups).eval()
    parts = []
    for start in range(0, len(samples), BLOCK):
        path = folder / f"{key[:16]}-{start:06d}.npy"
        if not path.exists():
            rows = [_rows(extract, one, at + start, member, store, way, seed) for at, one in enumerate(samples[start : start + BLOCK])]
            with atomic_file(path) as stream:
                np.save(stream, np.concatenate(rows))
        parts.append(np.load(path))
    repeat = member.views
    return fit_discriminant(
        np.concatenate(parts).astype(np.float64),
        np.repeat([one.label.positive for one in samples], repeat).astype(np.int64),
        np.repeat([one.source for one in samples], repeat),
        np.repeat(weights, repeat),
        between=member.between,
        ridge=member.ridge,
    )


@torch.inference_mode()
def _rows(
    extract: Statistics, sample: Sample, at: int, member: StatisticsMember, store: PixelStore, way: Delivery, seed: int
) -> NDArray[np.float32]:
    generators = [np.random.default_rng([seed, at, view]) for view in range(member.views)]
    views = [to_tensor(way.apply(store.get(sample.id), rng)) for rng in generators]
    rows: NDArray[np.float32] = extract(torch.stack(views)).numpy()
    return rows
