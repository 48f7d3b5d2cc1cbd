"""Samples from WebDataset shards that may be damaged: good samples exactly once, everything else counted (specs: reliability 7).

Members are matched by name.  A damaged place costs the members it touches: the reader goes on at the next sound header.  Nothing is ever
unpickled, no shell is started, nothing is written, nothing sleeps.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from fakeprint.core.errors import FakeprintError, UsageError
from fakeprint.datasets.tar_members import Damage, TarMember, read_members

T = TypeVar("T")

IMAGE_SUFFIXES = frozenset({"jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "avif", "heic"})
TEXT_SUFFIXES = frozenset({"txt", "json", "cls", "caption"})
PICKLES = frozenset({"pkl", "pickle", "pyd", "pth", "pt", "pt2", "joblib", "npy", "npz"})
"""Suffixes that other readers unpickle: never handed on."""

QUARANTINED = 10_000
LEAST_JUDGED = 1000
"""The share of bad samples is judged after every so many samples, and at the end."""


class TooManyBadSamples(FakeprintError):
    """More samples are bad than the run allows."""


@dataclass(frozen=True)
class ShardSample:
    """One sample: members by suffix in lower case (``gen_0.jpg``, ``caption.txt``), and where it lies."""

    key: str
    members: Mapping[str, bytes]
    shard: str

    def image(self, name: str) -> tuple[str, bytes] | None:
        """Return suffix and bytes of the image called ``name``, whatever its format; None where there is none.

        >>> ShardSample("k", {"real.PNG".lower(): b"x"}, "s").image("real")
        ('png', b'x')
        """
        for suffix, data in self.members.items():
            stem, _, last = suffix.rpartition(".")
            if stem == name and last in IMAGE_SUFFIXES:
                return last, data
        return None


@dataclass(frozen=True)
class Quarantined:
    """One thing that was left out."""

    shard: str
    key: str
    reason: str


@dataclass
class ShardTally:
    """What was read and what was left out, filled while reading.

    ``good`` and ``bad`` count samples, ``reasons`` what made them bad, ``damage`` places in tar files that could not be read (a sample
    that is lost without a trace can only be counted so), ``ignored`` members that were left out of good samples.
    """

    good: int = 0
    bad: int = 0
    shards: int = 0
    broken_shards: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    damage: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    quarantine: list[Quarantined] = field(default_factory=list)

    @property
    def bad_share(self) -> float:
        """Share of samples that are bad; damaged places count as one each."""
        bad = self.bad + sum(self.damage.values())
        return bad / (bad + self.good) if bad else 0.0

    def put_aside(self, shard: str, key: str, reason: str) -> None:
        """Count a bad sample and list it, up to a bound."""
        self.bad += 1
        self.reasons[reason] += 1
        self._list(shard, key, reason)

    def damaged(self, shard: str, damage: Damage) -> None:
        """Count a damaged place."""
        self.damage[damage.code] += 1
        self._list(shard, f"byte {damage.offset}", damage.code)

    def _list(self, shard: str, key: str, reason: str) -> None:
        if len(self.quarantine) < QUARANTINED:
            self.quarantine.append(Quarantined(shard, key, reason))


def read_shards(
    shards: Sequence[str | Path], tally: ShardTally, *, required: Iterable[str] = (), most_bad: float = 0.01
) -> Iterator[ShardSample]:
    """Yield the good samples of shards, in order.

    ``required`` names members that a sample must have: an image by its name (``real``, any image suffix), anything else by its whole
    suffix (``caption.txt``).  A sample that lacks one or has a member twice is bad.  Beside a damaged place nobody can know which
    sample lost a member: there, samples that have all that is required are good; where nothing is required, both neighbours are bad.

    Raises:
        UsageError: a shard is named by an address or a command, or does not exist.
        TooManyBadSamples: more than ``most_bad`` of the samples are bad; judged after every :data:`LEAST_JUDGED` samples and at the end.
    """
    wanted = tuple(required)
    checked = [local_shard(shard) for shard in shards]
    judged = LEAST_JUDGED
    for path in checked:
        before = tally.bad + sum(tally.damage.values())
        for sample, fault, suspect in _samples(path, tally):
            reason = fault or _lacks(sample, wanted) or (suspect if not wanted else None)
            if reason is None:
                tally.good += 1
                yield sample
            else:
                tally.put_aside(sample.shard, sample.key, reason)
            if tally.good + tally.bad >= judged:
                judged += LEAST_JUDGED
                _judge(tally, most_bad)
        tally.shards += 1
        tally.broken_shards += bool(tally.bad + sum(tally.damage.values()) - before)
    _judge(tally, most_bad)


def decode_samples(
    samples: Iterable[ShardSample], decode: Callable[[ShardSample], T], tally: ShardTally, errors: tuple[type[Exception], ...]
) -> Iterator[T]:
    """Yield ``decode(sample)``; a sample for which it raises one of ``errors`` turns from good to bad, anything else propagates."""
    for sample in samples:
        try:
            decoded = decode(sample)
        except errors as error:
            tally.good -= 1
            tally.put_aside(sample.shard, sample.key, f"decode: {type(error).__name__}")
            continue
        yield decoded


def local_shard(shard: str | Path) -> Path:
    """Return a shard as a path of this machine.

    Raises:
        UsageError: it is an address, a command (``pipe:``) or no file.

    >>> local_shard("pipe:curl -s x")
    Traceback (most recent call last):
    ...
    fakeprint.core.errors.UsageError: shards are local files; fetch them first, 'pipe:curl -s x' is none
    """
    text = str(shard)
    if text.startswith(("pipe:", "-")) or "://" in text:
        raise UsageError(f"shards are local files; fetch them first, {text[:80]!r} is none")
    path = Path(shard)
    if not path.is_file():
        raise UsageError(f"there is no shard {path}")
    return path


def split_name(name: str) -> tuple[str, str]:
    """Return key and suffix of a member: the name is cut at the first dot after the last slash.

    >>> split_name("a.b/elsa_v2__train__1.gen_0.JPG")
    ('a.b/elsa_v2__train__1', 'gen_0.jpg')
    """
    start = name.rfind("/") + 1
    dot = name.find(".", start)
    return (name, "") if dot < 0 else (name[:dot], name[dot + 1 :].lower())


def _samples(path: Path, tally: ShardTally) -> Iterator[tuple[ShardSample, str | None, str | None]]:
    """Group members by key; yield each sample with its fault, and with the damage beside it, if any."""
    shard = path.name
    key: str | None = None
    members: dict[str, bytes] = {}
    fault = suspect = None
    just_torn: str | None = None
    for item in read_members(path):
        if isinstance(item, Damage):
            tally.damaged(shard, item)
            if item.torn:
                suspect = just_torn = item.code
            continue
        found, suffix = split_name(item.name)
        if found != key:
            if key is not None and (members or fault):
                yield ShardSample(key, members, shard), fault, suspect
            key, members, fault, suspect = found, {}, None, just_torn
        just_torn = None
        fault = fault or _take(item, suffix, members, tally)
    if key is not None and (members or fault):
        yield ShardSample(key, members, shard), fault, suspect


def _take(item: TarMember, suffix: str, members: dict[str, bytes], tally: ShardTally) -> str | None:
    """Add a member to its sample; return why that makes the sample bad, if it does."""
    last = suffix.rpartition(".")[2]
    if suffix in members:
        return "a member is there twice"
    if last in PICKLES:
        tally.ignored["pickled"] += 1
    elif not suffix:
        tally.ignored["without a suffix"] += 1
    elif last in IMAGE_SUFFIXES or last in TEXT_SUFFIXES:
        members[suffix] = item.data
    else:
        tally.ignored["of another kind"] += 1
    return None


def _lacks(sample: ShardSample, required: tuple[str, ...]) -> str | None:
    for name in required:
        if name not in sample.members and sample.image(name) is None:
            return f"{name} is missing"
        if name in sample.members and not sample.members[name]:
            return f"{name} is empty"
    return None


def _judge(tally: ShardTally, most_bad: float) -> None:
    if tally.bad_share > most_bad:
        listed = ", ".join(f"{reason}: {count}" for reason, count in (tally.reasons + tally.damage).most_common(5))
        raise TooManyBadSamples(f"{tally.bad_share:.1%} of the samples are bad, {most_bad:.1%} are allowed ({listed})")
