"""Pictures that belong to evidence: encode, name by hash."""

from hashlib import sha256
from io import BytesIO
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakeprint.core.evidence import EvidenceFile


def picture_file(
    pixels: NDArray[np.uint8],
    *,
    name: str,
    role: Literal["map", "overlay", "thumbnail", "frame"],
    title: str,
    how_to_read: str,
    time_s: float | None = None,
) -> tuple[EvidenceFile, bytes]:
    """Encode (H, W) grey or (H, W, 3) RGB uint8 pixels as PNG (maps) or JPEG (everything else) and describe the file.

    ``time_s`` is the position of a frame in its video.
    """
    lossless = role == "map"
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG" if lossless else "JPEG", **({} if lossless else {"quality": 85}))
    data = buffer.getvalue()
    file = EvidenceFile(
        name=f"{name}.{'png' if lossless else 'jpg'}",
        role=role,
        mime="image/png" if lossless else "image/jpeg",
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        title=title,
        how_to_read=how_to_read,
        time_s=time_s,
    )
    return file, data
