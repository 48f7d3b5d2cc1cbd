"""Statistics of repeatable deliveries, kept on disk, and the linear head fitted on them."""

import zlib
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fakeprint.core.durable import atomic_file
from fakeprint.core.sample import Sample
from fakeprint.learn.discriminant import Discriminant, fit_discriminant
from fakeprint.learn.pixels import PixelStore
from fakeprint.learn.recipe import ConditionRecipe, StatisticsMember
from fakeprint.learn.statistics import Statistics
from fakeprint.learn.stream import Way, to_tensor
from fakeprint.learn.views import fixed_view
from fakeprint.transforms.transform import Pixels

BLOCK = 64
"""Samples between two saved parts: what a stopped run has to do again at most."""

Rows = NDArray[np.float32]


def training_rows(member: StatisticsMember, samples: Sequence[Sample], store: PixelStore, way: Way, seed: int, folder: Path) -> Rows:
    """Return the statistics (N, views, D) of ``views`` deliveries of every sample; a delivery depends on seed and sample alone."""

    def views(sample: Sample) -> list[Pixels]:
        name = zlib.crc32(sample.id.encode())
        return [way.apply(store.get(sample.id), np.random.default_rng([seed, name, view])) for view in range(member.views)]

    return _kept(member, samples, views, folder, f"{seed}\0{member.views}\0{way}")


def condition_rows(
    member: StatisticsMember,
    samples: Sequence[Sample],
    store: PixelStore,
    condition: ConditionRecipe,
    folder: Path,
    face: int | None = None,
) -> Rows:
    """Return the statistics (N, 1, D) of every sample under one fixed delivery; ``face`` is the side that face crops are resized to."""

    def view(sample: Sample) -> list[Pixels]:
        return [fixed_view(store.get(sample.id), sample.id, condition, face)]

    key = condition.model_dump_json(include={"name", "crop", "law"})
    return _kept(member, samples, view, folder, key if face is None else f"{key}\0{face}")


def fit_head(
    member: StatisticsMember, rows: Rows, samples: Sequence[Sample], weights: NDArray[np.float64], keep: NDArray[np.bool_] | None = None
) -> Discriminant:
    """Fit the discriminant on rows (N, views, D); ``keep`` (N,) leaves samples out."""
    kept = np.ones(len(samples), bool) if keep is None else keep
    taken = [one for one, inside in zip(samples, kept, strict=True) if inside]
    return fit_discriminant(
        rows[kept].reshape(-1, rows.shape[2]).astype(np.float64),
        np.repeat([one.label.positive for one in taken], member.views).astype(np.int64),
        np.repeat([one.source for one in taken], member.views),
        np.repeat(weights[kept], member.views),
        between=member.between,
        ridge=member.ridge,
    )


def _kept(member: StatisticsMember, samples: Sequence[Sample], views: Callable[[Sample], list[Pixels]], folder: Path, key: str) -> Rows:
    """Compute block by block, keeping finished blocks in ``folder`` under a hash of everything that they depend on."""
    folder.mkdir(parents=True, exist_ok=True)
    extract = Statistics(member.groups).eval()
    parts = []
    for start in range(0, len(samples), BLOCK):
        block = samples[start : start + BLOCK]
        name = sha256("\0".join([key, *member.groups, *(one.id for one in block)]).encode()).hexdigest()[:24]
        path = folder / f"{name}.npy"
        if not path.exists():
            found = np.stack([_extract(extract, views(one)) for one in block])
            with atomic_file(path) as stream:
                np.save(stream, found)
        parts.append(np.load(path))
    return np.concatenate(parts)


@torch.inference_mode()
def _extract(extract: Statistics, views: list[Pixels]) -> Rows:
    rows: Rows = torch.cat([extract(to_tensor(view)[None]) for view in views]).numpy()
    return rows
