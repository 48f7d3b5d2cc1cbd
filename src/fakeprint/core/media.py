"""One file's identity, without its path and without its pixels."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from fakeprint.core.record import Record

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class MediaKind(StrEnum):
    """What a file holds, judged by its content.  ``other`` is recognised but not examined (or not recognised at all)."""

    IMAGE = "image"
    VIDEO = "video"
    OTHER = "other"


class Media(Record):
    """Identity and header facts of one file.

    ``width`` and ``height`` are pixels as displayed, orientation and rotation applied.  ``duration_s`` is in seconds and null
    for still images.  ``frame_count`` is the number of frames that the container declares, null where it declares none.
    """

    sha256: Sha256
    kind: MediaKind
    mime: str
    bytes: int = Field(ge=0)
    width: int | None = Field(None, ge=0)
    height: int | None = Field(None, ge=0)
    duration_s: float | None = Field(None, ge=0)
    fps: float | None = Field(None, ge=0)
    frame_count: int | None = Field(None, ge=0)
    codec: str | None = None
    rotation: int | None = None
    notes: tuple[str, ...] = ()
