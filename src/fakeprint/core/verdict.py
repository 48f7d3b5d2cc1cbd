"""What the judge concludes from the evidence: three answers, each with a level and what it rests on."""

from enum import StrEnum

from pydantic import Field

from fakeprint.core.evidence import OriginStatement
from fakeprint.core.record import Record


class Level(StrEnum):
    """Five levels of evidence (specs: reliability 12).  They are not labels of data and are never cast to them."""

    SIGNED_STATEMENT = "signed_statement"
    STRONG = "strong"
    SOME = "some"
    INCONCLUSIVE = "inconclusive"
    NONE_FOUND = "none_found"


class Answer(Record):
    """The answer to one question.

    ``text`` is the wording for readers, ``reason`` a stable code that says why an answer is inconclusive.  ``statement`` and
    ``signer`` are set for ``signed_statement`` only: a signed statement may also say *captured*.  ``probability`` is calibrated, of
    label 1 (synthetic or manipulated) under a 50/50 prior, and null where no calibrated detector answered.
    """

    level: Level
    text: str
    probability: float | None = Field(None, ge=0, le=1)
    because: tuple[str, ...] = ()
    reason: str | None = None
    statement: OriginStatement | None = None
    signer: str | None = None
    name: str | None = None
    licensed_by: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


class NotChecked(Record):
    """Something that was not looked at, and why."""

    what: str
    reason: str


class FileConditions(Record):
    """Properties of the file that decide how far evidence from pixels can carry.

    ``short_side`` in pixels; ``jpeg_quality`` is the estimated quality of the last compression, 1 to 100, null for lossless files.
    """

    short_side: int | None = None
    compression: str | None = None
    jpeg_quality: int | None = Field(None, ge=1, le=100)
    resized: bool | None = None
    faces: int | None = Field(None, ge=0)


class Verdict(Record):
    """Three answers, what was looked at, what was not, and what to keep in mind."""

    synthetic: Answer
    manipulated: Answer
    generator: Answer
    conflicts: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    conditions: FileConditions = FileConditions()
    caveats: tuple[str, ...] = ()
