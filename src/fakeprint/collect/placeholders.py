"""Pictures that stand where another one was: single pixels, blank areas, and the known "not available" pictures of hosts."""

from dataclasses import dataclass
from pathlib import Path

from fakeprint.collect.image_facts import ImageFacts
from fakeprint.core.errors import UsageError
from fakeprint.media.perceptual_hash import distance

FLAT_DEVIATION = 1.5
"""Below this deviation (grey values, picture reduced to 32x32) there is nothing to see."""
NEAR_BITS = 4
_LISTED = 10_000


@dataclass(frozen=True)
class Placeholders:
    """Known stand-ins by sha256 and by perceptual hash (within :data:`NEAR_BITS` bits)."""

    sha256: frozenset[str] = frozenset()
    phashes: tuple[int, ...] = ()

    def reason(self, facts: ImageFacts, sha256: str) -> str | None:
        """Return why a picture counts as a stand-in, or None."""
        if facts.width <= 1 and facts.height <= 1:
            return "a single pixel"
        if facts.deviation < FLAT_DEVIATION:
            return f"nearly one colour (deviation {facts.deviation:g})"
        if sha256 in self.sha256:
            return "its bytes are on the list of placeholders"
        phash = int(facts.phash, 16)
        if any(distance(phash, known) <= NEAR_BITS for known in self.phashes):
            return "it looks like a listed placeholder"
        return None


def read_placeholders(path: Path) -> Placeholders:
    """Read a list: one sha256 (64 digits) or perceptual hash (16 digits) a line, ``#`` begins a comment.

    Raises:
        UsageError: a line is neither, or the list is too long.
    """
    hashes: set[str] = set()
    phashes: set[int] = set()
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > _LISTED:
        raise UsageError(f"{path.name} lists more than {_LISTED} placeholders")
    for number, line in enumerate(lines, start=1):
        word = line.partition("#")[0].strip().lower()
        if not word:
            continue
        if len(word) not in (16, 64) or any(char not in "0123456789abcdef" for char in word):
            raise UsageError(f"{path.name}, line {number}: neither a sha256 (64 digits) nor a perceptual hash (16 digits)")
        if len(word) == 64:
            hashes.add(word)
        else:
            phashes.add(int(word, 16))
    return Placeholders(frozenset(hashes), tuple(sorted(phashes)))
