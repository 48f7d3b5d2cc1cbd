"""What a set holds, counted in one pass: classes, long tail, prompts, samplers, sizes (specs: dflip3k 8).

Words come from prompts that the safety filter does not flag; how many were left out is said.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.core.sample import Sample
from fakeprint.datasets.keys import normal_prompt
from fakeprint.datasets.prompt_safety import ALLOWABLE, Category, categories_of

TOP = 20
MOST_LISTED = 200
LENGTH_STEP, LENGTH_END = 5, 150
"""Prompt lengths are counted in words between spaces, in bins of 5 below 150, as in the original figure."""

_STOP = frozenset("a an the of in on and with to by for is at from as it its this that or be are".split())  # noqa: SIM905
_EDGES = re.compile(r"^[^\w]+|[^\w]+$")

Counted = tuple[tuple[str, int], ...]


class LongTail(Record):
    """How unevenly the samples of label 1 spread over one kind of name (generators, or hashes of checkpoints)."""

    names: int
    samples: int
    over_200: int
    at_least_100: int
    under_5: int
    exactly_1: int
    largest: int
    top_20_share: float | None


class Prompts(Record):
    """Prompts of the set.

    ``lengths`` are the shares in percent of the bins 0-4, 5-9, ... 145-149 words among prompts below 150 words; ``longer`` counts the
    rest.  ``flagged`` counts categories of the safety filter; words of flagged prompts are not counted.
    """

    present: int
    missing: int
    distinct: int
    with_negative: int
    lengths: tuple[float, ...]
    median_words: int | None
    longest_words: int
    longer: int
    words: Counted
    negative_words: Counted
    flagged: Counted


class Statistics(Record):
    """Everything that the statistics page shows.  Each list is in falling order and holds at most 200 names."""

    schema_version: str = SCHEMA_VERSION
    name: str
    samples: int
    groups: int
    duplicates: int = Field(ge=0, description="samples whose sha256 another sample has")
    labels: Counted
    splits: tuple[tuple[str, Counted], ...]
    sources: Counted
    families: Counted
    generators: Counted
    versions: Counted
    licences: Counted
    codecs: Counted
    sizes: Counted
    samplers: Counted
    steps: Counted
    guidance: Counted
    long_tails: tuple[tuple[str, LongTail], ...]
    prompts: Prompts


class StatisticsCollector:
    """Counts samples one by one; memory grows with distinct names, words and prompts, not with samples.

    ``allow`` names categories of the safety filter whose prompts may be counted word by word; ``minor_sexual`` never is.
    """

    def __init__(self, allow: Iterable[Category] = ()) -> None:
        self._allowed = frozenset(allow) & frozenset(ALLOWABLE)
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in _COUNTERS}
        self._splits: dict[str, Counter[str]] = {}
        self._groups: set[int] = set()
        self._hashes: set[str] = set()
        self._prompts: set[int] = set()
        self._lengths: Counter[int] = Counter()
        self._samples = self._duplicates = self._with_negative = 0

    def add(self, sample: Sample) -> None:
        """Count one sample."""
        self._samples += 1
        self._groups.add(hash(sample.group))
        counts = self._counts
        counts["labels"][sample.label.value] += 1
        self._splits.setdefault(sample.split.value, Counter())[sample.label.value] += 1
        counts["sources"][sample.source] += 1
        counts["licences"][sample.licence or "not stated"] += 1
        digest = sample.sha256 or (sample.media.sha256 if sample.media else None)
        if digest is not None:
            self._duplicates += digest in self._hashes
            self._hashes.add(digest)
        if sample.label.positive:
            for name, value in (("families", sample.family), ("generators", sample.generator), ("versions", sample.generator_version)):
                counts[name][value or "not stated"] += 1
        self._add_size(sample)
        self._add_generation(sample)

    def _add_size(self, sample: Sample) -> None:
        media, generation = sample.media, sample.generation
        if media is not None:
            self._counts["codecs"][media.mime] += 1
        width, height = (media.width, media.height) if media else (None, None)
        if width is None and generation is not None:
            width, height = generation.width, generation.height
        if width is not None and height is not None:
            self._counts["sizes"][f"{width}x{height}"] += 1

    def _add_generation(self, sample: Sample) -> None:
        generation = sample.generation
        flags = {flag for flag in sample.safety if flag in set(Category)}
        if generation is not None:
            counts = self._counts
            for name, value in (("samplers", generation.sampler), ("checkpoints", generation.model_hash)):
                if value:
                    counts[name][value] += 1
            if generation.steps is not None:
                counts["steps"][str(generation.steps)] += 1
            if generation.cfg is not None:
                counts["guidance"][f"{generation.cfg:g}"] += 1
            flags |= {one.value for one in categories_of(generation.prompt or "", flagged=Category.SEXUAL.value in flags)}
            self._add_prompt(generation.prompt, generation.negative_prompt, hidden=bool(flags - self._allowed))
        self._counts["flagged"].update(flags)

    def _add_prompt(self, prompt: str | None, negative: str | None, *, hidden: bool) -> None:
        normal = normal_prompt(prompt)
        if prompt and normal:
            self._prompts.add(hash(normal))
            self._lengths[len(prompt.split())] += 1
            if not hidden:
                self._counts["words"].update(words_of(prompt))
        if negative and negative.strip():
            self._with_negative += 1
            if not set(categories_of(negative)) - self._allowed:
                self._counts["negative_words"].update(words_of(negative))

    def result(self, name: str) -> Statistics:
        """Return what was counted."""
        counted = {key: _ranked(counts) for key, counts in self._counts.items()}
        tails = (("generators", self._counts["generators"]), ("checkpoints", self._counts["checkpoints"]))
        return Statistics(
            name=name,
            samples=self._samples,
            groups=len(self._groups),
            duplicates=self._duplicates,
            splits=tuple((split, _ranked(counts)) for split, counts in sorted(self._splits.items())),
            long_tails=tuple((kind, long_tail(counts)) for kind, counts in tails if counts),
            prompts=self._prompt_statistics(counted),
            **{key: value for key, value in counted.items() if key in Statistics.model_fields},
        )

    def _prompt_statistics(self, counted: Mapping[str, Counted]) -> Prompts:
        present = self._lengths.total()
        return Prompts(
            present=present,
            missing=self._samples - present,
            distinct=len(self._prompts),
            with_negative=self._with_negative,
            lengths=length_shares(self._lengths),
            median_words=_median(self._lengths),
            longest_words=max(self._lengths, default=0),
            longer=sum(count for words, count in self._lengths.items() if words >= LENGTH_END),
            words=counted["words"][:TOP],
            negative_words=counted["negative_words"][:TOP],
            flagged=counted["flagged"],
        )


_COUNTERS = (
    *("labels", "sources", "families", "generators", "versions", "licences", "codecs", "sizes", "samplers", "steps", "guidance"),
    *("checkpoints", "words", "negative_words", "flagged"),
)


def words_of(prompt: str) -> list[str]:
    """Return the words of a prompt between spaces, lower-case, without punctuation at their ends, without small words.

    >>> words_of("A photo of the (red) cat, f/1.8")
    ['photo', 'red', 'cat', 'f/1.8']
    """
    words = (_EDGES.sub("", word) for word in prompt.lower().split())
    return [word for word in words if word and word not in _STOP and len(word) <= 60]


def long_tail(counts: Mapping[str, int]) -> LongTail:
    """Count names by how many samples they have.

    >>> long_tail({"a": 201, "b": 100, "c": 4, "d": 1}).under_5
    2
    """
    values = sorted(counts.values(), reverse=True)
    total = sum(values)
    return LongTail(
        names=len(values),
        samples=total,
        over_200=sum(value > 200 for value in values),
        at_least_100=sum(value >= 100 for value in values),
        under_5=sum(value < 5 for value in values),
        exactly_1=values.count(1),
        largest=values[0] if values else 0,
        top_20_share=sum(values[:TOP]) / total if total else None,
    )


def length_shares(lengths: Mapping[int, int]) -> tuple[float, ...]:
    """Return the share in percent of each bin of five words, among prompts of fewer than 150 words.

    >>> length_shares({4: 1, 5: 2, 200: 9})[:3]
    (33.33, 66.67, 0.0)
    """
    bins = [0] * (LENGTH_END // LENGTH_STEP)
    for words, count in lengths.items():
        if words < LENGTH_END:
            bins[words // LENGTH_STEP] += count
    total = sum(bins)
    return tuple(round(100 * count / total, 2) if total else 0.0 for count in bins)


def _ranked(counts: Mapping[str, int]) -> Counted:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_LISTED])


def _median(lengths: Mapping[int, int]) -> int | None:
    half, seen = sum(lengths.values()) / 2, 0
    for words in sorted(lengths):
        seen += lengths[words]
        if seen >= half:
            return words
    return None


def statistics_of(samples: Iterable[Sample], name: str, allow: Sequence[Category] = ()) -> Statistics:
    """Count all samples."""
    collector = StatisticsCollector(allow)
    for sample in samples:
        collector.add(sample)
    return collector.result(name)
