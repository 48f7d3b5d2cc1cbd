"""What is done to the images of a record on their way out: operations drawn for each, and one encoding law for both classes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import Field

from fakeprint.collect.byte_store import ByteStore
from fakeprint.collect.encode_worker import task_of
from fakeprint.collect.encoder_mix import EncoderMix, EncodingPlan
from fakeprint.collect.legacy_encoding import legacy_plan
from fakeprint.collect.naming import EXTENSION
from fakeprint.collect.stored_record import REAL, SLOTS, StoredRecord
from fakeprint.core.limits import Limits
from fakeprint.core.record import Record
from fakeprint.core.sample import Step
from fakeprint.media.workers import Task, WorkerPool
from fakeprint.transforms.d3_op import LAWS, draw_ops

_LOSSLESS = EncodingPlan(format="png", level=6)


class Treatment(Record):
    """How images are changed; by default they stay as they came.

    ``transform`` is the number of operations drawn for each image (specs: d3-code 2.1).  ``mix`` or ``legacy`` encode, and exclude each
    other; transformed images are stored as PNG where neither is given.
    """

    mix: EncoderMix | None = None
    legacy: bool = False
    transform: int = Field(0, ge=0, le=len(LAWS))
    seed: int = 0

    def plan(self, record: StoredRecord, slot: str) -> EncodingPlan | None:
        """Return how a slot of a record is encoded, None where its bytes stay as they came."""
        if self.mix is not None:
            return self.mix.plan(self.seed, record.id, slot)
        if self.legacy:
            photograph, first = record.images[REAL], record.images["gen_0"]
            return legacy_plan(EXTENSION[photograph.facts.format] if photograph else "", first.suffix if first else "")
        return _LOSSLESS if self.transform else None

    def operations(self, record: StoredRecord, slot: str) -> tuple[Step, ...]:
        """Return what is done to the pixels of a slot before they are encoded."""
        return tuple(one.step() for one in draw_ops(self.seed, f"{record.id}/{slot}", self.transform)) if self.transform else ()


@dataclass(frozen=True)
class TreatedImage:
    """Encoded bytes, the suffix that fits them, and what was done."""

    suffix: str
    data: bytes
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Treated:
    """The images of one record by slot, and why some are missing."""

    record: StoredRecord
    images: dict[str, TreatedImage]
    missing: dict[str, str]


def treated(records: Sequence[StoredRecord], store: ByteStore, treatment: Treatment, pool: WorkerPool, limits: Limits) -> Iterator[Treated]:
    """Yield records in their order; workers encode ahead of the reader, a bounded number.

    Raises:
        OSError: stored bytes are missing or have changed.
    """
    outcomes = pool.run(_tasks(records, store, treatment, limits))
    for record in records:
        images: dict[str, TreatedImage] = {}
        missing = dict(record.missing)
        for slot in SLOTS:
            image = record.images[slot]
            if image is None:
                continue
            plan = treatment.plan(record, slot)
            if plan is None:
                images[slot] = TreatedImage(EXTENSION[image.facts.format], store.read(image.sha256))
                continue
            outcome = next(outcomes)
            if outcome.error is not None:
                missing[slot] = f"not re-encoded: {outcome.error.code}"
            else:
                steps = (*treatment.operations(record, slot), plan.step())
                images[slot] = TreatedImage(EXTENSION[plan.format], outcome.blobs["image"], steps)
        yield Treated(record, images, missing)


def _tasks(records: Sequence[StoredRecord], store: ByteStore, treatment: Treatment, limits: Limits) -> Iterator[Task]:
    for record in records:
        for slot in SLOTS:
            image, plan = record.images[slot], treatment.plan(record, slot)
            if image is not None and plan is not None:
                yield Task(0, task_of(store.path_of(image.sha256), plan, treatment.operations(record, slot)), limits.image_seconds)


def encoding_pool(limits: Limits, jobs: int) -> WorkerPool:
    """Return the pool of sandboxed workers that encode; use it as a context manager."""
    return WorkerPool("fakeprint.collect.encode_worker:EncodeWorker", limits.model_dump(mode="json"), limits, jobs)
