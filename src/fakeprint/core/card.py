"""The card of a model artifact: what it takes, what it gives, what it was measured to be worth, and its files.

How a scan makes windows (``WindowSpec``; carried out by :func:`fakeprint.core.windows.window_boxes`)
    Everything happens on upright RGB pixels at native resolution; nothing is ever resized before the model.

    1. A picture whose shorter side is under ``min_side`` is not applicable.
    2. Per axis: if the length is at most ``size``, there is one window over the whole axis.  Otherwise windows of length
       ``size`` start at the integers nearest to evenly spaced positions from 0 to ``length - size``, as few as keep neighbouring
       starts at most ``stride`` apart.
    3. If the grid holds more than ``max_windows`` windows, it is thinned to ``max_windows`` indices of the row-major list that are
       evenly spaced from the first to the last, rounded down (a single one is the middle of the list).
    4. Windows of one picture have one shape, so they form one batch ``(N, 3, H, W)``; graphs accept any H, W >= ``min_side``.

    The score of a picture is the mean of ``logit`` over its windows (``pool = mean``), then the calibration of the matching
    delivery condition.

How pixels become the input (``PixelSpec``)
    float32 ``(N, 3, H, W)``, RGB, ``value / 255`` when ``scale`` is ``unit``; then ``(x - mean) / std`` per channel.

What the graph returns (``OutputSpec``)
    ``logit`` ``(N,)`` float32: log-odds of label 1 before calibration, higher is more synthetic or manipulated.
    ``patch_logits`` ``(N, 1, h, w)`` float32, where given: the evidence of each patch in the same unit; patch (i, j) covers the
    pixels around ``((i + 0.5) * H / h, (j + 0.5) * W / w)``.  ``class_logits`` ``(N, C)``: one per entry of ``labels``.
    ``embedding`` ``(N, D)``: features for attribution.  ``anchors`` ``(N, 896, 17)``: face finders (specs: dfspot 5).
    ``boxes`` ``(N, K, 15 or 17)``: face finders that decode their output themselves: ``xyxy`` and five or six key points in pixels of
    the input, then the score in [0, 1] (:func:`fakeprint.media.face_boxes.read_boxes`).
    ``reconstruction`` ``(N, 3, H, W)``: the input as the model redraws it, RGB in [0, 1]; ``residual`` ``(N, 1, H, W)``: how far it is
    from the input, mean over the channels, in [0, 1]; ``attention`` ``(N, 1, h, w)`` in [0, 1]: how much weight the model gives to each
    place because of the residual (specs: recce 1).
"""

from typing import Literal

from pydantic import Field

from fakeprint.core.calibration import Calibration
from fakeprint.core.evidence import Question, Route
from fakeprint.core.media import Sha256
from fakeprint.core.record import SCHEMA_VERSION, Record


class PixelSpec(Record):
    """Colour order, range and normalisation of the input."""

    colour: Literal["rgb"] = "rgb"
    scale: Literal["unit"] = "unit"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)


class MapSpec(Record):
    """Smaller windows, pixels, that are read for the heat map alone: the finest grid that takes at most ``max_windows``.

    The side grows by steps of half of ``size`` up to the side of the windows that are judged; the stride is three quarters of it.
    """

    size: int = Field(gt=0)
    max_windows: int = Field(gt=1)


class WindowSpec(Record):
    """Windows over a whole picture, pixels; see the module's text for the exact rule."""

    type: Literal["windows"] = "windows"
    size: int = Field(gt=0)
    stride: int = Field(gt=0)
    max_windows: int = Field(gt=0)
    min_side: int = Field(96, gt=0)
    pool: Literal["mean"] = "mean"
    map: MapSpec | None = None


class FaceSpec(Record):
    """Crops around detected faces.

    The crop is the square whose side is ``scale`` times the longer side of the face box (forehead to chin), centred on the
    box's centre, cut at native resolution (edge pixels repeated outside the picture) and resized once to ``size`` x ``size``
    (Pillow BILINEAR with its antialiasing).  Faces whose crop is under ``min_side`` pixels wide, or of which the face finder is less
    sure than ``min_score``, or than ``min_turned`` when it looks at them turned and mirrored, are not applicable.  Over several
    faces of a picture, or people of a video, the odds are averaged (:mod:`fakeprint.detectors.several_faces`); ``max`` takes the
    highest as it is, which grows with their number.

    ``margin`` and ``resize`` name other rules, for weights that were learned with them (specs: dfspot 6 and 7):

    - ``margin: dfspot``: the box with 0.4 of its height above and 0.2 at the other sides, held within the picture; ``dfspot-square``:
      the square over its longer side with the same centre, moved to start inside the picture and cut at its far borders.  ``scale``
      is then not used.
    - ``resize: scale``: padded with black to at least ``size`` x ``size``, centred, then stretched to ``size`` x ``size``; ``tight``:
      the longer side is brought to ``size``, then padded with black.  Both interpolate between four pixels without averaging.
      ``stretch`` is the resize described first.
    """

    type: Literal["faces"] = "faces"
    size: int = Field(gt=0)
    scale: float = Field(gt=0)
    margin: Literal["square", "dfspot", "dfspot-square"] = "square"
    resize: Literal["stretch", "scale", "tight"] = "stretch"
    min_side: int = Field(gt=0)
    min_score: float = Field(0.0, ge=0, le=1)
    min_turned: float = Field(0.0, ge=0, le=1)
    pool: Literal["mean_odds", "max"] = "mean_odds"


class FaceSearchSpec(Record):
    """How a face finder looks at a picture: whole and in tiles, each letterboxed to ``size``; see :mod:`fakeprint.media.face_tiles`.

    The graph's only output is ``anchors`` or ``boxes``.  Detections under ``min_score`` are dropped, those that overlap by more than
    ``nms_overlap`` are merged.  ``policy`` and ``min_face`` (pixels of the picture) are defaults that a caller may override.

    ``again`` are looks from close up: a face counts if it is seen again, with ``min_score``, in squares around it whose sides are so many
    times its own.  The first look then asks for ``min_first`` only.
    """

    type: Literal["face_search"] = "face_search"
    size: int = Field(gt=0)
    min_score: float = Field(gt=0, lt=1)
    nms_overlap: float = Field(gt=0, lt=1)
    policy: Literal["whole", "pyramid", "wide", "compat720"] = "pyramid"
    min_face: float = Field(gt=0)
    again: tuple[float, ...] = Field((), max_length=4)
    min_first: float | None = Field(None, gt=0, lt=1)


class InputSpec(Record):
    """Everything between decoded pixels and the graph's only input, named ``image``."""

    name: str = "image"
    pixels: PixelSpec = PixelSpec()
    crop: WindowSpec | FaceSpec | FaceSearchSpec = Field(discriminator="type")


class OutputSpec(Record):
    """One output of the graph."""

    name: Literal["logit", "patch_logits", "class_logits", "embedding", "anchors", "boxes", "reconstruction", "residual", "attention"]
    shape: tuple[str, ...]
    meaning: str


class Measured(Record):
    """One measured number with its 95 % interval and its circumstances.

    ``group`` tells what was measured: all of a split, one left-out source, one generator.  ``n_authentic`` and ``n_positive`` are
    files; ``groups`` is the number of groups that the interval was resampled over.
    """

    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    condition: str
    split: str
    group: str = "all"
    n_authentic: int = Field(0, ge=0)
    n_positive: int = Field(0, ge=0)
    groups: int | None = Field(None, ge=0)


class DataSource(Record):
    """One collection that the weights were learned from or calibrated on, and what its keepers state about its use."""

    name: str
    role: Literal["train", "dev"]
    authentic: int = Field(ge=0)
    positive: int = Field(ge=0)
    terms: str


class CardFile(Record):
    """One file of the artifact folder."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    bytes: int = Field(ge=0)
    sha256: Sha256


NO_FAMILY = "photographs"
"""The label of a class of pictures that no generator made: it takes its part of the probability and is never named."""

FAMILIES_JOIN = "+"
"""Stands between the families that one label names."""


class Attribution(Record):
    """How ``class_logits`` become a family or *unknown*: divide by ``temperature``, softmax, unknown below ``min_probability``.

    The most probable class that is not :data:`NO_FAMILY` is the one that may be named.
    """

    temperature: float = Field(gt=0)
    min_probability: float = Field(gt=0, le=1)


class Card(Record):
    """``card.json`` of an artifact folder; every other file of the folder stands in ``files``.

    ``labels`` are the names of ``class_logits``.  ``validated_until`` is the date (ISO 8601) of the newest generator seen;
    media made later lie outside the validated domain.  ``calibration`` is null for artifacts whose raw output no verdict may use.
    """

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    title: str
    question: Question
    route: Route
    description: str
    created: str
    architecture: str
    parameters: int = Field(gt=0)
    terms: str
    input: InputSpec
    outputs: tuple[OutputSpec, ...]
    labels: tuple[str, ...] = ()
    calibration: Calibration | None = None
    attribution: Attribution | None = None
    measured: tuple[Measured, ...] = ()
    sources: tuple[DataSource, ...]
    generators_seen: tuple[str, ...] = ()
    newest_generator: str | None = None
    validated_until: str
    known_failures: tuple[str, ...]
    command: str
    recipe_sha256: Sha256
    seed: int
    files: tuple[CardFile, ...] = Field(min_length=1)
