"""DFLIP-3K v2 as released on the hub: tar shards with one CSV table for each split (specs: dflip3k 2.6)."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.archive import INSIDE, members
from fakeprint.datasets.dflip3k_families import family_named
from fakeprint.datasets.dflip3k_v2 import LICENCE, SOURCE, Dflip3kV2Layout
from fakeprint.datasets.importer import Tally
from fakeprint.datasets.prompt_group import prompt_group
from fakeprint.datasets.source_files import IMAGE_SUFFIXES, csv_rows, require_folder, text

_CLASSES = {"fake": Label.SYNTHETIC, "real": Label.AUTHENTIC}
_KNOWN = ("id", "baseModel", "modelname", "prompt")


class Dflip3kTables(Dflip3kV2Layout):
    """The hub release of DFLIP-3K v2: ``{train,test}/{fake,real}/*.tar`` and ``tables/{train,test}.csv``.

    ``PATH`` is the folder.  Shards are listed, not unpacked: a sample's path is ``train/fake/000.tar!/ID.jpg``.  The label is the folder
    of the shard; family, model and prompt of a generated image come from the row of the table with its id, other columns stay in
    ``extra``.  An image of the class fake without a row is kept and counted; a row without an image is refused.

    Citation: Pattern Recognition 178, 113395 (2026).  Licence: CC-BY-NC-4.0.
    """

    title: ClassVar[str] = "DFLIP-3K v2 shards with tables"
    grouping: ClassVar[str] = "images of one prompt, case and white space aside; without one, images of one id and class"

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each image in a shard."""
        root, any_shard = require_folder(path), False
        for split in (Split.TRAIN, Split.TEST):
            table = root / "tables" / f"{split}.csv"
            rows = {row["id"]: row for row in csv_rows(table, _KNOWN)} if table.exists() else {}
            unseen = set(rows)
            for folder, label in _CLASSES.items():
                for shard in sorted((root / split / folder).glob("*.tar")):
                    any_shard = True
                    for member in members(shard):
                        name = PurePosixPath(member.name)
                        if name.suffix.lower() not in IMAGE_SUFFIXES:
                            continue
                        row = rows.get(name.stem) if label.positive else None
                        if row is not None:
                            unseen.discard(name.stem)
                        elif label.positive:
                            tally.note("generated images without a row in the table")
                        where = f"{split}/{folder}/{shard.name}{INSIDE}{member.name}"
                        yield from _sample(where, name.stem, label, split, row or {}, tally)
            for identity in sorted(unseen):
                tally.refuse("a row of the table without an image", f"{table.name}: {identity}")
        if not any_shard:
            raise UsageError(f"{path.name} holds no shard train/fake/*.tar, train/real/*.tar, test/fake/*.tar or test/real/*.tar")


def _sample(where: str, identity: str, label: Label, split: Split, row: dict[str, str], tally: Tally) -> Iterator[Sample]:
    prompt, model, base = text(row.get("prompt")), text(row.get("modelname")), text(row.get("baseModel"))
    yield from tally.offer(
        where,
        id=where,
        path=where,
        label=label,
        split=split,
        group=prompt_group(prompt, f"dflip3k-v2:{label}/{identity}"),
        source=SOURCE,
        generator=model or base,
        family=family_named(base) if base else None,
        generator_version=model,
        generation=Generation(prompt=prompt, model=model) if prompt else None,
        licence=LICENCE,
        extra={name: cell for name, cell in row.items() if name not in _KNOWN and cell},
    )
