"""One labelled media file: what is known about it, where it came from, and what was done to it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from fakeprint.core.generation import Generation
from fakeprint.core.media import Media, Sha256
from fakeprint.core.record import Record


class Label(StrEnum):
    """What a file is known to be.  Levels of a verdict are another vocabulary; neither is cast to the other."""

    AUTHENTIC = "authentic"
    SYNTHETIC = "synthetic"
    MANIPULATED = "manipulated"

    @property
    def positive(self) -> int:
        """1 for synthetic and manipulated, 0 for authentic: the polarity of every score.

        >>> [label.positive for label in Label]
        [0, 1, 1]
        """
        return int(self is not Label.AUTHENTIC)


class Split(StrEnum):
    """What a sample may be used for (specs: evaluation 4).

    ``val`` chooses models, ``calib`` fits calibration and thresholds.  ``dev`` is both, in sets too small to divide; numbers read
    on it are development numbers.  Training opens ``train`` and one of ``val`` and ``dev``, never ``calib`` or ``test``.
    """

    TRAIN = "train"
    VAL = "val"
    DEV = "dev"
    CALIB = "calib"
    TEST = "test"


class Step(Record):
    """One thing done to media, complete enough to be done again.

    ``name`` is the part's name in the transforms table, ``parameters`` are those of its deterministic half, ``seed`` is set for
    parts whose effect needs random numbers (noise).  Replaying the same steps on the same pixels gives the same bytes.
    """

    name: str
    version: str = "1"
    parameters: dict[str, int | float | str | bool] = Field(default_factory=dict)
    seed: int | None = Field(None, ge=0, lt=2**63)


PerceptualHash = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
"""64 bits as lower-case hexadecimal, most significant bit first."""


class Sample(Record):
    """Media plus what is known about it.

    ``path`` is relative to the manifest's root, with forward slashes.  ``group`` names what must not straddle splits: source
    image, source video, identity or prompt.  ``source`` is the collection that the file was taken from; ``generator`` the model
    or method that made it, ``family`` a coarser name for the same.  ``media`` is filled when the file was probed, ``phash`` when its
    pixels were hashed.  ``safety`` names the categories in which the prompt filter or a safety score flagged it (specs: dflip3k 6.2).

    A path ``ARCHIVE!/MEMBER`` names a member of a zip, tar or Parquet file.  ``url`` is where the file was published; a sample whose
    file was not fetched yet has the path at which it will lie.  ``pair`` is the id of the sample that shows the same content before
    manipulation, ``mask`` the path of the mask of what was changed.  ``generation`` holds prompt, settings and checkpoint hash;
    ``extra`` what a source said beyond these fields, in its own words.
    """

    id: str = Field(min_length=1)
    path: str
    label: Label
    split: Split
    group: str = Field(min_length=1)
    source: str
    generator: str | None = None
    family: str | None = None
    generator_version: str | None = None
    generation: Generation | None = None
    licence: str | None = None
    sha256: Sha256 | None = None
    phash: PerceptualHash | None = None
    url: str | None = None
    pair: str | None = None
    mask: str | None = None
    safety: tuple[str, ...] = ()
    media: Media | None = None
    history: tuple[Step, ...] = ()
    extra: dict[str, int | float | str | bool] = Field(default_factory=dict)

    @field_validator("path", "mask")
    @classmethod
    def _inside_the_root(cls, path: str | None) -> str | None:
        if path is None:
            return None
        if not path or path.startswith("/") or "\\" in path or "\0" in path or ".." in path.split("/"):
            raise ValueError(f"a sample's path is relative, with forward slashes and inside the root; got {path!r}")
        return path
