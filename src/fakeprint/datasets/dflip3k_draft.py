"""The draft format of DFLIP-3K v2, as DFLIP-Net read it (specs: dflip3k 2.8)."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.dflip3k_v2 import LICENCE, Dflip3kV2Layout
from fakeprint.datasets.importer import Tally
from fakeprint.datasets.prompt_group import prompt_group
from fakeprint.datasets.source_files import json_rows, text, whole


class Dflip3kDraft(Dflip3kV2Layout):
    """A list of ``{uid, file_path, label: "Real"|"Fake", generator, generator_id, gt_prompt, mask_path}``.

    The label is the word ``Real`` or ``Fake``; a row in which ``generator_id`` says otherwise (0 = Real) is refused.  A row of label Fake
    with a mask is ``manipulated``, without one ``synthetic``.  The file names no split: all samples get ``split``.

    Citation: Pattern Recognition 178, 113395 (2026).  Licence: CC-BY-NC-4.0.
    """

    title: ClassVar[str] = "DFLIP-3K v2 draft (DFLIP-Net)"
    grouping: ClassVar[str] = "images of one prompt, case and white space aside; an image without a prompt is a group of its own"
    straddles: ClassVar[bool] = False

    split: Split = Split.TEST

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each row."""
        for place, row in enumerate(json_rows(path)):
            file = row.get("file_path") if isinstance(row, dict) else None
            if not isinstance(row, dict) or not isinstance(file, str):
                tally.refuse("the row has no file_path", f"{path.name}[{place}]")
                continue
            word, maker = row.get("label"), whole(row.get("generator_id"))
            if word not in ("Real", "Fake"):
                tally.refuse("the label is neither Real nor Fake", file)
            elif maker is not None and (maker == 0) != (word == "Real"):
                tally.refuse("label and generator_id contradict each other", file)
            else:
                yield from self._sample(file.replace("\\", "/"), row, fake=word == "Fake", tally=tally)

    def _sample(self, file: str, row: dict[str, object], *, fake: bool, tally: Tally) -> Iterator[Sample]:
        prompt, mask, uid = text(row.get("gt_prompt")), text(row.get("mask_path")), text(row.get("uid"))
        label = (Label.MANIPULATED if mask else Label.SYNTHETIC) if fake else Label.AUTHENTIC
        yield from tally.offer(
            file,
            id=uid or file,
            path=file,
            label=label,
            split=self.split,
            group=prompt_group(prompt, file),
            source="dflip3k-v2/draft",
            generator=text(row.get("generator")) if fake else None,
            generation=Generation(prompt=prompt) if prompt and fake else None,
            mask=mask.replace("\\", "/") if mask and fake else None,
            licence=LICENCE,
        )
