"""GenImage and sets laid out like it: folders ``nature`` and ``ai`` below each generator."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import IMAGE_SUFFIXES, media_files, require_folder

_LABELS = {"nature": Label.AUTHENTIC, "ai": Label.SYNTHETIC}


class GenImage(Importer):
    """GenImage: ``GENERATOR/.../{train,val}/{nature,ai}/*``; ``nature`` are ImageNet photographs, ``ai`` images of the generator.

    ``PATH`` is the folder of all generators or of one.  The label is the folder ``nature`` or ``ai``.  The published comparisons test on
    ``val``: it becomes the split ``val_as`` (default ``test``), so that it is not used to choose models by accident.

    Citation: Zhu et al., NeurIPS 2023.  Licence: CC-BY-NC-SA-4.0; photographs keep the terms of ImageNet.
    """

    title: ClassVar[str] = "GenImage"
    citation: ClassVar[str] = (
        "Zhu, Chen, Yan, Huang, Lin, Li, Tu, Hu, Hu, Wang. GenImage: a million-scale benchmark for detecting AI-generated image. "
        "NeurIPS 2023 Datasets and Benchmarks."
    )
    licence: ClassVar[str] = "CC-BY-NC-SA-4.0; photographs keep the terms of ImageNet (research)"
    grouping: ClassVar[str] = "a photograph wherever it is repeated (by file name); a generated image stands alone"
    straddles: ClassVar[bool] = True

    val_as: Split = Split.TEST

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the images in path order."""
        root, offered = require_folder(path), 0
        splits = {"train": Split.TRAIN, "val": self.val_as}
        for inside in media_files(root, IMAGE_SUFFIXES):
            where, parts = inside.as_posix(), inside.parts
            label = _LABELS.get(parts[-2].lower()) if len(parts) > 1 else None
            split = splits.get(parts[-3].lower()) if len(parts) > 2 else None
            if label is None or split is None:
                tally.refuse("not in a folder train/nature, train/ai, val/nature or val/ai", where)
                continue
            offered += 1
            generator = parts[0] if len(parts) > 3 else root.resolve().name
            yield from tally.offer(
                where,
                id=where,
                path=where,
                label=label,
                split=split,
                group=f"imagenet:{inside.stem}" if label is Label.AUTHENTIC else f"genimage:{where}",
                source=f"genimage/{generator}",
                generator=generator if label.positive else None,
                licence=self.licence,
            )
        if not offered:
            raise UsageError(f"{path.name} holds no images in train/nature, train/ai, val/nature or val/ai")
