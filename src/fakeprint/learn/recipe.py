"""Training recipes: YAML files that say everything about a run; an unknown key is an error."""

from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, SerializerFunctionWrapHandler, ValidationError, model_serializer

from fakeprint.core.calibration import Compression
from fakeprint.core.card import InputSpec
from fakeprint.core.errors import UsageError
from fakeprint.core.evidence import Question, Route
from fakeprint.core.record import Record
from fakeprint.core.sample import Label, Split
from fakeprint.generators.blend_law import BlendLaw
from fakeprint.transforms.law import Chance


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
    law: tuple[Chance, ...]


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
    law: tuple[Chance, ...]

    @property
    def authentic_alone(self) -> bool:
        """Whether every manipulated face of training is made by self-blending."""
        return self.pairs and self.blend == 1


class ConditionRecipe(Record):
    """One fixed delivery on which validation and measurement are made, alike for both classes.

    ``calibrates`` names the compression class (``any`` for all files) whose calibration is fitted on this delivery.  Deliveries
    without it choose among checkpoints and put members on one scale, unless ``chooses`` is false: then they are measured only.
    """

    name: str
    crop: int = Field(1024, ge=96)
    law: tuple[Chance, ...] = ()
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
    ``compat`` keeps the original's constant penalty for batches with fewer than two unaltered faces.
    """

    reconstruction: float = Field(0.1, ge=0)
    separation: float = Field(0.1, ge=0)
    flood: float = Field(0.04, ge=0)
    noise: float = Field(0.0, ge=0)
    compat: bool = False


class NetworkMember(Record):
    """A convolutional network trained by gradient descent.

    ``front`` names a residual front end of a patch network (then ``strides`` has one entry for each of ``channels``), or is
    ``face`` or ``face-trace`` for a face network, the latter for pairs only.  ``margin`` weighs the ranking loss within pairs
    (specs: evaluation 4: a pair is one group).

    ``front: recce`` is RECCE: ``channels`` are the eight widths of its encoder, and ``recce`` may set its losses.  ``adam`` takes the
    place of AdamW and of the rate that falls to zero along a cosine.
    """

    type: Literal["network"] = "network"
    name: str = Field(pattern=r"^[a-z0-9-]+$")
    front: str
    channels: tuple[int, ...] = Field(min_length=1)
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


Member = Annotated[NetworkMember | StatisticsMember, Field(discriminator="type")]


class FamiliesRecipe(Record):
    """Attribution among generators with at least ``least`` training samples.

    ``unknown_error`` is the share of pictures of families left out of training that may be named after another family.
    """

    least: int = Field(30, ge=2)
    ridge: float = Field(0.3, gt=0)
    unknown_error: float = Field(0.2, gt=0, lt=1)


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
    the error rate elsewhere.  ``weights_file`` puts ``weights.safetensors`` beside the graph, for further training.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    question: Question
    route: Route
    seed: int = Field(0, ge=0)
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    data: DataRecipe
    view: ViewRecipe | FaceViewRecipe = Field(discriminator="type")
    balance: BalanceRecipe = BalanceRecipe()
    members: tuple[Member, ...] = Field(min_length=1)
    conditions: tuple[ConditionRecipe, ...] = Field(min_length=1)
    calibrate_on: CalibrationSource = CalibrationSource.VALIDATION
    withhold_strong: bool = False
    families: FamiliesRecipe | None = None
    weights_file: bool = True
    input: InputSpec
    card: CardRecipe

    def face_size(self) -> int | None:
        """Return the input size of a face network, None for whole pictures."""
        return self.view.size if isinstance(self.view, FaceViewRecipe) else None

    def choosing(self) -> tuple[ConditionRecipe, ...]:
        """Return the deliveries that choose: those that neither calibrate nor are measured only; all where there is none."""
        return tuple(one for one in self.conditions if one.calibrates is None and one.chooses) or self.conditions

    def training_key(self, member: Member) -> str:
        """Return a hash of everything that the trained weights of one member depend on."""
        parts = (self.data, self.view, self.balance, member, *self.choosing())
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
