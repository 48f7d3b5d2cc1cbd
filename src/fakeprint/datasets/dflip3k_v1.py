"""DFLIP-3K v1: metadata, with addresses, of images of DALL-E 2, Midjourney and Stable Diffusion models (specs: dflip3k 2.2)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Literal

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.prompt_group import prompt_group
from fakeprint.datasets.published import Published, require_published
from fakeprint.datasets.source_files import csv_rows, json_object, number, require_content, text, whole

CITATION = (
    "Wang, Huang, Ma, Hong. Linguistic profiling of deepfakes: an open database for next-generation deepfake detection. arXiv 2401.02335."
)
LICENCE = "CC-BY-NC-4.0 for the metadata (the README; its LICENSE file says MIT); every image keeps the terms of its own source"

Subset = Literal["dalle", "mj", "sd", "pd"]
SUBSETS: dict[str, tuple[str, str]] = {
    "dalle": ("DALLE", "dalle_2"),
    "mj": ("Midjourney", "midjourney"),
    "sd": ("StableDiffusion", "sd_1.x"),
    "pd": ("StableDiffusion", "sd_1.x"),
    "parti": ("parti", "parti"),
    "imagen": ("imagen", "imagen"),
    "pd_ood": ("StableDiffusion", "sd_1.x"),
}
"""Generator and family of each source group; ``sdft`` is another name of ``pd``, ``sdftood`` of ``pd_ood`` (specs: dflip3k 1.2, 2.9)."""

ALIASES = {"sdft": "pd", "sdftood": "pd_ood"}
FILES = {
    "pd.json": Published(195_018_063, "00002ad9292d60b14c66dc4e9b9d34f85ff745e0e2fc67e8c8fefa5fc79f376a"),
    "mj.json": Published(40_265_909, "867e981151105007cd5f1bdf9d783e8c5fb2e514ae6f368d365fb58cd1afd570"),
    "dalle.json": Published(6_625_387, "32a46b00cc7da957184a6833a981c6738bbe8f6935a1b45d8fd7d667298a20f4"),
    "sd.json": Published(4_025_575, "3491df2f07c51e98d9a32f761876528b5306987a7576fe0aa2723ea2ea99ffd7"),
    "trainset.json": Published(76_039_900, "373e51b5c489a907e988139963bf8faa88cefa7a5c88fe85ee52cd2af9598f45"),
    "testset.json": Published(5_334_967, "fd5aa5295b2302accf8767b2ebdc3757b31234bb6574a9f73c5d576bc4485697"),
}
_SD_FIELDS = {"p": "Prompt", "se": "Seed", "c": "CFG scale", "st": "Steps", "sa": "Sampler"}
_MAPPED = {"url", "Prompt", "Negative prompt", "Sampler", "Seed", "CFG scale", "Model hash", "Model", "Size", "Steps"}
_RENAMED = {"noise": "denoise", "Clip skip": "clip_skip", "ENSD": "ensd", "Source": "site"}
_SIZE = re.compile(r"(\d{1,6})\s?[xX]\s?(\d{1,6})")
_OTHERS = re.compile(r"([A-Za-z][^:\n]{0,60}): (\S{1,200})(?: |$)")


def file_name(key: str) -> str:
    r"""Return the file name in a key: the part after the last slash of either kind (specs: dflip3k 2.2).

    >>> file_name("dalle/dalle0000001.jpg"), file_name("D:\\crawl\\a.png"), file_name("12")
    ('dalle0000001.jpg', 'a.png', '12')
    """
    return re.split(r"[\\/]", key)[-1]


class Dflip3kV1(Importer):
    """Metadata of DFLIP-3K v1: ``dalle.json``, ``mj.json``, ``sd.json``, ``pd.json`` (one object keyed by image), or the CSV variant.

    ``PATH`` is one of them or the folder that holds them.  The name of the file says which source it describes, whatever subset its keys
    name; ``subset`` says it where the name does not.  All samples have the label ``synthetic``: DALL-E 2, Midjourney, Stable Diffusion
    (DiffusionDB, without addresses) and personalised Stable Diffusion models.  No images are read; the path is ``SUBSET/NAME``, where
    ``fakeprint data download`` puts them.  The files name no split: all samples get ``split``.  ``verify=true`` first compares each file
    with the published one.

    Citation: Wang et al., arXiv 2401.02335.  Licence: CC-BY-NC-4.0 (metadata); images keep the terms of their sources.
    """

    title: ClassVar[str] = "DFLIP-3K v1 metadata"
    citation: ClassVar[str] = CITATION
    licence: ClassVar[str] = LICENCE
    grouping: ClassVar[str] = "images of one prompt, case and white space aside; an image without a prompt is a group of its own"

    subset: Subset | None = None
    split: Split = Split.TEST
    verify: bool = False

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield the rows of each metadata file."""
        for file in _files(path):
            subset = self.subset or _subset_of(file)
            if self.verify:
                require_content(file)
                require_published(file, FILES)
            for key, row in _rows(file):
                if isinstance(row, dict):
                    yield from self._sample(subset, key, row, tally)
                else:
                    tally.refuse("the row is no object", key)

    def _sample(self, subset: str, key: str, row: Mapping[str, object], tally: Tally) -> Iterator[Sample]:
        name = file_name(key)
        identity = f"{subset}/{name}"
        if subset == "sd":
            row = {_SD_FIELDS.get(field, field): value for field, value in row.items()}
        generation, extra = settings(row)
        generator, family = SUBSETS[subset]
        yield from tally.offer(
            key,
            id=identity,
            path=identity,
            label=Label.SYNTHETIC,
            split=self.split,
            group=prompt_group(generation.prompt, identity),
            source=f"dflip3k-v1/{subset}",
            generator=generator,
            family=family,
            generator_version=generation.model if subset == "pd" else None,
            generation=generation,
            url=text(row.get("url")),
            extra=extra,
        )


def settings(row: Mapping[str, object]) -> tuple[Generation, dict[str, int | float | str | bool]]:
    """Return prompt and settings of a row, and what has no field; a number that cannot be read stays there as written."""
    size = _SIZE.fullmatch(text(row.get("Size")) or "")
    typed: dict[str, int | float | None] = {
        "Steps": whole(row.get("Steps")),
        "CFG scale": number(row.get("CFG scale")),
        "Seed": whole(row.get("Seed")),
        "Size": int(size[1]) if size else None,
    }
    generation = Generation.model_validate(
        {
            "model": text(row.get("Model")),
            "model_hash": text(row.get("Model hash")),
            "prompt": text(row.get("Prompt")),
            "negative_prompt": text(row.get("Negative prompt")),
            "sampler": text(row.get("Sampler")),
            "steps": typed["Steps"],
            "cfg": typed["CFG scale"],
            "seed": typed["Seed"],
            "width": int(size[1]) if size else None,
            "height": int(size[2]) if size else None,
        }
    )
    extra: dict[str, int | float | str | bool] = {}
    for field, value in row.items():
        if field not in _MAPPED or (field in typed and typed[field] is None):
            kept = value if isinstance(value, int | float) else text(value)
            if kept is not None:
                extra[_RENAMED.get(field, field)] = kept
    for name, value in _OTHERS.findall(str(extra.get("others", ""))[:10_000]):
        extra.setdefault(f"others.{name.strip()}", value)
    return generation, extra


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = [path / f"{subset}.json" for subset in ("dalle", "mj", "sd", "pd") if (path / f"{subset}.json").is_file()]
        if not found:
            raise UsageError(f"{path.name} holds none of dalle.json, mj.json, sd.json, pd.json")
        return found
    return [path]


def _subset_of(file: Path) -> str:
    words = set(re.split(r"[^a-z]+", file.stem.lower()))
    found = {ALIASES.get(word, word) for word in words} & {"dalle", "mj", "sd", "pd"}
    if len(found) != 1:
        raise UsageError(f"the name {file.name} does not say which source it describes; give --set subset=dalle, mj, sd or pd")
    return found.pop()


def _rows(file: Path) -> Iterable[tuple[str, object]]:
    if file.suffix.lower() == ".csv":
        rows = csv_rows(file, ("file_name", "Prompt"))
        return ((row["file_name"], {name: cell for name, cell in row.items() if name != "file_name"}) for row in rows)
    return json_object(file).items()
