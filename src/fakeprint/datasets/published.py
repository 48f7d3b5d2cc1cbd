"""Sizes and hashes of published files, compared before they are imported."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fakeprint.core.errors import UsageError


@dataclass(frozen=True)
class Published:
    """Size in bytes, and the sha256 or as much of its beginning as was published."""

    size: int
    sha256: str


def require_published(path: Path, files: Mapping[str, Published]) -> None:
    """Refuse a file that is not the published one of its name; names that are not in the table pass.

    Raises:
        UsageError: size or sha256 differ; the message says which.
    """
    known = files.get(path.name)
    if known is None:
        return
    size = path.stat().st_size
    if size != known.size:
        raise UsageError(f"{path.name} has {size:,} bytes, the published file has {known.size:,}; fetch it again")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if not digest.startswith(known.sha256):
        raise UsageError(f"{path.name} has the sha256 {digest}, that of the published file begins with {known.sha256}; fetch it again")
