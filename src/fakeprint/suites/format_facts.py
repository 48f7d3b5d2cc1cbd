"""What a file tells without its pixels: the inputs of the format audit (specs: evaluation 11)."""

from pathlib import Path, PurePosixPath

from fakeprint.core.limits import Limits
from fakeprint.core.media import MediaKind
from fakeprint.core.prediction import FormatFacts
from fakeprint.media.container.model import Container, PartKind
from fakeprint.media.container.walk import walk
from fakeprint.media.image_header import read_header
from fakeprint.media.jpeg_tables import read_jpeg_header


def read_format_facts(path: Path, name: str, limits: Limits) -> FormatFacts:
    """Read the facts of one image at header speed; ``name`` is its path in the manifest.

    Raises:
        MediaError: the header cannot be read.
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        container = walk(stream, limits)
        stream.seek(0, 2)
        size = stream.tell()
    return facts_of(container, path, name, size, limits)


def facts_of(container: Container, path: Path, name: str, size: int, limits: Limits) -> FormatFacts:
    """Return the facts of a walked file of ``size`` bytes."""
    pure = PurePosixPath(name)
    facts = FormatFacts(
        container=container.format,
        lossless=container.lossless,
        bytes=size,
        icc=bool(container.of_kind(PartKind.ICC)),
        exif=bool(container.of_kind(PartKind.EXIF)),
        xmp=bool(container.of_kind(PartKind.XMP)),
        texts=len(container.of_kind(PartKind.TEXT, PartKind.COMMENT)),
        other_parts=len(container.of_kind(PartKind.OTHER)),
        extension=pure.suffix.lower(),
        name_length=len(pure.stem),
    )
    if container.kind is not MediaKind.IMAGE:
        return facts
    header = read_header(path, container, limits)
    jpeg = read_jpeg_header(container)
    quality = jpeg.quality if jpeg else None
    width, height = header.displayed
    return facts.model_copy(
        update={
            "quality": quality.value if quality else None,
            "standard_table": quality.exact if quality else None,
            "subsampling": jpeg.subsampling if jpeg else None,
            "process": jpeg.process if jpeg else None,
            "tables": jpeg.definitions if jpeg else None,
            "width": width,
            "height": height,
            "bit_depth": header.bit_depth,
            "mode": header.mode,
        }
    )


def delivered_facts(width: int, height: int) -> FormatFacts:
    """Return what is left after a delivery that wrote every file the same way: its size.

    >>> delivered_facts(640, 480).container
    'delivered'
    """
    return FormatFacts(container="delivered", width=width, height=height)
