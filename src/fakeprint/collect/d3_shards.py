"""Complete records to shards: sorted by id, a fixed number to a shard, transformed and re-encoded where that was asked for."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fakeprint.collect.byte_store import ByteStore
from fakeprint.collect.shard_writer import ShardInfo, ShardSample, is_complete, read_info, write_shard
from fakeprint.collect.stored_record import StoredRecord
from fakeprint.collect.treatment import Treated, Treatment, encoding_pool, treated
from fakeprint.core.limits import Limits
from fakeprint.core.run import digest


class ShardSettings(Treatment):
    """How shards are cut and named, and what is done to their images."""

    dataset: str = "elsa_v2"
    size: int = 5000
    first: int = 0

    def name(self, number: int) -> str:
        """Return the name of a shard; transformed ones say so.

        >>> ShardSettings().name(3), ShardSettings(transform=1).name(3)
        ('elsa_v2-0003', 'elsa_v2-0003_transf')
        """
        return f"{self.dataset}-{number:04d}{'_transf' if self.transform else ''}"


def write_shards(
    records: Sequence[StoredRecord], folder: Path, store: ByteStore, settings: ShardSettings, limits: Limits, jobs: int
) -> tuple[list[ShardInfo], int]:
    """Write what is not yet there; return the closing record of every shard, and how many were there already.

    ``records`` are sorted by id.  A shard that exists with other content is replaced, and shards beyond the last one are left alone.

    Raises:
        OSError: stored bytes are missing or have changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    infos: list[ShardInfo] = []
    kept = 0
    with encoding_pool(limits, jobs) as pool:
        for number, start in enumerate(range(0, len(records), settings.size), start=settings.first):
            block = records[start : start + settings.size]
            name, content = settings.name(number), _content(block, settings)
            info = read_info(folder / f"{name}.json") if is_complete(folder, name, content) else None
            if info is not None:
                kept += 1
            else:
                info = write_shard(folder, name, _samples(treated(block, store, settings, pool, limits), settings.dataset), content)
            infos.append(info)
    return infos, kept


def _content(records: Sequence[StoredRecord], settings: ShardSettings) -> str:
    """Return a hash of everything that decides the bytes of a shard."""
    parts = [settings.model_dump_json(exclude={"first", "size"})]
    parts += [record.model_dump_json(exclude={"licence", "positive_prompt", "negative_prompt"}) for record in records]
    return digest("\n".join(parts))


def _samples(found: Iterable[Treated], dataset: str) -> Iterator[ShardSample]:
    for one in found:
        names = {slot: f"{slot}.{image.suffix}" for slot, image in one.images.items()}
        members = {names[slot]: image.data for slot, image in one.images.items()}
        if one.record.caption is not None:
            members["caption.txt"] = one.record.caption.encode()
        if one.record.url is not None:
            members["url.txt"] = one.record.url.encode()
        steps = {names[slot]: image.steps for slot, image in one.images.items() if image.steps}
        yield ShardSample(f"{dataset}__{one.record.split}__{one.record.id}", members, one.missing, steps)
