"""Open an image with Pillow and check its header against the limits, before any pixel is decoded (specs: reliability 2)."""

import os
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Container, PartKind
from fakeprint.media.exif import read_exif

ORIENTATION = 0x0112

PILLOW_FORMATS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "gif": "GIF",
    "bmp": "BMP",
    "tiff": "TIFF",
    "avif": "AVIF",
    "heic": "HEIF",
}
"""Container formats that are decoded, and the one Pillow plug-in that each may reach."""

_MALFORMED_HEADER = (SyntaxError, IndexError, TypeError, KeyError, struct.error)
"""What Pillow itself takes for "not such a file" while it opens one."""


@dataclass(frozen=True)
class ImageHeader:
    """Header facts: stored ``width`` and ``height`` in pixels, EXIF ``orientation``, frames counted up to the limit."""

    width: int
    height: int
    orientation: int
    mode: str
    bit_depth: int
    frame_count: int
    more_frames: bool

    @property
    def displayed(self) -> tuple[int, int]:
        """Width and height as displayed."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


def read_header(path: Path, container: Container, limits: Limits) -> ImageHeader:
    """Return the header facts of an image file.

    Raises:
        MediaError: not decodable, damaged, or over a limit; stage ``probe``.
    """
    with opened_image(path, container, limits) as (_, header, _):
        return header


@contextmanager
def opened_image(
    path: Path, container: Container, limits: Limits
) -> Iterator[tuple[Image.Image, ImageHeader, list[warnings.WarningMessage]]]:
    """Open an image, check its header, and give the image with its pixels still undecoded, and the growing list of warnings.

    Raises:
        MediaError: from opening, with stage ``probe``.
    """
    name = PILLOW_FORMATS.get(container.format)
    if name is None:
        raise MediaError(ErrorCode.E_FORMAT_REFUSED, f"{container.format} images are recognised but not decoded", Stage.PROBE)
    if name == "HEIF":
        _load_heif()
    try:
        stream = path.open("rb")
    except OSError as error:
        raise MediaError(ErrorCode.E_READ, f"cannot be read: {error.strerror}", Stage.PROBE) from error
    with stream, _pixel_limit(limits) as caught:
        check_file_size(stream.fileno(), limits.image_bytes)
        with decoder_errors(Stage.PROBE, container):
            _check_canvas(stream, container, limits)
            image = _open(stream, name)
        with image:
            with decoder_errors(Stage.PROBE, container):
                header = _checked_header(image, stream, container, limits)
            yield image, header, caught


def check_file_size(descriptor: int, most: int) -> None:
    """Refuse a file of more than ``most`` bytes."""
    size = os.fstat(descriptor).st_size
    if size > most:
        raise MediaError(ErrorCode.E_TOO_LARGE, f"{size} bytes; the limit is {most}", Stage.PROBE)


@contextmanager
def decoder_errors(stage: Stage, container: Container) -> Iterator[None]:
    """Turn the exceptions that Pillow documents into typed errors; anything else is our bug and propagates (specs: reliability 1)."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError(ErrorCode.E_BOMB, f"refused before decoding: {error}", stage) from error
    except MemoryError as error:
        raise MediaError(ErrorCode.E_MEMORY, "needs more memory than a worker may use", stage) from error
    except UnidentifiedImageError as error:
        code = ErrorCode.E_CORRUPT if container.complete else ErrorCode.E_TRUNCATED
        raise MediaError(code, f"the {container.format} header cannot be read", stage) from error
    except (OSError, SyntaxError, ValueError, NotImplementedError, OverflowError) as error:
        raise MediaError(_code_of(error, container), f"the {container.format} data is damaged: {_first_line(error)}", stage) from error
    except RuntimeError as error:
        if container.format not in {"avif", "heic"} or type(error) is not RuntimeError:
            raise  # only these two decoders report damage in this way
        raise MediaError(_code_of(error, container), f"the {container.format} data is damaged: {_first_line(error)}", stage) from error


def _code_of(error: Exception, container: Container) -> ErrorCode:
    text = str(error).lower()
    if isinstance(error, OSError) and error.errno is not None:
        return ErrorCode.E_READ
    if "too large" in text or "too much memory" in text:
        return ErrorCode.E_BOMB
    cut = any(word in text for word in ("truncated", "end of file", "not enough", "incomplete", "too small"))
    return ErrorCode.E_TRUNCATED if cut or any(note.startswith("truncated:") for note in container.notes) else ErrorCode.E_CORRUPT


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _load_heif() -> None:
    try:
        import_module("pi_heif").register_heif_opener(thumbnails=False)
    except ImportError as error:
        message = "HEIC needs the package pi-heif; run: pip install 'fakeprint[heic]'"
        raise MediaError(ErrorCode.E_EXTRA_MISSING, message, Stage.PROBE) from error


@contextmanager
def _pixel_limit(limits: Limits) -> Iterator[list[warnings.WarningMessage]]:
    """Make our pixel limit Pillow's own for the while, its warning an error, and collect all other warnings."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = limits.image_pixels
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield caught
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _open(stream: BinaryIO, name: str) -> Image.Image:
    if name != "JPEG":
        return Image.open(stream, formats=[name])
    # Image.open would also read the index of further pictures (MPO) and give the whole file up where that index is malformed.
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        image = JpegImageFile(stream)
    except _MALFORMED_HEADER as error:
        raise UnidentifiedImageError from error
    if image.width * image.height > (Image.MAX_IMAGE_PIXELS or 0):
        raise Image.DecompressionBombError(f"Image size ({image.width * image.height} pixels) exceeds the limit")
    return image


def _check_canvas(stream: BinaryIO, container: Container, limits: Limits) -> None:
    """Check the sizes that a WebP or AVIF header declares, because the decoder sets memory aside when it opens the file."""
    stream.seek(0)
    if container.format == "webp":
        sizes = _webp_canvas(stream.read(64))
    elif container.format in {"avif", "heic"}:
        sizes = _extents(stream.read(1 << 20))
    else:
        sizes = []
    stream.seek(0)
    for width, height in sizes:
        if width * height > limits.image_pixels:
            raise Image.DecompressionBombError(f"{width} x {height} pixels exceed the limit of {limits.image_pixels}")


def _webp_canvas(head: bytes) -> list[tuple[int, int]]:
    kind, body = head[12:16], head[20:]
    if kind == b"VP8X" and len(body) >= 10:
        return [(1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"))]
    if kind == b"VP8L" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return [(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))]
    if kind == b"VP8 " and len(body) >= 10:
        return [(int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF)]
    return []


def _extents(head: bytes) -> list[tuple[int, int]]:
    """Find the spatial extents (``ispe``) of an AVIF or HEIC file without following its boxes."""
    sizes: list[tuple[int, int]] = []
    at = head.find(b"ispe")
    while at >= 0 and at + 16 <= len(head) and len(sizes) < 4096:
        width, height = struct.unpack_from(">II", head, at + 8)
        sizes.append((width, height))
        at = head.find(b"ispe", at + 4)
    return sizes


def _checked_header(image: Image.Image, stream: BinaryIO, container: Container, limits: Limits) -> ImageHeader:
    orientation = _orientation(image, container, limits)
    width, height = image.size
    if image.format == "TIFF" and orientation >= 5:
        width, height = height, width  # Pillow reports a TIFF as displayed
    if max(width, height) > limits.image_side:
        message = f"{width} x {height} pixels; a side may have {limits.image_side}"
        raise MediaError(ErrorCode.E_TOO_LARGE, message, Stage.PROBE)
    if min(width, height) < 1:
        raise MediaError(ErrorCode.E_CORRUPT, f"the header declares {width} x {height} pixels", Stage.PROBE)
    frames = _frames(image, stream, limits.image_frames + 1)
    more = frames > limits.image_frames
    return ImageHeader(width, height, orientation, image.mode, _bit_depth(image, stream), min(frames, limits.image_frames), more)


def _orientation(image: Image.Image, container: Container, limits: Limits) -> int:
    value: object = None
    if image.format == "TIFF":
        value = image.tag_v2.get(ORIENTATION)  # type: ignore[attr-defined]
    elif image.format == "AVIF":  # the container's own rotation and mirroring, which Pillow reports as EXIF
        value = image.getexif().get(ORIENTATION)
    elif image.format != "HEIF":  # its decoder has turned the pixels already
        blocks = (read_exif(part, limits) for part in container.of_kind(PartKind.EXIF))
        value = next((tag.value for block in blocks if (tag := block.find(ORIENTATION, "ifd0")) is not None), None)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _bit_depth(image: Image.Image, stream: BinaryIO) -> int:
    if image.format == "TIFF":
        bits = image.tag_v2.get(258, (1,))  # type: ignore[attr-defined]
        depth = max(bits) if isinstance(bits, tuple) else bits
        return int(depth) if 1 <= depth <= 64 else 8
    if image.format == "AVIF":
        place = stream.tell()
        stream.seek(0)
        head = stream.read(1 << 16)
        stream.seek(place)
        at = head.find(b"av1C")
        flags = head[at + 6] if 0 <= at < len(head) - 6 else 0
        return (12 if flags & 0x20 else 10) if flags & 0x40 else 8
    if image.format == "HEIF":
        depth = image.info.get("bit_depth", 8)
        return depth if isinstance(depth, int) else 8
    if image.mode.startswith("I;16") or any(";16" in str(tile[3]) for tile in getattr(image, "tile", ())):
        return 16
    return 1 if image.mode == "1" else 8


def _frames(image: Image.Image, stream: BinaryIO, most: int) -> int:
    """Count frames or pages, no further than ``most``; pictures that merely accompany a JPEG are none."""
    if image.format == "GIF":
        place = stream.tell()
        count = _gif_frames(stream, most)
        stream.seek(place)
        return max(1, count)
    if image.format == "TIFF":
        return _tiff_pages(image, most)
    if image.format in {"PNG", "WEBP", "AVIF"}:
        return min(int(getattr(image, "n_frames", 1)), most)
    return 1


def _tiff_pages(image: Image.Image, most: int) -> int:
    count = 1
    try:
        while count < most:
            image.seek(count)
            count += 1
    except (EOFError, *_MALFORMED_HEADER, OSError, ValueError, OverflowError):
        pass  # a page that cannot be read ends the count; the first one is what is decoded
    image.seek(0)
    return count


def _gif_frames(stream: BinaryIO, most: int) -> int:
    stream.seek(0)
    head = stream.read(13)
    _skip_palette(stream, head[10:11])
    count = 0
    while count < most:
        introducer = stream.read(1)
        if introducer == b"\x2c":
            _skip_palette(stream, stream.read(9)[8:9])
            stream.read(1)
            count += 1
        elif introducer == b"\x21":
            stream.read(1)
        else:
            break
        _skip_sub_blocks(stream)
    return count


def _skip_palette(stream: BinaryIO, flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        stream.seek(3 << ((flags[0] & 7) + 1), 1)


def _skip_sub_blocks(stream: BinaryIO) -> None:
    while (size := stream.read(1)) and size != b"\0":
        stream.seek(size[0], 1)
