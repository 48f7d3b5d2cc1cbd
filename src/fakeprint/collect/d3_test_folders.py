"""The folder test set of D3: every image as it came and transformed once, in a folder for each class (specs: d3-code 1.6, 2.1)."""

import shutil
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from fakeprint.collect.byte_store import ByteStore
from fakeprint.collect.stored_record import StoredImage, StoredRecord
from fakeprint.collect.sync import sync_folder
from fakeprint.collect.treatment import TreatedImage, Treatment, encoding_pool, treated
from fakeprint.core.limits import Limits
from fakeprint.core.manifest import ManifestHeader
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.d3_record import CITATION, LICENCE, SPLITS, D3Record, record_samples
from fakeprint.datasets.importer import Tally
from fakeprint.datasets.screened_samples import screened
from fakeprint.datasets.store import write_manifest
from fakeprint.media.workers import WorkerPool

FOLDER = "d3_test"


def write_test_folders(
    records: Sequence[StoredRecord], root: Path, store: ByteStore, treatment: Treatment, limits: Limits, jobs: int
) -> int:
    """Write ``d3_test/{augm,no_augm}/{real,gen_0,...}/ID.SUFFIX`` below ``root`` and ``d3_test.parquet`` beside it; return how many files.

    ``no_augm`` holds the stored bytes, ``augm`` each image after ``treatment`` (after one operation, where that has none).  The manifest
    tells hash, prompt and the operations of every file; both forms of all images of a record are one group.  An older folder is
    replaced when the new one is whole.

    Raises:
        OSError: stored bytes are missing or have changed, or nothing can be written.
    """
    part, final = root / f"{FOLDER}.part", root / FOLDER
    shutil.rmtree(part, ignore_errors=True)
    treatments = {"augm": treatment.model_copy(update={"transform": treatment.transform or 1}), "no_augm": Treatment()}
    header = ManifestHeader(
        name=FOLDER,
        description="D3 test folders. Groups: the images of one record, in both forms.",
        citation=CITATION,
        terms=LICENCE,
    )
    with encoding_pool(limits, jobs) as pool:
        samples = (
            sample for regime, how in treatments.items() for sample in _samples(records, part / regime, regime, store, how, pool, limits)
        )
        summary = write_manifest(root / f"{FOLDER}.parquet", header, screened(samples))
    sync_folder(part)
    shutil.rmtree(final, ignore_errors=True)
    part.replace(final)
    return summary.samples


def _samples(
    records: Sequence[StoredRecord], folder: Path, regime: str, store: ByteStore, treatment: Treatment, pool: WorkerPool, limits: Limits
) -> Iterator[Sample]:
    for one in treated(records, store, treatment, pool, limits):
        for slot, image in one.images.items():
            (folder / slot).mkdir(parents=True, exist_ok=True)
            (folder / slot / f"{one.record.id}.{image.suffix}").write_bytes(image.data)
        published = _published(one.record, regime, {slot: f"{slot}/{one.record.id}.{image.suffix}" for slot, image in one.images.items()})
        for sample in record_samples(published, frozenset(), Tally()):
            yield _with_facts(sample, one.images[sample.id.rpartition("/")[2]])


def _published(record: StoredRecord, regime: str, names: dict[str, str]) -> D3Record:
    said = {slot: _said(image) for slot, image in record.images.items() if image is not None}
    return D3Record(
        id=record.id,
        split=SPLITS.get(record.split, Split.TEST),
        source=f"d3-test/{regime}",
        url=record.url,
        caption=record.caption,
        prompt=record.positive_prompt,
        negative_prompt=record.negative_prompt,
        paths={slot: f"{FOLDER}/{regime}/{name}" for slot, name in names.items()},
        said=said,
        prefix=f"{regime}/",
        extra={"regime": regime},
    )


def _said(image: StoredImage) -> dict[str, int | str | None]:
    return {"model": image.model, "steps": image.steps, "width": image.facts.width, "height": image.facts.height}


def _with_facts(sample: Sample, image: TreatedImage) -> Sample:
    return sample.model_copy(update={"sha256": sha256(image.data).hexdigest(), "history": image.steps})
