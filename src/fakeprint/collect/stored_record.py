"""One record of D3 whose images lie in the byte store: caption, address of the photograph, four generated images (specs: d3-code 2.2)."""

from fakeprint.collect.image_facts import ImageFacts
from fakeprint.core.media import Sha256
from fakeprint.core.record import Record

GENERATORS = 4
REAL = "real"
SLOTS = ("gen_0", "gen_1", "gen_2", "gen_3", REAL)
"""The images of a record by the names that its members have in a shard."""


class StoredImage(Record):
    """One image of a record: its bytes by hash, and what they are.  ``suffix`` is that of the published file name, lower case."""

    sha256: Sha256
    suffix: str
    facts: ImageFacts
    model: str | None = None
    steps: int | None = None


class StoredRecord(Record):
    """``images`` has one entry for each of :data:`SLOTS`; ``missing`` says why an entry is null."""

    id: str
    split: str
    caption: str | None = None
    positive_prompt: str | None = None
    negative_prompt: str | None = None
    url: str | None = None
    images: dict[str, StoredImage | None]
    missing: dict[str, str]
    licence: str = "unknown"

    @property
    def complete(self) -> bool:
        """Whether all five images are there."""
        return not self.missing
