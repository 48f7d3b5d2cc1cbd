"""Small pictures that show the reader which file a report is about."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.evidence import EvidenceFile
from fakeprint.media.evidence_file import picture_file
from fakeprint.media.item import MediaItem

LONG_SIDE = 480
VIDEO_FRAMES = 4


def preview(item: MediaItem) -> tuple[EvidenceFile, ...]:
    """Return a thumbnail of an image, or evenly spaced frames of a video with their time stamps, and attach their bytes."""
    if item.is_image:
        file, data = picture_file(
            _shrink(item.image.upright()), name="thumbnail", role="thumbnail", title="Thumbnail", how_to_read="The picture, made smaller."
        )
        return (item.attach(file, data),)
    shown = []
    for number, frame in enumerate(item.frames(VIDEO_FRAMES)):
        file, data = picture_file(
            _shrink(frame.rgb),
            name=f"frame-{number}",
            role="frame",
            title=f"Frame at {frame.time_s:.2f} s",
            how_to_read="One frame of the video, made smaller.",
        )
        shown.append(item.attach(file, data))
    return tuple(shown)


def _shrink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = Image.fromarray(pixels)
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(picture)
