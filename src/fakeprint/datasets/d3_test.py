"""The D3 test set: one folder for each regime and generator (specs: d3-code 1.6)."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.archive import INSIDE, is_archive, members
from fakeprint.datasets.d3_record import GROUPING, SLOTS, D3Layout, D3Record, record_samples
from fakeprint.datasets.importer import Tally
from fakeprint.datasets.source_files import IMAGE_SUFFIXES, media_files, require_folder

REGIMES = ("augm", "no_augm")


class D3Test(D3Layout):
    """``d3_test/{augm,no_augm}/{real,gen_0,gen_1,gen_2,gen_3}/*``, unpacked or as ``d3_test.tar``.

    ``no_augm`` holds the original encodings, ``augm`` each image transformed once by an unpublished draw.  The label is the name of the
    folder; ``source`` is ``d3-test/REGIME`` and ``extra`` holds the regime.  Files elsewhere are refused and counted.

    Citation: Baraldi et al., ECCV 2024, arXiv 2407.20337.  Licence: not stated by the card.
    """

    title: ClassVar[str] = "D3 test folders"
    grouping: ClassVar[str] = f"{GROUPING}, in both regimes: images of one file stem"

    split: Split = Split.TEST

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each image in a known folder."""
        offered = 0
        for name, inside in _files(path):
            regime, slot = (inside.parts[-3], inside.parts[-2]) if len(inside.parts) >= 3 else ("", "")
            if regime not in REGIMES or slot not in SLOTS:
                tally.refuse("not in a folder REGIME/real or REGIME/gen_N", name)
                continue
            offered += 1
            record = D3Record(
                id=inside.stem,
                split=self.split,
                source=f"d3-test/{regime}",
                paths={slot: name},
                prefix=f"{regime}/",
                extra={"regime": regime},
            )
            yield from record_samples(record, frozenset(), tally)
        if not offered:
            raise UsageError(f"{path.name} holds no augm/real, augm/gen_N, no_augm/real or no_augm/gen_N with images")


def _files(path: Path) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield the path of a sample and the path inside the set."""
    if is_archive(path):
        for member in members(path):
            inside = PurePosixPath(member.name)
            if inside.suffix.lower() in IMAGE_SUFFIXES:
                yield f"{path.name}{INSIDE}{member.name}", inside
    else:
        for inside in media_files(require_folder(path), IMAGE_SUFFIXES):
            yield inside.as_posix(), inside
