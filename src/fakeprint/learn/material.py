"""What a run learns from and is chosen on."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import Manifest
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.table import read_table
from fakeprint.learn.pixels import PixelStore, pixel_store
from fakeprint.learn.recipe import FaceViewRecipe, Recipe


@dataclass(frozen=True)
class Material:
    """Training and validation samples with their pixels; files that could not be decoded are in neither list."""

    train: tuple[Sample, ...]
    validation: tuple[Sample, ...]
    store: PixelStore


def gather(recipe: Recipe, data: Path, cache: Path, tell: Callable[[str], None]) -> Material:
    """Read the manifest, leave out what training must not see, decode everything once."""
    tables = [read_table(data / recipe.data.manifest, where=where, positive=recipe.data.positive) for where in recipe.data.where]
    rows = {one.id: one for table in tables for one in table.samples}
    whole = Manifest(header=tables[0].header, samples=tuple(rows.values()))
    learned = [one for one in whole.of_split(Split.TRAIN) if one.source not in recipe.data.leave_out]
    learned = _capped(learned, recipe.data.support, recipe.data.at_most)
    chosen = [one for one in whole.of_split(recipe.data.validation) if one.source not in recipe.data.support]
    store = pixel_store([*learned, *chosen], data, cache)
    for name, reason in store.refused.items():
        tell(f"left out, cannot be decoded: {name}: {reason}")
    alone = isinstance(recipe.view, FaceViewRecipe) and recipe.view.authentic_alone
    if alone:
        learned = [one for one in learned if not one.label.positive]
    return Material(_usable(learned, store, "training", {0} if alone else {0, 1}), _usable(chosen, store, "validation", {0, 1}), store)


def _usable(samples: Sequence[Sample], store: PixelStore, purpose: str, labels: set[int]) -> tuple[Sample, ...]:
    kept = tuple(one for one in samples if one.id in store)
    if {one.label.positive for one in kept} != labels:
        wanted = "both classes" if len(labels) == 2 else "authentic faces"
        raise UsageError(f"{purpose} needs samples of {wanted}; there are {len(kept)} samples")
    return kept


def _capped(samples: Sequence[Sample], sources: Iterable[str], at_most: int) -> list[Sample]:
    """Keep of each of these sources and each label the ``at_most`` samples whose hashed ids come first."""
    held: dict[tuple[str, int], list[Sample]] = defaultdict(list)
    for one in samples:
        held[(one.source, one.label.positive)].append(one)
    dropped: set[str] = set()
    for (source, _), group in held.items():
        if source in set(sources):
            ranked = sorted(group, key=lambda one: sha256(one.id.encode()).digest())
            dropped |= {one.id for one in ranked[at_most:]}
    return [one for one in samples if one.id not in dropped]
