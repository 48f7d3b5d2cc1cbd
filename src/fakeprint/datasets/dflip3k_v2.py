"""DFLIP-3K v2: training metadata with family and version of every image (specs: dflip3k 2.6)."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.dflip3k_families import FAMILIES
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import json_rows, whole

CITATION = "Wang, Hong, Li, Ma, Huang. DFLIP-3K. Pattern Recognition 178, article 113395, 2026."
LICENCE = "CC-BY-NC-4.0"
SOURCE = "dflip3k-v2"
SPLITS = {"train": Split.TRAIN, "val": Split.VAL, "valid": Split.VAL, "validation": Split.VAL, "test": Split.TEST}

_CLASSES = ("fake", "real", "real_pair")


class Dflip3kV2Layout(Importer):
    """What is the same in every layout of DFLIP-3K v2."""

    citation: ClassVar[str] = CITATION
    licence: ClassVar[str] = LICENCE
    straddles: ClassVar[bool] = True


class Dflip3kV2(Dflip3kV2Layout):
    """Training metadata of DFLIP-3K v2: ``dflip3k_meta.json``, a list of ``{image_path, is_fake, family_id, version_id, split}``.

    Three spellings of the path are read: ``fake/FAMILY/SUBMODEL/ID`` (and ``real_pair/...``), the same below ``train`` or ``test``,
    and flat ``{train,test}/ID``.  Family and version come from the folders, in the flat form the family from the table of 27.  The label is
    ``is_fake``; a row whose folder says otherwise is refused.  Images of the class real never get a family: the folder that they were
    paired with is kept as ``twin_family`` and ``twin_version``.  ``family_id`` and ``version_id`` are kept as imported in ``extra``.

    Citation: Pattern Recognition 178, 113395 (2026).  Licence: CC-BY-NC-4.0.
    """

    title: ClassVar[str] = "DFLIP-3K v2 training metadata"
    grouping: ClassVar[str] = "the generated images and paired photographs of one family, submodel and file stem"

    split: Split | None = None

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each row."""
        file = path / "dflip3k_meta.json" if path.is_dir() else path
        rows = json_rows(file)
        _note_other_ids(rows, tally)
        for number, row in enumerate(rows):
            image = row.get("image_path") if isinstance(row, dict) else None
            if not isinstance(row, dict) or not isinstance(image, str):
                tally.refuse("the row has no image_path", f"{file.name}[{number}]")
            else:
                yield from self._sample(image, row, tally)

    def _sample(self, image: str, row: dict[str, object], tally: Tally) -> Iterator[Sample]:
        fake, word = row.get("is_fake"), row.get("split")
        positive = int(fake) if isinstance(fake, bool) else whole(fake)
        split = self.split or SPLITS.get(word.lower() if isinstance(word, str) else "")
        if positive not in (0, 1):
            tally.refuse("is_fake is neither 0 nor 1", image)
            return
        if split is None:
            tally.refuse("the split is not train, val or test; give --set split=...", image)
            return
        path, kind, family, version = place_of(image)
        if kind is not None and (kind == "fake") != bool(positive):
            tally.refuse("the label contradicts the folder", image)
            return
        family_id = whole(row.get("family_id"))
        if kind is None and family_id is not None and 0 <= family_id < len(FAMILIES):
            family = FAMILIES[family_id][0]
        extra = {name: number for name in ("family_id", "version_id") if (number := whole(row.get(name))) is not None}
        twins = {} if positive else {"twin_family": family, "twin_version": version}
        stem = path.rpartition("/")[2].rpartition(".")[0]
        yield from tally.offer(
            image,
            id=path,
            path=path,
            label=Label.SYNTHETIC if positive else Label.AUTHENTIC,
            split=split,
            group=f"dflip3k-v2:{family or ''}/{version or ''}/{stem}",
            source=SOURCE,
            generator=(version or family) if positive else None,
            family=family if positive else None,
            generator_version=version if positive else None,
            licence=LICENCE,
            extra=extra | {name: text for name, text in twins.items() if text},
        )


def place_of(image: str) -> tuple[str, str | None, str | None, str | None]:
    """Return path inside the set, class folder, family and submodel that a path names; None where it does not.

    >>> place_of("/data/x/train/fake/sdxl_1.0/juggernaut/12.jpg")
    ('train/fake/sdxl_1.0/juggernaut/12.jpg', 'fake', 'sdxl_1.0', 'juggernaut')
    >>> place_of("real_pair/pony/base/a.png")
    ('real_pair/pony/base/a.png', 'real_pair', 'pony', 'base')
    >>> place_of("/home/x/test/7.jpg")
    ('test/7.jpg', None, None, None)
    """
    parts = [part for part in image.replace("\\", "/").split("/") if part not in ("", ".")]
    at = next((index for index in range(len(parts) - 4, -1, -1) if parts[index] in _CLASSES), None)
    if at is not None:
        start = at - 1 if at and parts[at - 1] in SPLITS else at
        return "/".join(parts[start:]), parts[at], parts[at + 1], parts[at + 2]
    start = next((index for index in range(len(parts) - 2, -1, -1) if parts[index] in SPLITS), 0)
    return "/".join(parts[start:]), None, None, None


def _note_other_ids(rows: list[object], tally: Tally) -> None:
    """Count rows whose family id is not the position of their folder among the sorted family folders (specs: dflip3k 9, R12)."""
    said: dict[str, set[int]] = {}
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("image_path"), str):
            _, kind, family, _ = place_of(row["image_path"])
            number = whole(row.get("family_id"))
            if kind == "fake" and family is not None and number is not None:
                said.setdefault(family, set()).add(number)
    for place, family in enumerate(sorted(said)):
        if said[family] != {place}:
            tally.note(f"family ids that are not the position of the folder {family!r} among those present: {sorted(said[family])[:3]}")
