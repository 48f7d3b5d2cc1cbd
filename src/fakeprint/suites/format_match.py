"""Format matching: both classes cut to one size and re-encoded by one law, which is drawn from the authentic class (specs: evaluation 10).

What decides how a file is stored is its group, never its label: members of a pair are stored alike, and over many groups both classes
have the same mix.  Windows are cut at native resolution, at positions that respect no compression grid; nothing is resampled.  What was
done stands in ``history`` and can be replayed from the upright sRGB picture.
"""

import math
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydantic import Field

from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.record import Record
from fakeprint.core.sample import Label, Sample
from fakeprint.datasets.seeded_draw import draw
from fakeprint.media.workers import Outcome, Task, WorkerPool
from fakeprint.suites.file_survey import Surveyed, place_of
from fakeprint.suites.match_worker import FILE, MatchedFile, MatchSetup, MatchTarget, MatchTask

LEAST_WINDOW = 64
BALANCE_BINS = 20
FOLDER = "files"
_LAW = re.compile(r"authentic|png|(jpeg|webp)(\d{1,3})")


class MatchConfig(Record):
    """How to match.

    ``law``: ``authentic`` draws format, quality and subsampling from the files with label authentic; ``jpeg96``, ``webp80``, ``png`` are
    one form for all.  ``window`` is the side in pixels, null for the largest that at least ``keep`` of each class have.  ``pairs``
    stores each group with exactly one authentic file as that file is stored.  ``balance_bytes`` keeps equally many of each class among
    equally busy pictures, so that file sizes do not tell either.  ``generations``
    passes lossless files through a drawn form before they are cut, so that they have as many lossy saves behind them as the others.
    """

    law: str = Field("authentic", pattern=f"^(?:{_LAW.pattern})$")
    window: int | None = Field(None, ge=1)
    keep: float = Field(0.9, gt=0, le=1)
    pairs: bool = False
    balance_bytes: bool = False
    generations: bool = True
    seed: int = 0
    limits: Limits = Limits()


class MatchReport(Record):
    """What came of it: the window, the targets with how often each was used, and the samples that were left out by reason and label."""

    config: MatchConfig
    window: int
    targets: dict[str, int]
    written: dict[str, int]
    left_out: dict[str, int]
    notes: dict[str, int] = Field(default_factory=dict)


def targets_of(samples: Sequence[Sample], surveyed: Mapping[str, Surveyed], law: str) -> tuple[MatchTarget, ...]:
    """Return the forms that are drawn from, each as often as the authentic class has it.

    Raises:
        UsageError: the law is to be drawn and there is no readable authentic file.
    """
    found = re.fullmatch(_LAW, law)
    if found is None:
        raise UsageError(f"a law is authentic, png, jpegQ or webpQ with a quality Q; got {law!r}")
    if law == "png":
        return (MatchTarget(format="png"),)
    if found[1]:
        return (MatchTarget(format=found[1], quality=int(found[2]), subsampling=420 if found[1] == "jpeg" else None),)
    forms = [_form(surveyed[one.id]) for one in samples if one.label is Label.AUTHENTIC and one.id in surveyed]
    there = tuple(sorted((form for form in forms if form is not None), key=_name))
    if not there:
        raise UsageError("no file with label 0 could be read, so no law can be drawn; name one with --law jpeg96")
    return there


def _form(found: Surveyed) -> MatchTarget | None:
    facts = found.facts
    if facts is None or found.error is not None:
        return None
    if facts.container == "jpeg" and facts.quality is not None:
        subsampling = {"4:4:4": 444, "4:2:2": 422}.get(facts.subsampling or "", 420)
        return MatchTarget(format="jpeg", quality=facts.quality, subsampling=subsampling)
    if facts.container == "webp" and not facts.lossless:
        return MatchTarget(format="webp", quality=80)
    return MatchTarget(format="png")


def window_of(samples: Sequence[Sample], surveyed: Mapping[str, Surveyed], keep: float) -> int:
    """Return the largest square that at least ``keep`` of the readable pictures of each class hold.

    Raises:
        UsageError: it would be smaller than 64 pixels, or a class has no readable picture.
    """
    sides: dict[int, list[int]] = {0: [], 1: []}
    for one in samples:
        short = _short_side(surveyed.get(one.id))
        if short is not None:
            sides[one.label.positive].append(short)
    if not all(sides.values()):
        raise UsageError("matching needs readable pictures of both classes")
    window = min(sorted(part)[len(part) - math.ceil(keep * len(part))] for part in sides.values())
    if window < LEAST_WINDOW:
        raise UsageError(f"{keep:.0%} of each class hold only a window of {window} pixels; lower --keep, or set --window")
    return window


def _short_side(found: Surveyed | None) -> int | None:
    if found is None or found.error is not None or found.media is None or found.media.kind is not MediaKind.IMAGE:
        return None
    return min(found.media.width or 0, found.media.height or 0) or None


def match(
    samples: Sequence[Sample], root: Path, out: Path, surveyed: Mapping[str, Surveyed], config: MatchConfig, *, jobs: int = 0
) -> tuple[list[Sample], MatchReport]:
    """Write the matched files to ``out/files`` and return their samples, in order, with the report.

    ``surveyed`` is a survey of the samples by id.  A sample that cannot be read, or is smaller than the window, is left out and counted.
    """
    window = config.window or window_of(samples, surveyed, config.keep)
    law = targets_of(samples, surveyed, config.law)
    own = _targets_of_pairs(samples, surveyed) if config.pairs else {}
    left_out: Counter[str] = Counter()
    usable = []
    for one in samples:
        short = _short_side(surveyed.get(one.id))
        reason = "not a readable picture" if short is None else "smaller than the window" if short < window else None
        if reason is None:
            usable.append(one)
        else:
            left_out[f"{reason}: {one.label.value}"] += 1
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    forms = {one.group: own.get(one.group) or law[draw(config.seed, "form", one.group) % len(law)] for one in usable}
    written: list[tuple[Sample, MatchedFile]] = []
    first = _first_forms(usable, surveyed, law, config)
    for one, outcome in _outcomes(usable, root, forms, first, window, config, jobs):
        if outcome.reply is None:
            left_out[f"{outcome.error.code.value if outcome.error else 'lost'}: {one.label.value}"] += 1
            continue
        found = MatchedFile.model_validate_json(outcome.reply)
        sample = _sample(one, found, forms[one.group], window, config.seed)
        write_atomic(out / sample.path, outcome.blobs[FILE])
        written.append((sample, found))
    kept = _balanced(written, config.seed) if config.balance_bytes else written
    stay = {sample.path for sample, _ in kept}
    for sample, _ in written:
        if sample.path not in stay:
            (out / sample.path).unlink()
            left_out[f"no counterpart of equal size: {sample.label.value}"] += 1
    report = MatchReport(
        config=config,
        window=window,
        targets=dict(Counter(_name(forms[sample.group]) for sample, _ in kept).most_common()),
        written=dict(sorted(Counter(sample.label.value for sample, _ in kept).items())),
        left_out=dict(sorted(left_out.items())),
        notes=dict(Counter(note for _, found in kept for note in found.notes)),
    )
    return [sample for sample, _ in kept], report


def _first_forms(
    samples: Sequence[Sample], surveyed: Mapping[str, Surveyed], law: Sequence[MatchTarget], config: MatchConfig
) -> dict[str, MatchTarget]:
    """Return, by id, the lossy form that each lossless file passes through before it is cut; none where the law is lossless too."""
    lossy = [form for form in law if form.format != "png"]
    if not lossy or not config.generations:
        return {}
    return {
        one.id: lossy[draw(config.seed, "first", one.group) % len(lossy)]
        for one in samples
        if (facts := surveyed[one.id].facts) is not None and facts.lossless
    }


def _outcomes(
    samples: Sequence[Sample],
    root: Path,
    forms: Mapping[str, MatchTarget],
    first: Mapping[str, MatchTarget],
    window: int,
    config: MatchConfig,
    jobs: int,
) -> Iterator[tuple[Sample, Outcome]]:
    with TemporaryDirectory(prefix="fakeprint-") as folder:

        def tasks() -> Iterator[Task]:
            for index, one in enumerate(samples):
                place = os.fsencode(place_of(one, root, Path(folder), index)).decode("latin-1")
                at = _fraction(config.seed, "left", one.id), _fraction(config.seed, "top", one.id)
                task = MatchTask(place=place, target=forms[one.group], first=first.get(one.id), window=window, at=at)
                yield Task(index, task.model_dump(mode="json"), config.limits.image_seconds)

        setup = MatchSetup(limits=config.limits).model_dump(mode="json")
        target = "fakeprint.suites.match_worker:MatchWorker"
        with WorkerPool(target, setup, config.limits, jobs or os.cpu_count() or 1) as pool:
            for outcome in pool.run(tasks()):
                (Path(folder) / str(outcome.index)).unlink(missing_ok=True)
                yield samples[outcome.index], outcome


def _sample(one: Sample, found: MatchedFile, form: MatchTarget, window: int, seed: int) -> Sample:
    name = sha256(f"{seed}\0{one.id}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
    media = Media(sha256=found.sha256, kind=MediaKind.IMAGE, mime=found.mime, bytes=found.bytes, width=window, height=window, frame_count=1)
    changes = {
        "path": f"{FOLDER}/{name}{form.suffix}",
        "sha256": found.sha256,
        "phash": None,
        "mask": None,
        "media": media,
        "history": (*one.history, *found.steps),
    }
    return one.model_copy(update=changes)


def _targets_of_pairs(samples: Sequence[Sample], surveyed: Mapping[str, Surveyed]) -> dict[str, MatchTarget]:
    authentic: dict[str, list[Sample]] = {}
    for one in samples:
        if one.label is Label.AUTHENTIC:
            authentic.setdefault(one.group, []).append(one)
    forms = {group: _form(surveyed[ones[0].id]) for group, ones in authentic.items() if len(ones) == 1 and ones[0].id in surveyed}
    return {group: form for group, form in forms.items() if form is not None}


def _balanced(written: list[tuple[Sample, MatchedFile]], seed: int) -> list[tuple[Sample, MatchedFile]]:
    """Keep equally many of each class in each of 20 bins of how busy the pictures are; which, depends on seed and ids only."""
    if not written:
        return []
    sizes = np.array([found.probe_bytes for _, found in written], np.float64)
    bins = np.searchsorted(np.quantile(sizes, np.linspace(0, 1, BALANCE_BINS + 1)[1:-1]), sizes)
    members: dict[tuple[int, int], list[int]] = {}
    for row, (sample, _) in enumerate(written):
        members.setdefault((int(bins[row]), sample.label.positive), []).append(row)
    kept = set()
    for number in range(BALANCE_BINS):
        parts = [members.get((number, label), []) for label in (0, 1)]
        for rows in parts:
            ranked = sorted(rows, key=lambda row: (draw(seed, "balance", written[row][0].id), written[row][0].id))
            kept.update(ranked[: min(map(len, parts))])
    return [pair for row, pair in enumerate(written) if row in kept]


def _name(target: MatchTarget) -> str:
    parts = (target.format, target.quality, target.subsampling)
    return " ".join(str(part) for part in parts if part is not None)


def _fraction(seed: int, kind: str, name: str) -> float:
    return (draw(seed, kind, name) >> 11) / 2**53
