"""One record of D3: a caption, the address of its photograph, and four generated images (specs: d3-code 1.1, 2.2)."""

from enum import StrEnum

from fakeprint.collect.image_facts import ImageFacts
from fakeprint.core.media import Sha256
from fakeprint.core.record import Record

GENERATORS = 4
REAL = "real"
SLOTS = ("gen_0", "gen_1", "gen_2", "gen_3", REAL)
"""The images of a record by the names that its members have in a shard."""


class Source(StrEnum):
    """Whether the bytes are those that were published."""

    ORIGINAL = "original"
    REENCODED = "reencoded"


class D3Image(Record):
    """One image of a record: its bytes by hash, and what they are.  ``suffix`` is that of the published file name, lower case."""

    sha256: Sha256
    suffix: str
    facts: ImageFacts
    model: str | None = None
    steps: int | None = None


class D3Record(Record):
    """``images`` has one entry for each of :data:`SLOTS`; ``missing`` says why an entry is null."""

    id: str
    split: str
    caption: str | None
    positive_prompt: str | None
    negative_prompt: str | None
    url: str | None
    images: dict[str, D3Image | None]
    missing: dict[str, str]
    licence: str = "unknown"

    @property
    def complete(self) -> bool:
        """Whether all five images are there."""
        return not self.missing
