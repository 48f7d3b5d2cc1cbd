"""What a manifest holds, counted while it is written or read; also the check that ids are unique and groups lie in one split."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fakeprint.core.errors import AlignmentError, LeakageError
from fakeprint.core.sample import Label, Sample, Split

UNKNOWN = "unknown"


class Summary:
    """Counts over samples.  Ids and groups are kept as 64-bit hashes, about 150 bytes a sample.

    >>> from fakeprint.core.sample import Label
    >>> one = Sample(id="a", path="a.png", label=Label.AUTHENTIC, split=Split.TEST, group="a", source="x")
    >>> summary = Summary()
    >>> [sample.id for sample in summary.over([one])], summary.samples, summary.labels["authentic"]
    (['a'], 1, 1)
    """

    def __init__(self) -> None:
        self.samples = 0
        self.labels: Counter[str] = Counter()
        self.splits: Counter[tuple[str, str]] = Counter()
        self.sources: Counter[str] = Counter()
        self.licences: Counter[tuple[str, str]] = Counter()
        self.generators: Counter[str] = Counter()
        self.with_prompt = 0
        self.with_sha256 = 0
        self.flagged = 0
        self._ids: set[int] = set()
        self._homes: dict[int, Split] = {}

    @property
    def groups(self) -> int:
        """Number of distinct groups."""
        return len(self._homes)

    def over(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """Pass samples through and count them.

        Raises:
            AlignmentError: an id came twice.
            LeakageError: a group lies in two splits.
        """
        for sample in samples:
            self._check(sample)
            self._count(sample)
            yield sample

    def add_columns(self, columns: Mapping[str, Sequence[str | None]], *, with_prompt: int, flagged: int) -> None:
        """Count samples given as equally long columns: id, label, split, group, source, generator, licence, sha256.

        Raises:
            AlignmentError: an id came twice.
            LeakageError: a group lies in two splits.
        """
        ids, labels, splits, sources = (columns[name] for name in ("id", "label", "split", "source"))
        before = len(self._ids)
        self._ids.update(map(hash, ids))
        if len(self._ids) < before + len(ids):
            raise AlignmentError("two samples have one id")
        for group, split in zip(columns["group"], splits, strict=True):
            home = self._homes.setdefault(hash(group), Split(split or ""))
            if home != split:
                raise LeakageError(f"group {group!r} lies in {home} and in {split}; keep all of a group in one split")
        self.samples += len(ids)
        self.labels.update(str(label) for label in labels)
        self.splits.update((str(split), str(label)) for split, label in zip(splits, labels, strict=True))
        self.sources.update(str(source) for source in sources)
        licences = (licence or UNKNOWN for licence in columns["licence"])
        self.licences.update((str(source), licence) for source, licence in zip(sources, licences, strict=True))
        named = zip(columns["generator"], labels, strict=True)
        self.generators.update(generator or UNKNOWN for generator, label in named if label != Label.AUTHENTIC.value)
        self.with_prompt += with_prompt
        self.with_sha256 += sum(value is not None for value in columns["sha256"])
        self.flagged += flagged

    def _check(self, sample: Sample) -> None:
        identity = hash(sample.id)
        if identity in self._ids:
            raise AlignmentError(f"two samples have the id {sample.id!r}")
        self._ids.add(identity)
        home = self._homes.setdefault(hash(sample.group), sample.split)
        if home is not sample.split:
            raise LeakageError(f"group {sample.group!r} lies in {home} and in {sample.split}; keep all of a group in one split")

    def _count(self, sample: Sample) -> None:
        self.samples += 1
        self.labels[sample.label] += 1
        self.splits[sample.split, sample.label] += 1
        self.sources[sample.source] += 1
        self.licences[sample.source, sample.licence or UNKNOWN] += 1
        if sample.label.positive:
            self.generators[sample.generator or UNKNOWN] += 1
        self.with_prompt += sample.generation is not None and sample.generation.prompt is not None
        self.with_sha256 += sample.sha256 is not None
        self.flagged += bool(sample.safety)
