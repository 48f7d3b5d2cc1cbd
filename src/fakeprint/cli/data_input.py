"""What the commands of ``fakeprint data`` take: a manifest, a table or a folder, and which of its samples."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fakeprint.core.errors import UsageError
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Sample
from fakeprint.datasets.folders import read_folders
from fakeprint.datasets.seeded_draw import draw
from fakeprint.datasets.store import read_header, read_samples
from fakeprint.datasets.table import read_table

if TYPE_CHECKING:
    from fakeprint.datasets.prompt_safety import Category


@dataclass(frozen=True)
class DataInput:
    """Header, the chosen samples, and the folder that their paths are relative to."""

    path: Path
    header: ManifestHeader
    samples: tuple[Sample, ...]
    root: Path


def read_input(path: Path, *, where: tuple[str, ...] = (), root: Path | None = None, limit: int | None = None, seed: int = 0) -> DataInput:
    """Read ``.parquet`` and ``.jsonl`` manifests, ``.csv`` tables and folders.

    ``where`` are conditions ``column=value``; of a CSV file they may name any column.  ``limit`` keeps that many samples, label by
    label as even as possible, chosen by seed and id.

    Raises:
        UsageError: no such file, a condition that is none, or no sample is left.
    """
    header, samples, base = stream_input(path, where=where)
    kept = tuple(samples)
    if not kept:
        raise UsageError(f"no sample of {path.name} matches {', '.join(where)}" if where else f"{path.name} holds no samples")
    return DataInput(path, header, kept if limit is None else _part(kept, limit, seed), root or base)


def stream_input(path: Path, *, where: tuple[str, ...] = ()) -> tuple[ManifestHeader, Iterator[Sample], Path]:
    """Return header, matching samples one by one, and the folder of their files; manifests are not read into memory."""
    wanted = dict(_condition(one) for one in where)
    samples: Iterable[Sample]
    if path.is_dir():
        manifest = read_folders(path)
        header, samples, base = manifest.header, manifest.samples, path
    elif path.suffix == ".csv":
        if not path.is_file():
            raise UsageError(f"there is no file {path.name}")
        manifest = read_table(path, where=wanted)
        header, samples, base, wanted = manifest.header, manifest.samples, path.parent, {}
    else:
        header, samples, base = read_header(path), read_samples(path), path.parent
    return header, (one for one in samples if _matches(one, wanted)), base


def _condition(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"a condition is written column=value; got {text!r}")
    return name, value


def _matches(sample: Sample, wanted: dict[str, str]) -> bool:
    for name, value in wanted.items():
        if name not in Sample.model_fields and name not in sample.extra:
            raise UsageError(f"samples have no column {name!r}")
        found = getattr(sample, name) if name in Sample.model_fields else sample.extra[name]
        if str(found) != value:
            return False
    return True


def _part(samples: tuple[Sample, ...], limit: int, seed: int) -> tuple[Sample, ...]:
    """Take turns between the labels, each in an order drawn from its ids, until ``limit`` are taken; keep the stored order."""
    turns: list[tuple[int, int, str]] = []
    for label in (0, 1):
        ranked = sorted((one for one in samples if one.label.positive == label), key=lambda one: (draw(seed, one.id), one.id))
        turns += [(turn, label, one.id) for turn, one in enumerate(ranked)]
    chosen = {sample_id for _, _, sample_id in sorted(turns)[:limit]}
    return tuple(one for one in samples if one.id in chosen)


def allowed_categories(names: "list[str] | None") -> "tuple[Category, ...]":
    """Return safety categories by name; ``minor_sexual`` cannot be allowed.

    Raises:
        UsageError: an unknown name, or that one.
    """
    from fakeprint.core.registry import unknown_name
    from fakeprint.datasets.prompt_safety import ALLOWABLE, Category

    for name in names or ():
        if name not in ALLOWABLE:
            raise unknown_name("safety category that can be allowed", name, ALLOWABLE)
    return tuple(map(Category, names or ()))
