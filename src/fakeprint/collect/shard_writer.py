"""Shards of samples: tar files whose bytes depend on their content alone, each with index and closing record (specs: reliability 9)."""

import tarfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pydantic import Field, ValidationError

from fakeprint.core.durable import atomic_file, write_atomic
from fakeprint.core.media import Sha256
from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.core.sample import Step

if TYPE_CHECKING:
    from typing_extensions import Buffer


@dataclass(frozen=True)
class ShardSample:
    """One sample: ``members`` by suffix (``real.jpg``), why some are ``missing``, and what was done to the others."""

    key: str
    members: Mapping[str, bytes]
    missing: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)


class IndexedMember(Record):
    """Where the bytes of one member lie in the tar file."""

    offset: int
    bytes: int
    sha256: Sha256
    steps: tuple[Step, ...] = ()


class IndexLine(Record):
    """One sample of a shard."""

    key: str
    members: dict[str, IndexedMember]
    missing: dict[str, str] = Field(default_factory=dict)


class ShardInfo(Record):
    """The closing record: a shard counts as complete when this file exists beside it.

    ``content`` is a hash of what went in (ids, hashes, settings), so that a resumed run knows whether the shard is the one it wants.
    """

    schema_version: str = SCHEMA_VERSION
    name: str
    count: int
    members: int
    bytes: int
    sha256: Sha256
    content: str
    missing: dict[str, int]


def is_complete(folder: Path, name: str, content: str) -> bool:
    """Say whether a shard with that content was finished."""
    info = read_info(folder / f"{name}.json")
    tar = folder / f"{name}.tar"
    return info is not None and info.content == content and tar.is_file() and tar.stat().st_size == info.bytes


def read_info(path: Path) -> ShardInfo | None:
    """Return the closing record of a shard, None where there is none."""
    try:
        return ShardInfo.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_shard(folder: Path, name: str, samples: Iterable[ShardSample], content: str) -> ShardInfo:
    """Write ``NAME.tar``, ``NAME.index.jsonl`` and, last, ``NAME.json``.

    Samples keep their order; the members of one are sorted by name.  Names are ``KEY.SUFFIX``, mode 0444, time 0, no owner.
    """
    closing = folder / f"{name}.json"
    closing.unlink(missing_ok=True)
    missing: Counter[str] = Counter()
    count = members = 0
    with atomic_file(folder / f"{name}.tar") as stream, atomic_file(folder / f"{name}.index.jsonl") as index:
        hashing = _Hashing(stream)
        with tarfile.TarFile(mode="w", fileobj=hashing, format=tarfile.USTAR_FORMAT) as tar:
            for sample in samples:
                line = _add(tar, sample)
                index.write(line.model_dump_json(exclude_defaults=True).encode() + b"\n")
                count += 1
                members += len(line.members)
                missing.update(sample.missing.keys())
    info = ShardInfo(
        name=name,
        count=count,
        members=members,
        bytes=hashing.size,
        sha256=hashing.digest.hexdigest(),
        content=content,
        missing=dict(sorted(missing.items())),
    )
    write_atomic(closing, info.model_dump_json(indent=1).encode() + b"\n")
    return info


def _add(tar: tarfile.TarFile, sample: ShardSample) -> IndexLine:
    entries: dict[str, IndexedMember] = {}
    for suffix in sorted(sample.members):
        data = sample.members[suffix]
        header = tarfile.TarInfo(f"{sample.key}.{suffix}")
        header.size, header.mode = len(data), 0o444
        offset = tar.offset + tarfile.BLOCKSIZE
        tar.addfile(header, BytesIO(data))
        steps = sample.steps.get(suffix, ())
        entries[suffix] = IndexedMember(offset=offset, bytes=len(data), sha256=sha256(data).hexdigest(), steps=steps)
    return IndexLine(key=sample.key, members=entries, missing=dict(sample.missing))


class _Hashing(RawIOBase):
    """A stream that counts and hashes what passes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: "Buffer", /) -> int:
        view = memoryview(data)
        self.digest.update(view)
        self.size += len(view)
        return self._stream.write(view)
