"""DFLIP-3K v1: the benchmark split as questions and answers (specs: dflip3k 2.4 and 4.1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.dflip3k_v1 import ALIASES, CITATION, FILES, LICENCE, SUBSETS, file_name
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.prompt_group import prompt_group
from fakeprint.datasets.published import require_published
from fakeprint.datasets.source_files import json_rows, require_content

REAL = "This is a real image."
_DETECTED = re.compile(r"This is an ai generated image by (DALLE|Midjourney|StableDiffusion)(?: probably (\w+))?\.?", re.IGNORECASE)
_PROMPT_GIVEN = re.compile(r"You can use this prompt: (.*)", re.DOTALL)
_PROMPT_BY = re.compile(r"I suggest using (\w+) and this prompt: (.*)", re.DOTALL)


@dataclass
class _Image:
    """What the rows of one image say together."""

    label: Label | None = None
    version: str | None = None
    prompt: str | None = None
    keys: list[str] = field(default_factory=list)


class Dflip3kQuestions(Importer):
    """The benchmark split of DFLIP-3K v1: ``trainset.json``, ``testset.json``, or the folder that holds them.

    Each is a list of ``{"input", "output", "image", "image_id"}``; ``image`` is ``SUBSET/FILE`` with the subsets real, dalle, mj, sd, sdft.
    The label is read from the answer (``This is a real image.`` or ``This is an ai generated image by ...``), never from the folder or
    the order; detection and prompt rows of one image become one sample, and rows that contradict each other are refused.  The split is
    that of the file's name.  ``verify=true`` first compares each file with the published one.

    Citation: Wang et al., arXiv 2401.02335.  Licence: CC-BY-NC-4.0 (metadata); images keep the terms of their sources.
    """

    title: ClassVar[str] = "DFLIP-3K v1 benchmark split (questions and answers)"
    citation: ClassVar[str] = CITATION
    licence: ClassVar[str] = LICENCE
    grouping: ClassVar[str] = "images of one prompt, case and white space aside; an image without a prompt is a group of its own"
    straddles: ClassVar[bool] = True

    split: Split | None = None
    verify: bool = False

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield one sample for each image of each file."""
        files = [path / name for name in ("trainset.json", "testset.json") if (path / name).is_file()] if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path.name} holds neither trainset.json nor testset.json")
        seen: set[str] = set()
        for file in files:
            split = self.split or _split_of(file)
            if self.verify:
                require_content(file)
                require_published(file, FILES)
            for image, found in _images(file, tally).items():
                if image in seen:
                    tally.refuse("the image stands in another file of the split too", image)
                else:
                    seen.add(image)
                    yield from _sample(image, found, split, tally)


def _images(file: Path, tally: Tally) -> dict[str, _Image]:
    images: dict[str, _Image] = {}
    for number, row in enumerate(json_rows(file)):
        image, answer = (row.get("image"), row.get("output")) if isinstance(row, dict) else (None, None)
        if not isinstance(image, str) or not isinstance(answer, str):
            tally.refuse("the row has no image and output", f"{file.name}[{number}]")
            continue
        if image in images:
            tally.note("rows merged with another row of their image")
        _read_answer(answer, images.setdefault(image, _Image()))
    return images


def _read_answer(answer: str, image: _Image) -> None:
    """Add what one answer says; an answer of neither form, or one that contradicts another, is kept as a reason to refuse."""
    prompted = _PROMPT_BY.fullmatch(answer) or _PROMPT_GIVEN.fullmatch(answer)
    detected = _DETECTED.fullmatch(answer.strip())
    if prompted:
        label, version, prompt = Label.SYNTHETIC, prompted[1] if prompted.re is _PROMPT_BY else None, prompted[prompted.re.groups]
    elif detected:
        label, version, prompt = Label.SYNTHETIC, detected[2], None
    elif answer.strip().rstrip(".").lower() == REAL.rstrip(".").lower():
        label, version, prompt = Label.AUTHENTIC, None, None
    else:
        image.keys.append("an answer has none of the known forms")
        return
    if image.label not in (None, label):
        image.keys.append("its answers contradict each other")
    image.label, image.version, image.prompt = label, version or image.version, prompt or image.prompt


def _sample(image: str, found: _Image, split: Split, tally: Tally) -> Iterator[Sample]:
    if found.keys or found.label is None:
        tally.refuse(found.keys[0], image)
        return
    folder = image.replace("\\", "/").rpartition("/")[0].rpartition("/")[2]
    subset = ALIASES.get(folder, folder)
    identity = f"{folder}/{file_name(image)}" if folder else image
    positive = bool(found.label.positive)
    generator, family = SUBSETS.get(subset, (None, None)) if positive else (None, None)
    yield from tally.offer(
        image,
        id=identity,
        path=identity,
        label=found.label,
        split=split,
        group=prompt_group(found.prompt, identity),
        source=f"dflip3k-v1/{subset or 'unknown'}",
        generator=generator,
        family=family,
        generator_version=found.version if positive and found.version != generator else None,
        generation=Generation(prompt=found.prompt, model=found.version) if found.prompt else None,
    )


def _split_of(file: Path) -> Split:
    name = file.stem.lower()
    found = [split for word, split in (("train", Split.TRAIN), ("val", Split.VAL), ("test", Split.TEST)) if word in name]
    if len(found) != 1:
        raise UsageError(f"the name {file.name} does not say which split it is; give --set split=train, val or test")
    return found[0]
