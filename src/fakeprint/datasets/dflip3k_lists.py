"""DFLIP-3K v1: text lists of test images with labels (specs: dflip3k 2.5)."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.dflip3k_v1 import ALIASES, CITATION, LICENCE, SUBSETS
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import text_lines

_LABELS = {"0": Label.AUTHENTIC, "1": Label.SYNTHETIC}
_FOLDERS = {"0_real": Label.AUTHENTIC, "1_fake": Label.SYNTHETIC, "real": Label.AUTHENTIC}


class Dflip3kList(Importer):
    """A test list of DFLIP-3K v1: one ``PATH LABEL`` a line, white space between, label 0 or 1 (1 = synthetic).

    Newer lists hold ``SUBSET/{0_real|1_fake}/FILE``, the older one ``SUBSET/FILE``; subsets are real, dalle, mj, sd, sdft and, out of
    distribution, parti, imagen, sdftood.  A line whose label contradicts its folder is refused.

    Citation: Wang et al., arXiv 2401.02335.  Licence: CC-BY-NC-4.0 (metadata); images keep the terms of their sources.
    """

    title: ClassVar[str] = "DFLIP-3K v1 test lists"
    citation: ClassVar[str] = CITATION
    licence: ClassVar[str] = LICENCE
    grouping: ClassVar[str] = "the list tells of no relation: every image is a group of its own"

    split: Split = Split.TEST

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample a line."""
        for line in text_lines(path):
            image, _, word = line.strip().replace("\t", " ").rpartition(" ")
            image, label = image.strip().replace("\\", "/"), _LABELS.get(word)
            if not image or label is None:
                tally.refuse("no label 0 or 1 at the end of the line", line)
                continue
            said = {_FOLDERS[part] for part in image.split("/")[:-1] if part in _FOLDERS}
            if said - {label}:
                tally.refuse("the label contradicts the folder", image)
                continue
            folder = image.split("/")[0]
            subset = ALIASES.get(folder, folder)
            generator, family = SUBSETS.get(subset, (subset, None)) if label.positive else (None, None)
            yield from tally.offer(
                image,
                id=image,
                path=image,
                label=label,
                split=self.split,
                group=image,
                source=f"dflip3k-v1/{subset}",
                generator=generator,
                family=family,
                extra={"out_of_distribution": True} if subset in ("parti", "imagen", "pd_ood") else {},
            )
