"""The recipe of a face finder: YAML that says everything about a distillation; an unknown key is an error."""

from hashlib import sha256
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from fakeprint.core.errors import UsageError
from fakeprint.core.record import Record


class FaceData(Record):
    """Where pictures and published weights stand, relative to the data folder that the command is given.

    ``teacher`` is BlazeFace's back network, ``start`` its front network, which the student begins as.  ``faces`` and ``scenes`` are
    the tasks (column ``task`` of the manifest) whose train split is pasted and pasted upon.
    """

    manifest: str = "manifest.csv"
    teacher: str = "teacher/blazefaceback.safetensors"
    start: str = "teacher/blazeface.safetensors"
    faces: tuple[str, ...] = ("face", "faceswap")
    scenes: tuple[str, ...] = ("scene",)


class FaceStage(Record):
    """One part of the training: its learning rate rises over ``warm_up`` steps to ``rate`` and falls to zero at its end.

    A rate is a part of a weight's usual size: every tensor moves by its own measure (see :mod:`fakeprint.learn.face_distil`).
    ``pasted`` is the share of pictures with faces pasted on them; the others are scenes as they are.
    """

    steps: int = Field(gt=0)
    rate: float = Field(gt=0)
    warm_up: int = Field(50, ge=0)
    pasted: float = Field(ge=0, le=1)


class FaceCard(Record):
    """What the card says that cannot be measured."""

    title: str
    description: str
    terms: str
    validated_until: str
    known_failures: tuple[str, ...]


class FaceRecipe(Record):
    """One distillation: how long and how fast the student learns, what the losses weigh, and how its output is read.

    Without stages nothing is trained: the finder is the network it would start from.  ``place_weight`` weighs likeness to the teacher in
    boxes and key points against likeness in scores.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str
    seed: int = Field(0, ge=0)
    data: FaceData = FaceData()
    stages: tuple[FaceStage, ...] = ()
    batch: int = Field(gt=0)
    average: float = Field(0.995, ge=0, lt=1)
    place_weight: float = Field(1.0, ge=0)
    save_every: int = Field(100, gt=0)
    min_score: float = Field(0.65, gt=0, lt=1)
    nms_overlap: float = Field(0.3, gt=0, lt=1)
    min_face: float = Field(64.0, gt=0)
    again: tuple[float, ...] = ()
    min_first: float | None = None
    policy: Literal["whole", "pyramid", "wide", "compat720"] = "pyramid"
    card: FaceCard

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def sha256(self) -> str:
        """Return a hash of the whole recipe, defaults included."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    def training_key(self) -> str:
        """Return a hash of what training depends on: a checkpoint fits every recipe with this key."""
        reading = {"version", "save_every", "min_score", "nms_overlap", "min_face", "policy", "again", "min_first", "card"}
        return sha256(self.model_dump_json(exclude=reading).encode()).hexdigest()


def read_face_recipe(path: Path) -> FaceRecipe:
    """Read a recipe; every mistake is named with its place."""
    try:
        return FaceRecipe.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise UsageError(f"{path.name} is not YAML: {error}") from error
    except ValidationError as error:
        lines = [f"  {'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise UsageError("\n".join([f"{path.name} is not a recipe of a face finder:", *lines])) from error
