"""One record of D3, whichever layout it was read from: one photograph and four images generated from its caption (specs: d3-code 1.1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from fakeprint.core.errors import UsageError
from fakeprint.core.generation import Generation
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.datasets.importer import Importer, Tally
from fakeprint.datasets.source_files import json_rows

CITATION = (
    "Baraldi, Cocchi, Cornia, Baraldi, Nicolosi, Cucchiara. Contrasting Deepfakes Diffusion via Contrastive Learning and Global-Local "
    "Similarities. ECCV 2024, arXiv 2407.20337."
)
LICENCE = "unknown: the card of D3 states none; photographs keep the terms of their web pages"
GROUPING = "the photograph and the four images of one record"

GENERATORS = (
    ("DeepFloyd/IF-II-L-v1.0", "deepfloyd_if"),
    ("CompVis/stable-diffusion-v1-4", "sd_1.x"),
    ("stabilityai/stable-diffusion-2-1-base", "sd_2.1"),
    ("stabilityai/stable-diffusion-xl-base-1.0", "sdxl_1.0"),
)
"""Model and family of ``gen_0`` to ``gen_3``; the order is fixed for the whole set."""

SLOTS = ("real", "gen_0", "gen_1", "gen_2", "gen_3")
SPLITS = {"train": Split.TRAIN, "train_add": Split.TRAIN, "validation": Split.VAL, "val": Split.VAL, "test": Split.TEST}


class D3Layout(Importer):
    """What is the same in every layout of D3."""

    citation: ClassVar[str] = CITATION
    licence: ClassVar[str] = LICENCE
    grouping: ClassVar[str] = GROUPING


@dataclass
class D3Record:
    """What is known of a record; ``paths`` holds the slots of :data:`SLOTS` that are there, ``said`` what the source says of a slot."""

    id: str
    split: Split
    source: str = "d3"
    url: str | None = None
    caption: str | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    paths: dict[str, str] = field(default_factory=dict)
    said: Mapping[str, Mapping[str, int | str | None]] = field(default_factory=dict)
    prefix: str = ""
    extra: Mapping[str, int | float | str | bool] = field(default_factory=dict)


def record_samples(record: D3Record, bad_ids: frozenset[str], tally: Tally) -> Iterator[Sample]:
    """Yield the samples of the images that a record has; a record on the list of bad ids is refused whole."""
    for slot in SLOTS:
        key = f"{record.prefix}{record.id}/{slot}"
        if slot not in record.paths:
            continue
        if record.id in bad_ids:
            tally.refuse("the record is on the list of bad ids", key)
        elif slot == "real":
            yield from tally.offer(
                key,
                id=key,
                path=record.paths[slot],
                label=Label.AUTHENTIC,
                split=record.split,
                group=f"d3:{record.id}",
                source=record.source,
                url=record.url,
                extra={**record.extra, **({"caption": record.caption} if record.caption else {})},
            )
        else:
            yield from _generated(record, slot, key, tally)


def note_missing(record: D3Record, tally: Tally) -> None:
    """Count the images that a record lacks."""
    for slot in SLOTS:
        if slot not in record.paths:
            tally.note(f"records without {slot}")


def _generated(record: D3Record, slot: str, key: str, tally: Tally) -> Iterator[Sample]:
    model, family = GENERATORS[int(slot[-1])]
    said = record.said.get(slot, {})
    named = said.get("model")
    if isinstance(named, str) and named and named != model:
        tally.note(f"{slot} made by another model than the published one")
        model, family = named, ""
    generation = Generation(
        model=model,
        prompt=record.prompt or record.caption,
        negative_prompt=record.negative_prompt,
        steps=_whole(said.get("steps")),
        width=_whole(said.get("width")),
        height=_whole(said.get("height")),
    )
    extra = dict(record.extra)
    if record.caption and record.prompt and record.caption != record.prompt:
        extra["caption"] = record.caption
    if isinstance(said.get("filepath"), str):
        extra["filepath"] = str(said["filepath"])
    yield from tally.offer(
        key,
        id=key,
        path=record.paths[slot],
        label=Label.SYNTHETIC,
        split=record.split,
        group=f"d3:{record.id}",
        source=record.source,
        generator=model,
        family=family or None,
        generation=generation,
        extra=extra,
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def read_bad_ids(path: Path | None) -> frozenset[str]:
    """Return the ids of the filter list, a JSON list of text (specs: d3-code 1.5); none where no list is given."""
    if path is None:
        return frozenset()
    rows = json_rows(path)
    if not all(isinstance(row, str) for row in rows):
        raise UsageError(f"{path.name} is no list of ids as text")
    return frozenset(str(row) for row in rows)
