"""The annotated copy of an image: JPEG from JPEG, PNG from everything else."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from fakeprint.core.limits import Limits
from fakeprint.media.annotate.canvas import RgbCanvas
from fakeprint.media.annotate.copied import Copied
from fakeprint.media.annotate.dfspot_style import DfspotStyle
from fakeprint.media.annotate.moment import Moments
from fakeprint.media.annotate.own_style import OwnStyle
from fakeprint.media.annotate.parts_out import PartsOut
from fakeprint.media.annotate.plan import Plan, Style
from fakeprint.media.container.model import Container
from fakeprint.media.image import decode_image, turned
from fakeprint.media.image_header import opened_image

_MOST_PROFILE = 4 << 20


def copy_image(path: Path, container: Container, limits: Limits, plan: Plan, emit: Callable[[int, bytes], None]) -> Copied:
    """Draw onto the first frame as displayed and emit the encoded copy.

    The colour profile is kept; positions, serial numbers and all other metadata are not.

    Raises:
        MediaError: the image cannot be decoded.
    """
    decoded = decode_image(path, container, limits)
    rgb = np.array(turned(decoded.rgb, decoded.orientation))
    alpha = None if decoded.alpha is None else np.array(turned(decoded.alpha, decoded.orientation))
    moment = Moments(plan).whole()
    style = DfspotStyle(plan) if plan.style is Style.DFSPOT else OwnStyle(plan, still=True)
    style.draw(RgbCanvas(rgb, alpha), moment)
    is_jpeg = container.format == "jpeg"
    picture = Image.fromarray(rgb if alpha is None or is_jpeg else np.dstack([rgb, alpha]))
    buffer, profile = BytesIO(), _profile(path, container, limits)
    if is_jpeg:
        picture.save(buffer, "JPEG", quality=95, subsampling=0, icc_profile=profile)
    else:
        picture.save(buffer, "PNG", icc_profile=profile)
    PartsOut(emit).write(buffer.getvalue())
    notes = ("only the first frame is copied",) if decoded.frame_count > 1 else ()
    depth = ("the copy has 8 bits a sample",) if decoded.bit_depth > 8 else ()
    return Copied(
        ending="jpg" if is_jpeg else "png",
        frames=1,
        faces=bool(moment.faces),
        encoder="jpeg" if is_jpeg else "png",
        notes=(*notes, *depth),
    )


def _profile(path: Path, container: Container, limits: Limits) -> bytes | None:
    """Return the colour profile if it is one for RGB; others do not fit the copy."""
    with opened_image(path, container, limits) as (image, _, _):
        profile = image.info.get("icc_profile")
    fits = isinstance(profile, bytes) and len(profile) <= _MOST_PROFILE and profile[16:20] == b"RGB "
    return profile if fits else None
