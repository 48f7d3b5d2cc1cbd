"""DFLIP-3K v2 as conversations for training a prompt writer (specs: dflip3k 2.7)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.dflip3k_v2 import LICENCE, SOURCE, SPLITS, Dflip3kV2Layout, place_of
from fakeprint.datasets.importer import Tally
from fakeprint.datasets.prompt_group import prompt_group
from fakeprint.datasets.source_files import json_rows, text


class Dflip3kConversations(Dflip3kV2Layout):
    """A JSON list of ``{id, image, conversations: [{from: "human", value}, {from: "gpt", value}]}``.

    The prompt is the first answer; the question is the same everywhere and is left out.  Only generated images have a prompt, so the
    label is synthetic; a row whose folder is ``real`` or ``real_pair`` contradicts that and is refused.  Images are told apart by their
    path, not by their stem, which two families may share.

    Citation: Pattern Recognition 178, 113395 (2026).  Licence: CC-BY-NC-4.0.
    """

    title: ClassVar[str] = "DFLIP-3K v2 conversations (LLaVA form)"
    grouping: ClassVar[str] = "images of one prompt, case and white space aside"

    split: Split = Split.TRAIN

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each row."""
        for number, row in enumerate(json_rows(path)):
            image = text(row.get("image")) if isinstance(row, dict) else None
            prompt = _answer(row.get("conversations")) if isinstance(row, dict) else None
            if image is None or prompt is None:
                tally.refuse("the row has no image, or no answer that is text", f"{path.name}[{number}]")
                continue
            place, kind, family, version = place_of(image)
            if kind in ("real", "real_pair"):
                tally.refuse("a prompt for an image in a folder of the class real", image)
                continue
            yield from tally.offer(
                image,
                id=place,
                path=place,
                label=Label.SYNTHETIC,
                split=SPLITS.get(place.partition("/")[0], self.split),
                group=prompt_group(prompt, f"dflip3k-v2:{place}"),
                source=SOURCE,
                generator=version or family,
                family=family,
                generator_version=version,
                generation=Generation(prompt=prompt),
                licence=LICENCE,
            )


def _answer(turns: object) -> str | None:
    """Return the first thing that the model is to say."""
    for turn in turns if isinstance(turns, Sequence) and not isinstance(turns, str) else ():
        if isinstance(turn, dict) and turn.get("from") == "gpt":
            return text(turn.get("value"))
    return None
