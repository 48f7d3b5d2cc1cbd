"""Training recipes: YAML files that say everything about a run; an unknown key is an error."""

from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, SerializerFunctionWrapHandler, ValidationError, model_serializer, model_validator

from fakeprint.core.calibration import Compression
from fakeprint.core.card import FaceSpec, InputSpec
from fakeprint.core.errors import UsageError
from fakeprint.core.evidence import Question, Route
from fakeprint.core.record import Record
from fakeprint.core.sample import Label, Split
from fakeprint.generators.blend_law import BlendLaw
from fakeprint.judge.policy import DEFAULT
from fakeprint.transforms.law import Chance, OneOf


class DataRecipe(Record):
    """Which rows of which table.  ``manifest`` is relative to the data root that the command is given.

    A row is taken if it matches all columns of any entry of ``where``.  ``validation`` is the split that stops training and fits
    calibration; training never opens ``calib`` or ``test``.  ``leave_out`` names sources that are taken out of training.
    """

    manifest: str
    where: tuple[dict[str, str], ...] = ({},)
    positive: Label = Label.SYNTHETIC
    validation: Literal[Split.VAL, Split.DEV] = Split.DEV
    leave_out: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    at_most: int = Field(1_000_000, gt=0)


class ViewRecipe(Record):
    """How pictures are cut and delivered: ``window`` pixels are cut, the law is applied, ``crop`` pixels are learned from."""

    type: Literal["windows"] = "windows"
    crop: int = Field(ge=96)
    window: int = Field(ge=96)
    law: tuple[Chance | OneOf, ...]


class FaceViewRecipe(Record):
    """How face crops are delivered.

    ``pairs`` draws the two members of one group together; ``blend`` is then the share of manipulated faces that are self-blended
    ones instead, by ``blend_law``; at 1 training needs no manipulated faces.  Without pairs, faces are drawn one by one, balanced
    like pictures.
    """

    type: Literal["faces"] = "faces"
    size: int = Field(ge=64)
    pairs: bool = True
    blend: float = Field(0.0, ge=0, le=1)
    blend_law: BlendLaw = BlendLaw()
    law: tuple[Chance | OneOf, ...]

    @property
    def authentic_alone(self) -> bool:
        """Whether every manipulated face of training is made by self-blending."""
        return self.pairs and self.blend == 1


class SizedFaceViewRecipe(Record):
    """Face crops brought to ``size`` x ``size`` first, by the card's ``resize`` rule, then put through the law and mirrored at random.

    Validation sees the crops as a scan cuts them, under the law of the condition alone (specs: dfspot 7).
    """

    type: Literal["sized_faces"] = "sized_faces"
    size: int = Field(ge=32)
    law: tuple[Chance | OneOf, ...]


class ConditionRecipe(Record):
    """One fixed delivery on which validation and measurement are made, alike for both classes.

    ``calibrates`` names the compression class (``any`` for all files) whose calibration is fitted on this delivery.  Deliveries
    without it choose among checkpoints and put members on one scale, unless ``chooses`` is false: then they are measured only.
    """

    name: str
    crop: int = Field(1024, ge=96)
    law: tuple[Chance | OneOf, ...] = ()
    calibrates: Compression | Literal["any"] | None = None
    chooses: bool = True


class BalanceRecipe(Record):
    """Tempering of the draw: 1 draws by size, 0 evenly."""

    source_power: float = Field(0.5, ge=0, le=1)
    generator_power: float = Field(0.5, ge=0, le=1)


class SteppedAdam(Record):
    """Adam with decay inside the gradient, and a rate that is multiplied by ``factor`` after every ``every`` steps."""

    every: int = Field(gt=0)
    factor: float = Field(gt=0, le=1)


class RecceSettings(Record):
    """How the three losses of RECCE are put together (specs: recce 2), with the published numbers as defaults.

    ``reconstruction`` and ``separation`` weigh the second and the third loss, ``flood`` is the level that the first is held around.
    ``noise`` is the deviation of noise added in training to half of the faces (the original adds 1e-6, which changes nothing).
    ``compat`` keeps the original's constant penalty for batches with fewer than two unaltered faces.  ``start`` is a file of weights
    that the encoder begins with, relative to the data root: Xception's own, or a published RECCE; nothing is ever downloaded.
    """

    reconstruction: float = Field(0.1, ge=0)
    separation: float = Field(0.1, ge=0)
    flood: float = Field(0.04, ge=0)
    noise: float = Field(0.0, ge=0)
    compat: bool = False
    start: str | None = None


class TripletSettings(Record):
    """Which triplets a batch forms and what they cost (specs: dfspot 9); the rule stands at :func:`fakeprint.learn.triplet.triplets`."""

    mining: Literal["random", "semi-hard", "hard"] = "random"
    margin: float = Field(1.0, gt=0)
    normalise: bool = False


class BackboneSettings(Record):
    """How a timm network is used (specs: dfspot 8): input of ``size`` x ``size``, trained whole or ``frozen`` under a trained head.

    With ``triplet`` it has no head and learns distances.  ``start`` is a file of weights to begin with, relative to the data root:
    of the backbone alone, of a whole network of ours, or one of DFSpot's; nothing is ever downloaded.
    """

    size: int = Field(224, ge=32)
    frozen: bool = False
    triplet: TripletSettings | None = None
    start: str | None = None


class NetworkMember(Record):
    """A convolutional network trained by gradient descent.

    ``front`` names a residual front end of a patch network (then ``strides`` has one entry for each of ``channels``), or is
    ``face`` or ``face-trace`` for a face network, the latter for pairs only.  ``margin`` weighs the ranking loss within pairs
    (specs: evaluation 4: a pair is one group).  ``side`` is the input size of a face network that is smaller than the view's: it learns
    from crops of that size and reduces the view in use, so that members of different sizes share one graph.

    ``front: recce`` is RECCE: ``channels`` are the eight widths of its encoder, and ``recce`` may set its losses.  ``adam`` takes the
    place of AdamW and of the rate that falls to zero along a cosine.

    ``front: timm:NAME`` is a network of timm with ``backbone`` settings and no ``channels``.
    """

    type: Literal["network"] = "network"
    name: str = Field(pattern=r"^[a-z0-9-]+$")
    front: str
    channels: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    margin: float = Field(0.0, ge=0)
    dropout: float = Field(0.2, ge=0, lt=1)
    smoothing: float = Field(0.1, ge=0, lt=1)
    steps: int = Field(gt=0)
    batch: int = Field(gt=0)
    accumulate: int = Field(1, gt=0)
    rate: float = Field(gt=0)
    warm_up: int = Field(100, ge=0)
    decay: float = Field(0.05, ge=0)
    average: float = Field(0.995, ge=0, lt=1)
    clip: float = Field(5.0, gt=0)
    validate_every: int = Field(200, gt=0)
    patience: int = Field(1000, gt=0)
    weight: float = Field(1.0, gt=0)
    adam: SteppedAdam | None = None
    recce: RecceSettings | None = None
    backbone: BackboneSettings | None = None
    side: int | None = Field(None, ge=64)

    @model_validator(mode="after")
    def _has_a_shape(self) -> "NetworkMember":
        if self.front.startswith("timm:") != (self.backbone is not None):
            raise ValueError("backbone settings go with a front timm:NAME, and only with that")
        if bool(self.channels) == (self.backbone is not None):
            raise ValueError("a network needs channels, or a front timm:NAME with backbone settings")
        return self

    @model_serializer(mode="wrap")
    def _as_used(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        """Leave out what is not set, so that the hash of a recipe does not change when members learn new settings."""
        written: dict[str, object] = handler(self)
        return {name: value for name, value in written.items() if value is not None}


class StatisticsMember(Record):
    """Hand-made residual statistics with a linear head, fitted on ``views`` deliveries of every training picture."""

    type: Literal["statistics"] = "statistics"
    name: str = Field(pattern=r"^[a-z0-9-]+$")
    groups: tuple[str, ...] = Field(min_length=1)
    views: int = Field(4, gt=0)
    between: float = Field(3.0, ge=0)
    ridge: float = Field(0.3, gt=0)
    weight: float = Field(1.0, gt=0)


class SiameseMember(Record):
    """A backbone that learns distances first, then a head on it while it is frozen (specs: dfspot 9, third column).

    The two stages are networks of one backbone; ``embedding`` has triplet settings, ``classifier`` is frozen.
    """

    type: Literal["siamese"] = "siamese"
    name: str = Field(pattern=r"^[a-z0-9-]+$")
    embedding: NetworkMember
    classifier: NetworkMember
    weight: float = Field(1.0, gt=0)

    @model_validator(mode="after")
    def _one_backbone(self) -> "SiameseMember":
        first, second = self.embedding.backbone, self.classifier.backbone
        if first is None or first.triplet is None:
            raise ValueError("embedding needs backbone settings with triplet")
        if second is None or second.triplet is not None or not second.frozen or second.start is not None:
            raise ValueError("classifier needs a frozen backbone, without triplet and without start")
        if (self.embedding.front, first.size) != (self.classifier.front, second.size):
            raise ValueError("embedding and classifier need one front and one size")
        return self


Member = Annotated[NetworkMember | StatisticsMember | SiameseMember, Field(discriminator="type")]


class FamiliesRecipe(Record):
    """Attribution among families of generators with at least ``least`` training samples.

    ``unknown_error`` is the share of pictures of families left out of training that may be named after another family.  Families that
    stand ``together`` are one class, named by all of them with ``+`` between: for architectures of one kind.
    """

    least: int = Field(30, ge=2)
    ridge: float = Field(0.3, gt=0)
    unknown_error: float = Field(0.2, gt=0, lt=1)
    together: tuple[tuple[str, ...], ...] = ()


class CalibrationSource(StrEnum):
    """Which rows calibration and thresholds are fitted on.

    ``validation``: the validation split.  ``left_out``: every training and validation sample, scored by a head that was fitted
    without its source; possible where all members are statistics, and what unseen sources call for.
    """

    VALIDATION = "validation"
    LEFT_OUT = "left_out"


class CardRecipe(Record):
    """What the card says that cannot be measured."""

    title: str
    description: str
    terms: str
    validated_until: str
    newest_generator: str | None = None
    known_failures: tuple[str, ...]


class Recipe(Record):
    """One training run: data, delivery, members, what is measured, and the artifact's card.

    ``withhold_strong`` leaves the strong operating point out of the card, for calibration rows of one source, which say nothing of
    the error rate elsewhere.  For the same reason ``some_fpr``, the upper 95 % bound of the false positive rate at the *some*
    operating point, may be lower than the judge's own.  ``weights_file`` puts ``weights.safetensors`` beside the graph, for further
    training.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    question: Question
    route: Route
    seed: int = Field(0, ge=0)
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    data: DataRecipe
    view: ViewRecipe | FaceViewRecipe | SizedFaceViewRecipe = Field(discriminator="type")
    balance: BalanceRecipe = BalanceRecipe()
    members: tuple[Member, ...] = Field(min_length=1)
    conditions: tuple[ConditionRecipe, ...] = Field(min_length=1)
    calibrate_on: CalibrationSource = CalibrationSource.VALIDATION
    withhold_strong: bool = False
    some_fpr: float = Field(DEFAULT.some_fpr, gt=0, le=DEFAULT.some_fpr)
    families: FamiliesRecipe | None = None
    weights_file: bool = True
    input: InputSpec
    card: CardRecipe

    @model_validator(mode="after")
    def _sizes_agree(self) -> "Recipe":
        crop = self.input.crop
        if isinstance(self.view, SizedFaceViewRecipe) and not (isinstance(crop, FaceSpec) and crop.size == self.view.size):
            raise ValueError("a view of sized faces needs an input of faces of the same size")
        networks = [one.classifier if isinstance(one, SiameseMember) else one for one in self.members]
        if any(isinstance(one, NetworkMember) and one.backbone and one.backbone.triplet for one in networks):
            raise ValueError("a network with triplet has no score of its own; put it into a siamese member")
        for one in networks:
            if isinstance(one, NetworkMember) and one.backbone and not (isinstance(crop, FaceSpec) and crop.size == one.backbone.size):
                raise ValueError(f"member {one.name} takes {one.backbone.size} pixels; the input must be faces of that size")
        return self

    def face_input(self) -> FaceSpec | int | None:
        """Return the rule by which face crops become the input, or the side that they are resized to; None for whole pictures."""
        return self.face_rule() if isinstance(self.view, SizedFaceViewRecipe) else self.face_size()

    def face_rule(self) -> FaceSpec:
        """Return the rule by which faces are cut out and brought to size; raise UsageError where the input is whole pictures."""
        if not isinstance(self.input.crop, FaceSpec):
            raise UsageError(f"recipe {self.name} takes {self.input.crop.type}, not faces")
        return self.input.crop

    def face_size(self) -> int | None:
        """Return the input size of a face network, None for whole pictures."""
        return self.view.size if isinstance(self.view, FaceViewRecipe) else None

    def choosing(self) -> tuple[ConditionRecipe, ...]:
        """Return the deliveries that choose: those that neither calibrate nor are measured only; all where there is none."""
        return tuple(one for one in self.conditions if one.calibrates is None and one.chooses) or self.conditions

    def training_key(self, member: Member) -> str:
        """Return a hash of everything that the trained weights of one member depend on."""
        parts: list[Record] = [self.data, self.view, self.balance, member, *self.choosing()]
        if isinstance(self.view, SizedFaceViewRecipe):
            parts.append(self.input)
        text = "\n".join([str(self.seed), self.precision, *(one.model_dump_json() for one in parts)])
        return sha256(text.encode()).hexdigest()

    def sha256(self) -> str:
        """Return a hash of the whole recipe, defaults included."""
        return sha256(self.model_dump_json().encode()).hexdigest()


def read_recipe(path: Path) -> Recipe:
    """Read a recipe; every mistake is named with its place."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Recipe.model_validate(content)
    except yaml.YAMLError as error:
        raise UsageError(f"{path.name} is not YAML: {error}") from error
    except ValidationError as error:
        lines = [f"  {'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise UsageError("\n".join([f"{path.name} is not a recipe:", *lines])) from error
