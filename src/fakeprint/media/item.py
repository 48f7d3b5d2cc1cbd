"""One media file inside a worker process: identity, container, metadata, pixels on demand.

Nothing here is ever serialised; it does not leave the process.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fakeprint.core.errors import MediaError
from fakeprint.core.evidence import EvidenceFile, Location
from fakeprint.core.limits import Limits
from fakeprint.core.media import Media, MediaKind
from fakeprint.media.container.model import Container, PartKind
from fakeprint.media.exif import Exif, read_exif
from fakeprint.media.iim import Iim, read_iim
from fakeprint.media.text import decode_text
from fakeprint.media.xmp import Xmp, read_xmp

if TYPE_CHECKING:
    from fakeprint.media.image import DecodedImage
    from fakeprint.media.video import FrameSource, SampledFrames


@dataclass(frozen=True)
class Text:
    """One keyed text of the file, decoded; comments have an empty key."""

    key: str
    value: str
    location: Location


@dataclass(frozen=True)
class MediaItem:
    """What examiners receive.

    ``name`` is the base name as given.  Metadata properties never raise: what is malformed is told in their ``problems``.  ``image``
    raises :class:`~fakeprint.core.errors.MediaError` when the pixels cannot be decoded; so does iterating ``frames``.
    ``want_pictures`` is False in runs that write rows alone; examiners then make no pictures and call ``attach`` for none.
    ``kept`` is what the parent is asked to keep for a later run (:mod:`fakeprint.media.face_cache`).
    """

    media: Media
    container: Container
    path: Path
    name: str
    limits: Limits
    attachments: dict[str, bytes] = field(default_factory=dict)
    want_pictures: bool = True
    kept: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def exif(self) -> Exif | None:
        """The first readable EXIF block, or the first one with its problems; None where there is none."""
        blocks = [read_exif(part, self.limits) for part in self.container.of_kind(PartKind.EXIF)]
        return next((block for block in blocks if block.tags), blocks[0] if blocks else None)

    @cached_property
    def xmp(self) -> tuple[Xmp, ...]:
        """All XMP packets in file order."""
        return tuple(read_xmp(part, self.limits) for part in self.container.of_kind(PartKind.XMP))

    @cached_property
    def iim(self) -> tuple[Iim, ...]:
        """All IPTC-IIM blocks in file order."""
        return tuple(read_iim(part) for part in self.container.of_kind(PartKind.IPTC))

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """All keyed texts and comments that lie in valid elements, decoded, in file order."""
        parts = self.container.of_kind(PartKind.TEXT, PartKind.COMMENT)
        return tuple(Text(part.key, decode_text(part.data), part.location()) for part in parts if part.data is not None)

    @cached_property
    def _decoded(self) -> "DecodedImage | MediaError":
        from fakeprint.media.image import decode_image

        try:
            return decode_image(self.path, self.container, self.limits)
        except MediaError as error:
            return error

    @property
    def image(self) -> "DecodedImage":
        """The first frame of a still or animated image, decoded once; a failure is remembered and raised again."""
        if isinstance(self._decoded, MediaError):
            raise self._decoded
        return self._decoded

    def frames(self, source: "int | FrameSource") -> "SampledFrames":
        """Decode frames of a video one at a time, with their true time stamps; a number asks for so many evenly spaced ones.

        ``cut`` of the result says afterwards whether a limit left frames out.
        """
        from fakeprint.media.video import Even, sample_frames

        return sample_frames(self.path, self.container, Even(source) if isinstance(source, int) else source, self.limits)

    @property
    def is_image(self) -> bool:
        """Whether the item is a still or animated image."""
        return self.media.kind is MediaKind.IMAGE

    def attach(self, file: EvidenceFile, data: bytes) -> EvidenceFile:
        """Keep the bytes of a picture that belongs to the evidence; the worker sends them to the parent by hash."""
        self.attachments[file.sha256] = data
        return file
