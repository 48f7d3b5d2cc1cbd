"""What became of one annotated copy."""

from typing import Literal

from fakeprint.core.record import Record


class Copied(Record):
    """``ending`` is that of the file name.  ``notes`` say what of the source is not in the copy, or not as it was.

    ``frames`` counts those written.  ``audio`` is ``kept`` where every sound packet was copied as it was; None in images.
    """

    ending: Literal["mp4", "mkv", "avi", "png", "jpg"]
    frames: int
    faces: bool
    encoder: str
    audio: Literal["kept", "none", "left_out"] | None = None
    notes: tuple[str, ...] = ()
