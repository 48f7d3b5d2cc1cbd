"""What is established about an image file before it is taken in: it decodes, and these are its facts (specs: d3-code 2.1)."""

from fakeprint.core.errors import ErrorInfo
from fakeprint.core.record import Record
from fakeprint.core.sample import PerceptualHash


class ImageFacts(Record):
    """Header and pixel facts of an image that decoded in full (first frame).

    ``width`` and ``height`` are pixels as displayed.  ``deviation`` is the standard deviation of the picture reduced to 32x32 grey
    values in [0, 255]; near zero means that there is nothing to see.  ``quality`` is the JPEG quality of the last save (1 to 100),
    ``exact`` whether its table is a standard one.  ``lossless`` is None where the format leaves it open.
    """

    format: str
    mime: str
    width: int
    height: int
    mode: str
    phash: PerceptualHash
    deviation: float
    quality: int | None = None
    exact: bool | None = None
    subsampling: str | None = None
    progressive: bool | None = None
    lossless: bool | None = None
    has_exif: bool = False
    has_icc: bool = False


class Inspected(Record):
    """Facts, or why there are none."""

    facts: ImageFacts | None = None
    error: ErrorInfo | None = None
