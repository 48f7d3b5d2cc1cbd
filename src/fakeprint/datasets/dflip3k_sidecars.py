"""DFLIP-3K v2 on disk: images in folders of family and submodel, with a side-car of the gallery's record each (specs: dflip3k 2.6)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.comfy_prompt import comfy_prompts
from fakeprint.datasets.dflip3k_v2 import LICENCE, SOURCE, SPLITS, Dflip3kV2Layout, place_of
from fakeprint.datasets.importer import Tally
from fakeprint.datasets.prompt_group import prompt_group
from fakeprint.datasets.source_files import IMAGE_SUFFIXES, json_rows, media_files, number, read_json, text, whole


class Dflip3kSidecars(Dflip3kV2Layout):
    """DFLIP-3K v2 as folders, or as the consolidated JSON of its side-cars.

    Folders: ``fake/FAMILY/SUBMODEL/ID.jpeg`` with ``ID.json`` beside it, and ``real_pair/FAMILY/SUBMODEL/*`` (or ``real/...``), also below
    ``train`` and ``test``.  Consolidated: an array of the gallery's records with ``_meta_json_path``, which is where the image lies; it
    holds generated images only.  The label is the folder ``fake``, ``real`` or ``real_pair``.  The prompt is the first of ``prompt``,
    ``meta.prompt``, the ComfyUI graph in ``meta.comfy`` (the text linked to the sampler as positive), ``description``, ``caption``.
    Where no folder names a split, ``split`` is taken.

    Citation: Pattern Recognition 178, 113395 (2026).  Licence: CC-BY-NC-4.0.
    """

    title: ClassVar[str] = "DFLIP-3K v2 folders or consolidated side-cars"
    grouping: ClassVar[str] = "images of one prompt, case and white space aside; without one, images of one family, submodel and stem"

    split: Split = Split.TEST

    def samples(self, path: Path, tally: Tally) -> Iterator[Sample]:
        """Yield images in path order, or rows in file order."""
        offered = tally.found
        if path.is_dir():
            for inside in media_files(path, IMAGE_SUFFIXES):
                sidecar = (path / inside).with_suffix(".json")
                record = read_json(sidecar) if sidecar.is_file() else {}
                yield from self._sample(inside.as_posix(), record if isinstance(record, dict) else {}, tally)
        else:
            for place, row in enumerate(json_rows(path)):
                where = row.get("_meta_json_path") if isinstance(row, dict) else None
                if isinstance(row, dict) and isinstance(where, str):
                    suffix = Path((text(row.get("url")) or "").partition("?")[0]).suffix.lower()
                    yield from self._sample(where.removesuffix(".json") + (suffix if suffix in IMAGE_SUFFIXES else ""), row, tally)
                else:
                    tally.refuse("the row has no _meta_json_path", f"{path.name}[{place}]")
        if tally.found == offered:
            raise UsageError(f"{path.name} holds no image in fake/FAMILY/SUBMODEL or real_pair/FAMILY/SUBMODEL")

    def _sample(self, image: str, record: Mapping[str, object], tally: Tally) -> Iterator[Sample]:
        path, kind, family, version = place_of(image)
        if kind is None:
            tally.refuse("not in a folder fake/FAMILY/SUBMODEL, real/... or real_pair/...", image)
            return
        positive = kind == "fake"
        generation = generation_of(record) if positive else None
        stem = path.rpartition("/")[2].partition(".")[0]
        group = f"dflip3k-v2:{family}/{version}/{stem}"
        yield from tally.offer(
            image,
            id=path,
            path=path,
            label=Label.SYNTHETIC if positive else Label.AUTHENTIC,
            split=SPLITS.get(path.partition("/")[0], self.split),
            group=prompt_group(generation.prompt, group) if generation else group,
            source=SOURCE,
            generator=version if positive else None,
            family=family if positive else None,
            generator_version=version if positive else None,
            generation=generation,
            url=text(record.get("url")),
            licence=LICENCE,
            extra={} if positive else {"twin_family": family, "twin_version": version},
        )


def generation_of(record: Mapping[str, object]) -> Generation | None:
    """Return prompt and settings of a gallery record, None where it says nothing of them."""
    inner = record.get("meta")
    meta: Mapping[str, object] = inner if isinstance(inner, Mapping) else {}
    positive, negative = comfy_prompts(meta.get("comfy"))
    prompts = (text(record.get("prompt")), text(meta.get("prompt")), positive, text(record.get("description")), text(record.get("caption")))
    width, _, height = (text(meta.get("Size")) or "").partition("x")
    found = Generation(
        prompt=next((prompt for prompt in prompts if prompt), None),
        negative_prompt=text(meta.get("negativePrompt")) or negative,
        model=text(meta.get("Model")),
        model_hash=text(meta.get("Model hash")),
        sampler=text(meta.get("sampler")),
        steps=whole(meta.get("steps")),
        cfg=number(meta.get("cfgScale")),
        seed=whole(meta.get("seed")),
        width=_size(width),
        height=_size(height),
    )
    return found if found != Generation() else None


def _size(word: str) -> int | None:
    found = whole(word)
    return found if found is not None and found >= 0 else None
