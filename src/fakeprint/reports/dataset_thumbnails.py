"""Small WebP pictures of samples, made in sandboxed workers, without metadata (specs: dflip3k 7)."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pydantic import JsonValue

from fakeprint.core.errors import ErrorCode, MediaError, Stage
from fakeprint.core.limits import Limits
from fakeprint.core.record import Record
from fakeprint.media.time_limit import seconds_for
from fakeprint.media.workers import Task, WorkerPool

SHORT_SIDE = 256
MOST_LONG_SIDE = 1024
QUALITY = 80
PICTURE = "thumbnail"


class ThumbnailSetup(Record):
    """What a worker is told once."""

    limits: Limits = Limits()


@dataclass(frozen=True)
class Thumbnail:
    """One small picture as WebP bytes, or why there is none."""

    data: bytes | None
    reason: str | None = None


def thumbnails(places: Iterable[Path], limits: Limits, *, jobs: int = 0) -> Iterator[Thumbnail]:
    """Yield one thumbnail for each file, in order: short side 256 pixels, the first frame of a video."""
    setup = ThumbnailSetup(limits=limits).model_dump(mode="json")
    target = "fakeprint.reports.dataset_thumbnails:ThumbnailWorker"
    tasks = (Task(index, {"place": os.fsencode(place).decode("latin-1")}, seconds_for(place, limits)) for index, place in enumerate(places))
    with WorkerPool(target, setup, limits, jobs or os.cpu_count() or 1) as pool:
        for outcome in pool.run(tasks):
            if outcome.reply is not None:
                yield Thumbnail(outcome.blobs[PICTURE])
            else:
                yield Thumbnail(None, outcome.error.message if outcome.error else "lost")


class ThumbnailWorker:
    """Constructed once in each worker, then called with one file after the other."""

    def __init__(self, setup: JsonValue) -> None:
        self._limits = ThumbnailSetup.model_validate(setup).limits

    def __call__(self, payload: Mapping[str, JsonValue]) -> tuple[bytes, dict[str, bytes]]:
        """Return the thumbnail as a blob.

        Raises:
            MediaError: the file cannot be decoded.
        """
        from PIL import Image

        from fakeprint.media.item import MediaItem
        from fakeprint.media.probe import open_media

        path = Path(os.fsdecode(str(payload["place"]).encode("latin-1")))
        opened = open_media(path, self._limits)
        if opened.media is None or opened.container is None or opened.error is not None:
            error = opened.error
            raise MediaError(error.code if error else ErrorCode.E_READ, error.message if error else "cannot be read", Stage.PROBE)
        item = MediaItem(opened.media, opened.container, path, path.name, self._limits, want_pictures=False)
        if item.is_image:
            rgb = item.image.upright()
        else:
            frame = next(iter(item.frames(1)), None)
            if frame is None:
                raise MediaError(ErrorCode.E_NO_FRAMES, "no frame could be decoded", Stage.DECODE)
            rgb = frame.rgb
        picture = Image.fromarray(rgb)
        scale = min(1.0, SHORT_SIDE / min(picture.size), MOST_LONG_SIDE / max(picture.size))
        size = tuple(max(1, round(side * scale)) for side in picture.size)
        buffer = BytesIO()
        picture.resize((size[0], size[1]), Image.Resampling.BOX if scale < 0.5 else Image.Resampling.BICUBIC).save(
            buffer, "WEBP", quality=QUALITY
        )
        return b"{}", {PICTURE: buffer.getvalue()}
