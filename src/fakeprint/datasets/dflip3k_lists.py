"""DFLIP-3K v1: text lists of test images with labels, of selected images, and of regenerated ones (specs: dflip3k 2.5)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.dflip3k_v1 import ALIASES, CITATION, LICENCE, SUBSETS
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.prompt_group import prompt_group
from fakeprint.datasets.source_files import text_lines

_LABELS = {"0": Label.AUTHENTIC, "1": Label.SYNTHETIC}
_FOLDERS = {"0_real": Label.AUTHENTIC, "1_fake": Label.SYNTHETIC, "real": Label.AUTHENTIC}
_REGENERATED = re.compile(r"(\d{1,9}\.png)\t([^\t]+)\t(.+)")


class Dflip3kList(Importer):
    """A text list of DFLIP-3K v1, one image a line; the form is told line by line.

    * ``PATH LABEL``, white space between, label 0 or 1 (1 = synthetic).  Newer lists hold ``SUBSET/{0_real|1_fake}/FILE``, the older one
      ``SUBSET/FILE``; subsets are real, dalle, mj, sd, sdft and, out of distribution, parti, imagen, sdftood.  A line whose label
      contradicts its folder is refused.
    * ``PATH`` alone (``prompts_1k.txt``), the label being that of the folder ``0_real`` or ``1_fake``; without such a folder it is refused.
    * ``NUMBER.png``, model and prompt between tabs (regeneration list): a synthetic image made from a predicted prompt.

    Citation: Wang et al., arXiv 2401.02335.  Licence: CC-BY-NC-4.0 (metadata); images keep the terms of their sources.
    """

    title: ClassVar[str] = "DFLIP-3K v1 text lists"
    citation: ClassVar[str] = CITATION
    licence: ClassVar[str] = LICENCE
    grouping: ClassVar[str] = "a listed image is a group of its own, the list tells of no relation; regenerated images share their prompt's"

    split: Split = Split.TEST

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample a line."""
        for line in text_lines(path):
            regenerated = _REGENERATED.fullmatch(line.strip())
            if regenerated and regenerated[3] not in _LABELS:
                yield from self._regenerated(regenerated[1], regenerated[2].strip(), regenerated[3].strip(), tally)
            else:
                yield from self._listed(line, tally)

    def _listed(self, line: str, tally: Tally) -> Iterator[Sample]:
        image, _, word = line.strip().replace("\t", " ").rpartition(" ")
        if word not in _LABELS:
            image = line
        image = image.strip().replace("\\", "/")
        said = {_FOLDERS[part] for part in image.split("/")[:-1] if part in _FOLDERS}
        label = _LABELS.get(word) or next(iter(said), None)
        if not image or label is None:
            tally.refuse("no label 0 or 1 at the end of the line, and none of a folder 0_real or 1_fake", line)
            return
        if said - {label}:
            tally.refuse("the label contradicts the folder", image)
            return
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

    def _regenerated(self, image: str, model: str, prompt: str, tally: Tally) -> Iterator[Sample]:
        yield from tally.offer(
            image,
            id=image,
            path=image,
            label=Label.SYNTHETIC,
            split=self.split,
            group=prompt_group(prompt, image),
            source="dflip3k-v1/regenerated",
            generator=model,
            generation=Generation(prompt=prompt, model=model),
        )
