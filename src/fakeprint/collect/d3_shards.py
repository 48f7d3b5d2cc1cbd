"""Complete records to shards: sorted by id, a fixed number to a shard, re-encoded on the way where that was asked for."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from fakeprint.collect.byte_store import ByteStore
from fakeprint.collect.d3_record import REAL, SLOTS, D3Record
from fakeprint.collect.encode_worker import task_of
from fakeprint.collect.encoder_mix import EncoderMix, EncodingPlan
from fakeprint.collect.legacy_encoding import legacy_plan
from fakeprint.collect.naming import EXTENSION
from fakeprint.collect.shard_writer import ShardInfo, ShardSample, is_complete, read_info, write_shard
from fakeprint.core.limits import Limits
from fakeprint.core.record import Record
from fakeprint.core.run import digest
from fakeprint.core.sample import Step
from fakeprint.media.workers import Task, WorkerPool


class ShardSettings(Record):
    """How shards are cut and named, and which law re-encodes.  ``mix`` and ``legacy`` exclude each other."""

    dataset: str = "elsa_v2"
    size: int = 5000
    first: int = 0
    mix: EncoderMix | None = None
    legacy: bool = False
    seed: int = 0

    def plan(self, record: D3Record, slot: str) -> EncodingPlan | None:
        """Return how a slot of a record is re-encoded, None where its bytes stay as they came."""
        if self.mix is not None:
            return self.mix.plan(self.seed, record.id, slot)
        if not self.legacy:
            return None
        photograph, first = record.images[REAL], record.images["gen_0"]
        return legacy_plan(EXTENSION[photograph.facts.format] if photograph else "", first.suffix if first else "")


def write_shards(
    records: Sequence[D3Record], folder: Path, store: ByteStore, settings: ShardSettings, limits: Limits, jobs: int
) -> tuple[list[ShardInfo], int]:
    """Write what is not yet there; return the closing record of every shard, and how many were there already.

    ``records`` are sorted by id.  A shard that exists with other content is replaced, and shards beyond the last one are left alone.

    Raises:
        OSError: stored bytes are missing or have changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    infos: list[ShardInfo] = []
    kept = 0
    with WorkerPool("fakeprint.collect.encode_worker:EncodeWorker", limits.model_dump(mode="json"), limits, jobs) as pool:
        for number, start in enumerate(range(0, len(records), settings.size), start=settings.first):
            block = records[start : start + settings.size]
            name = f"{settings.dataset}-{number:04d}"
            content = _content(block, settings)
            info = read_info(folder / f"{name}.json") if is_complete(folder, name, content) else None
            if info is not None:
                kept += 1
            else:
                info = write_shard(folder, name, _samples(block, store, settings, pool, limits), content)
            infos.append(info)
    return infos, kept


def _content(records: Sequence[D3Record], settings: ShardSettings) -> str:
    """Return a hash of everything that decides the bytes of a shard."""
    parts = [settings.model_dump_json(exclude={"first", "size"})]
    parts += [record.model_dump_json(exclude={"licence", "positive_prompt", "negative_prompt"}) for record in records]
    return digest("\n".join(parts))


def _samples(
    records: Sequence[D3Record], store: ByteStore, settings: ShardSettings, pool: WorkerPool, limits: Limits
) -> Iterator[ShardSample]:
    """Yield samples in the order of records; workers encode ahead of the writer, a bounded number."""
    plans = ((record, slot, settings.plan(record, slot)) for record in records for slot in SLOTS if record.images[slot])
    tasks = (
        Task(0, task_of(store.path_of(image.sha256), plan), limits.image_seconds)
        for record, slot, plan in plans
        if plan is not None and (image := record.images[slot]) is not None
    )
    outcomes = pool.run(tasks)
    for record in records:
        members: dict[str, bytes] = {}
        steps: dict[str, tuple[Step, ...]] = {}
        missing = dict(record.missing)
        for slot in SLOTS:
            image, plan = record.images[slot], None
            if image is None:
                continue
            plan = settings.plan(record, slot)
            if plan is None:
                members[f"{slot}.{EXTENSION[image.facts.format]}"] = store.read(image.sha256)
                continue
            outcome = next(outcomes)
            if outcome.error is not None:
                missing[slot] = f"not re-encoded: {outcome.error.code}"
                continue
            suffix = f"{slot}.{EXTENSION[plan.format]}"
            members[suffix], steps[suffix] = outcome.blobs["image"], (plan.step(),)
        if record.caption is not None:
            members["caption.txt"] = record.caption.encode()
        if record.url is not None:
            members["url.txt"] = record.url.encode()
        yield ShardSample(f"{settings.dataset}__{record.split}__{record.id}", members, missing, steps)
