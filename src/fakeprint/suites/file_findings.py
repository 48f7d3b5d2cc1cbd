"""What is wrong with the files of a set: missing, damaged, changed, wrongly named, contradicting, contaminated (specs: dflip3k 8, R71)."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import PurePosixPath

from fakeprint.core.errors import ErrorCode
from fakeprint.core.record import Record
from fakeprint.core.sample import Label, Sample
from fakeprint.datasets.duplicates import find_duplicates
from fakeprint.datasets.keys import keys_of
from fakeprint.suites.file_survey import Surveyed


class FindingKind(StrEnum):
    """What was found; ``declared_synthetic`` and the two conflicts concern labels, the others files."""

    MISSING = "missing"
    DAMAGED = "damaged"
    CHANGED = "changed"
    WRONG_ENDING = "wrong_ending"
    EXACT_DUPLICATE = "exact_duplicate"
    LABEL_CONFLICT = "label_conflict"
    NEAR_DUPLICATE = "near_duplicate"
    NEAR_LABEL_CONFLICT = "near_label_conflict"
    DECLARED_SYNTHETIC = "declared_synthetic"


class Finding(Record):
    """One finding about one or several samples."""

    kind: FindingKind
    ids: tuple[str, ...]
    detail: str


ENDINGS = {
    "jpeg": {".jpg", ".jpeg", ".jpe", ".jfif"},
    "png": {".png", ".apng"},
    "webp": {".webp"},
    "gif": {".gif"},
    "bmp": {".bmp", ".dib"},
    "tiff": {".tif", ".tiff"},
    "avif": {".avif"},
    "heic": {".heic", ".heif", ".hif"},
    "mp4": {".mp4", ".m4v"},
    "mov": {".mov", ".qt"},
    "webm": {".webm"},
    "matroska": {".mkv"},
    "avi": {".avi"},
}
"""Endings that go with a container; other containers and files without an ending are not judged."""


def find_problems(samples: Sequence[Sample], surveyed: Mapping[str, Surveyed]) -> tuple[Finding, ...]:
    """Return all findings, by kind.

    ``surveyed`` holds one record for each sample by id; a survey with pixels finds damage and near duplicates, one with declarations
    finds samples of label 0 that declare to be generated.
    """
    found = [finding for sample in samples for finding in _of_one(sample, surveyed[sample.id])]
    found += _of_several(samples, surveyed)
    order = list(FindingKind)
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.ids)))


def _of_one(sample: Sample, found: Surveyed) -> Iterator[Finding]:
    if found.error is not None:
        missing = found.error.code is ErrorCode.E_NOT_FOUND
        yield Finding(
            kind=FindingKind.MISSING if missing else FindingKind.DAMAGED,
            ids=(sample.id,),
            detail=f"{found.error.code}: {found.error.message}",
        )
    if found.media is not None:
        recorded = {"sha256": sample.sha256, **({"bytes": sample.media.bytes} if sample.media else {})}
        changed = [name for name, value in recorded.items() if value is not None and value != getattr(found.media, name)]
        if changed:
            yield Finding(kind=FindingKind.CHANGED, ids=(sample.id,), detail=f"differs from the record: {', '.join(changed)}")
    ending = PurePosixPath(sample.path).suffix.lower()
    if found.facts is not None and ending and ending not in ENDINGS.get(found.facts.container, {ending}):
        yield Finding(kind=FindingKind.WRONG_ENDING, ids=(sample.id,), detail=f"a {found.facts.container} file ends in {ending}")
    if sample.label is Label.AUTHENTIC and found.declared:
        yield Finding(kind=FindingKind.DECLARED_SYNTHETIC, ids=(sample.id,), detail=", ".join(found.declared))


def _of_several(samples: Sequence[Sample], surveyed: Mapping[str, Surveyed]) -> list[Finding]:
    readable = [one for one in samples if (found := surveyed[one.id]).media is not None and found.error is None]
    keys = keys_of(readable)
    for row, one in enumerate(readable):
        found = surveyed[one.id]
        keys.sha256s[row] = found.media.sha256 if found.media else None
        keys.phashes[row] = found.phash
    thumbnails = {one.id: surveyed[one.id].thumbnail for one in readable if surveyed[one.id].thumbnail}
    findings = []
    for cluster in find_duplicates(keys, thumbnails).clusters:
        conflict = len({Label(label).positive for label in cluster.labels}) > 1
        exact = cluster.kind == "exact"
        if conflict:
            kind = FindingKind.LABEL_CONFLICT if exact else FindingKind.NEAR_LABEL_CONFLICT
        else:
            kind = FindingKind.EXACT_DUPLICATE if exact else FindingKind.NEAR_DUPLICATE
        findings.append(Finding(kind=kind, ids=cluster.ids, detail=f"labels: {', '.join(cluster.labels)}"))
    return findings
