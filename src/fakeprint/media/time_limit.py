"""How long a worker may take over one file: videos get more time than anything else, as judged by the first bytes."""

import os
import stat
from pathlib import Path

from fakeprint.core.limits import Limits
from fakeprint.core.media import MediaKind
from fakeprint.media.container.sniff import SNIFF_BYTES, sniff


def seconds_for(path: Path, limits: Limits) -> float:
    """Return the wall-clock limit in seconds; what cannot be read gets that of an image.

    >>> seconds_for(Path("absent.mp4"), Limits()) == Limits().image_seconds
    True
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return limits.image_seconds
        with path.open("rb") as stream:
            head = stream.read(SNIFF_BYTES)
    except (OSError, ValueError):
        return limits.image_seconds
    return limits.video_seconds if sniff(head).kind is MediaKind.VIDEO else limits.image_seconds
