"""Folders named ``0_real`` and ``1_fake``, or ``real`` and ``fake``, as an importer."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.folders import read_folders
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import MEDIA_SUFFIXES, require_folder


class LabelFolders(Importer):
    """Any tree in which a folder is the label: ``0_real`` and ``1_fake``, ``real`` and ``fake``, ``authentic``, ``manipulated``.

    A folder named like a split above it sets the split (else ``split``); ``positive`` says what ``fake`` means.  Files that are no
    image or video by their name are refused.

    Citation: the set's own.  Licence: that of the set, ``terms`` writes it into every sample.
    """

    title: ClassVar[str] = "Folders named like labels"
    citation: ClassVar[str] = "none: cite the set that lies in the folders"
    licence: ClassVar[str] = "that of the set; give it with --set terms=..."
    grouping: ClassVar[str] = "every file is a group of its own, since folders tell of no relation"

    split: Split = Split.TEST
    positive: Literal[Label.SYNTHETIC, Label.MANIPULATED] = Label.SYNTHETIC
    terms: str | None = None

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each file below a label folder."""
        for sample in read_folders(require_folder(path), split=self.split, positive=self.positive).samples:
            if Path(sample.path).suffix.lower() in MEDIA_SUFFIXES:
                yield from tally.offer(sample.path, **dict(sample) | {"licence": self.terms})
            else:
                tally.refuse("no image or video by its name", sample.path)
