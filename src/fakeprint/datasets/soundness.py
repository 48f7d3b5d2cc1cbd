"""Whether a stored manifest can be relied on: rows, ids, groups, and the files that it names."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from fakeprint.core.errors import AlignmentError, LeakageError, UsageError
from fakeprint.core.sample import Sample, Split
from fakeprint.datasets.archive import members, split_path
from fakeprint.datasets.store import read_header, read_samples

SHOWN = 100
"""Problems that are described; all are counted."""


@dataclass
class Soundness:
    """What was found: how many samples were read, how many problems there are, and a description of the first ones."""

    samples: int = 0
    count: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, problem: str) -> None:
        """Count one problem and describe it if there is room."""
        self.count += 1
        if len(self.problems) < SHOWN:
            self.problems.append(problem)

    def line(self) -> str:
        """Return the outcome as one line."""
        return f"{self.samples:,} samples read, {self.count:,} problems found"


def verify(manifest: Path, root: Path | None = None, *, hashes: bool = False) -> Soundness:
    """Read every sample; look for double ids, groups in two splits and pairs that name no sample.

    With ``root`` every file must be there, inside the root; with ``hashes`` also its size and sha256 must be those recorded.  Files in zip
    and tar archives are looked up in the archive's list; their bytes are not hashed, and neither are cells of Parquet files.

    Raises:
        UsageError: the manifest has no readable header, or ``hashes`` without ``root``.
    """
    if hashes and root is None:
        raise UsageError("to compare hashes, say where the files lie: --root FOLDER")
    found = Soundness()
    read_header(manifest)
    ids: set[int] = set()
    homes: dict[int, Split] = {}
    pairs: list[tuple[int, str]] = []
    archives: dict[str, frozenset[str] | None] = {}
    try:
        for sample in read_samples(manifest):
            found.samples += 1
            try:
                _check(sample, ids, homes)
            except (AlignmentError, LeakageError) as error:
                found.add(str(error))
            if sample.pair is not None:
                pairs.append((hash(sample.pair), sample.id))
            if root is not None and (problem := _file_problem(sample, root, archives, hashes=hashes)):
                found.add(f"{sample.id}: {problem}")
    except UsageError as error:
        found.add(str(error))
    for pair, identity in pairs:
        if pair not in ids:
            found.add(f"{identity}: its pair is not in the manifest")
    return found


def _check(sample: Sample, ids: set[int], homes: dict[int, Split]) -> None:
    if (identity := hash(sample.id)) in ids:
        raise AlignmentError(f"two samples have the id {sample.id!r}")
    ids.add(identity)
    home = homes.setdefault(hash(sample.group), sample.split)
    if home is not sample.split:
        raise LeakageError(f"{sample.id}: its group {sample.group!r} lies in {home} and in {sample.split}")


def _file_problem(sample: Sample, root: Path, archives: dict[str, frozenset[str] | None], *, hashes: bool) -> str | None:
    outer, inner = split_path(root, sample.path)
    path = root / outer
    if not path.is_file():
        return f"there is no file {outer}"
    if not path.resolve().is_relative_to(root.resolve()):
        return f"{outer} leads out of the folder"
    if inner:
        if outer not in archives:
            archives[outer] = _names(path)
        names = archives[outer]
        return f"{outer} has no member {inner}" if names is not None and inner not in names else None
    if not hashes:
        return None
    if sample.media is not None and path.stat().st_size != sample.media.bytes:
        return f"{outer} has {path.stat().st_size:,} bytes, the manifest says {sample.media.bytes:,}"
    wanted = sample.sha256 or (sample.media.sha256 if sample.media is not None else None)
    if wanted is None:
        return None
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return None if digest == wanted else f"{outer} has the sha256 {digest}, the manifest says {wanted}"


def _names(path: Path) -> frozenset[str] | None:
    """Return the names in an archive, None for a Parquet file, whose cells are not listed."""
    return None if path.suffix == ".parquet" else frozenset(member.name for member in members(path))
