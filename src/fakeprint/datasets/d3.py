"""ELSA-D3 as published: Parquet rows with one caption and four generated images each (specs: d3-code 1.1)."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from fakeprint.core.errors import MissingExtraError, UsageError
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.archive import INSIDE
from fakeprint.datasets.d3_record import SPLITS, D3Layout, D3Record, note_missing, read_bad_ids, record_samples
from fakeprint.datasets.importer import Tally
from fakeprint.datasets.parquet_file import parquet_rows
from fakeprint.datasets.source_files import text

HUB = "hf:"
_SHARED = ("id", "original_prompt", "positive_prompt", "negative_prompt", "url")
_PER_IMAGE = ("model", "width", "height", "num_inference_steps", "filepath")
COLUMNS = (*_SHARED, *(f"{name}_gen{index}" for index in range(4) for name in _PER_IMAGE))
"""All columns but the images: the manifest needs no pixels."""


class ElsaD3(D3Layout):
    """The Diffusion-generated Deepfake Detection set of the ELSA project, 2.3 million rows of 29 columns.

    ``PATH`` is a Parquet file, a folder of them (``data/train-NNNNN-*.parquet``, ``data/validation-*.parquet``), or ``hf:elsaEU/ELSA_D3``
    to stream the rows from the hub through the ``datasets`` library.  Pixels are not read: an image's path is
    ``FILE.parquet!/ROW/image_gen0`` (rows of the hub: ``NAME/SPLIT!/ROW/image_gen0``).  Photographs are not part of the set: they get their
    address and the path ``real/ID`` at which the build puts them; ``reals=false`` leaves them out.  The split is that of the file name.

    ``first`` stops after that many rows; ``rank`` and ``world`` take one of the original's contiguous slices of files; ``bad_ids`` is
    the list of ids with placeholder photographs.

    Citation: Baraldi et al., ECCV 2024, arXiv 2407.20337.  Licence: not stated by the card.
    """

    title: ClassVar[str] = "ELSA-D3, Parquet rows"

    split: Split | None = None
    reals: bool = True
    first: int | None = Field(None, ge=1)
    rank: int = Field(0, ge=0)
    world: int = Field(1, ge=1)
    bad_ids: Path | None = None

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the samples of each row in stored order."""
        bad = read_bad_ids(self.bad_ids)
        rows = self._hub_rows(str(path).removeprefix(HUB)) if str(path).startswith(HUB) else self._local_rows(path)
        for where, split, row in islice(rows, self.first):
            record = _record(where, split, row, reals=self.reals)
            if record is None:
                tally.refuse("the row has no id", where)
            else:
                note_missing(record, tally)
                yield from record_samples(record, bad, tally)

    def _local_rows(self, path: Path) -> Iterator[tuple[str, Split, Mapping[str, object]]]:
        files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path.name} holds no Parquet file")
        root = path if path.is_dir() else path.parent
        for file in slice_of(files, self.rank, self.world):
            split = self.split or SPLITS.get(file.name.split("-")[0].lower())
            if split is None:
                raise UsageError(f"the name {file.name} does not begin with train- or validation-; give --set split=train, val or test")
            for number, row in enumerate(parquet_rows(file, COLUMNS)):
                yield f"{file.relative_to(root).as_posix()}{INSIDE}{number}", split, row

    def _hub_rows(self, name: str) -> Iterator[tuple[str, Split, Mapping[str, object]]]:
        slice_of([], self.rank, self.world)  # refuses a rank that is none before anything is streamed
        for word in ("train", "validation"):
            rows = hub_stream(name, word, COLUMNS)
            for number, row in enumerate(rows):
                if number % self.world == self.rank:
                    yield f"{name.strip('/')}/{word}{INSIDE}{number}", SPLITS[word], row


def slice_of(files: list[Path], rank: int, world: int) -> list[Path]:
    """Return the contiguous part of rank ``rank`` of ``world``; the last rank takes the remainder (specs: d3-code 1.3).

    >>> [len(slice_of([Path(str(index)) for index in range(10)], rank, 3)) for rank in range(3)]
    [3, 3, 4]
    """
    if rank >= world:
        raise UsageError(f"rank {rank} is not below world {world}")
    size = len(files) // world
    return files[rank * size : len(files) if rank == world - 1 else (rank + 1) * size]


def hub_stream(name: str, split: str, wanted: tuple[str, ...] | None = None) -> Iterator[dict[str, object]]:
    """Stream rows of a hub data set, or of a local folder that the ``datasets`` library opens; only those columns where given."""
    try:
        library = import_module("datasets")
    except ImportError as error:
        raise MissingExtraError("datasets", "data") from error
    options = {"columns": list(wanted)} if wanted else {}
    try:
        yield from library.load_dataset(name, split=split, streaming=True, **options)
    except (OSError, ValueError, library.exceptions.DatasetNotFoundError) as error:
        raise UsageError(f"{name}, split {split}, cannot be streamed: {error}") from error


def _record(where: str, split: Split, row: Mapping[str, object], *, reals: bool) -> D3Record | None:
    identity = text(row.get("id"))
    if identity is None:
        return None
    said: dict[str, dict[str, int | str | None]] = {}
    paths = {"real": f"real/{identity}"} if reals and text(row.get("url")) else {}
    for index in range(4):
        values = {name: row.get(f"{name}_gen{index}") for name in _PER_IMAGE}
        if any(value is not None for value in values.values()):
            steps = values.pop("num_inference_steps")
            said[f"gen_{index}"] = {name: value for name, value in (values | {"steps": steps}).items() if isinstance(value, int | str)}
            paths[f"gen_{index}"] = f"{where}/image_gen{index}"
    return D3Record(
        id=identity,
        split=split,
        url=text(row.get("url")),
        caption=text(row.get("original_prompt")),
        prompt=text(row.get("positive_prompt")),
        negative_prompt=text(row.get("negative_prompt")),
        paths=paths,
        said=said,
    )
