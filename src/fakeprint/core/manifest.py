"""A set of samples with its header: unique ids, and no group in two splits."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Literal, Self

from pydantic import Field, model_validator

from fakeprint.core.errors import AlignmentError, LeakageError
from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.core.sample import Sample, Split


class ManifestHeader(Record):
    """What a reader of the set needs to know; ``terms`` is the licence text or reference of the set as a whole."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    name: str
    version: str = "1"
    description: str = ""
    citation: str | None = None
    terms: str | None = None


class Manifest(Record):
    """Header and samples.  Where the files lie (the root) is not part of it: a manifest moves with its files.

    Raises:
        AlignmentError: two samples have one id.
        LeakageError: one group lies in two splits.
    """

    header: ManifestHeader
    samples: tuple[Sample, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        require_unique(self.samples)
        require_disjoint(self.samples)
        return self

    def of_split(self, *splits: Split) -> tuple[Sample, ...]:
        """Return the samples of those splits, in manifest order."""
        return tuple(sample for sample in self.samples if sample.split in splits)

    def where(self, keep: Callable[[Sample], bool]) -> "Manifest":
        """Return a manifest with the samples for which ``keep`` holds; at least one must remain."""
        return Manifest(header=self.header, samples=tuple(sample for sample in self.samples if keep(sample)))

    def sha256(self) -> str:
        """Return a hash of header and samples, independent of how they were stored."""
        digest = sha256(self.header.model_dump_json().encode())
        for sample in self.samples:
            digest.update(b"\n" + sample.model_dump_json(exclude_defaults=True).encode())
        return digest.hexdigest()


def require_unique(samples: Iterable[Sample]) -> None:
    """Refuse two samples with one id."""
    seen: set[str] = set()
    for sample in samples:
        if sample.id in seen:
            raise AlignmentError(f"two samples have the id {sample.id!r}")
        seen.add(sample.id)


def require_disjoint(samples: Iterable[Sample]) -> None:
    """Refuse a group that lies in two splits."""
    home: dict[str, Split] = {}
    for sample in samples:
        split = home.setdefault(sample.group, sample.split)
        if split is not sample.split:
            raise LeakageError(f"group {sample.group!r} lies in {split} and in {sample.split}; keep all of a group in one split")
