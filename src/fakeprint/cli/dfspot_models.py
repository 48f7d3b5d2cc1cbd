"""DFSpot's model names to artifact folders, or a message that says what is missing and where it goes (specs: dfspot 8, R25)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fakeprint.cli.dfspot_options import NETS, SETS, Options
from fakeprint.core.card import FaceSpec
from fakeprint.core.errors import ArtifactError, UsageError
from fakeprint.detectors.artifact import CARD, load_artifact, shipped_names
from fakeprint.detectors.pull import models_folder

_MOST_CARDS = 2000
_MOST_BYTES = 4 << 20


@dataclass(frozen=True)
class Members:
    """The ensemble: ``shipped`` names run from the package, ``folders`` hold the other artifacts.

    ``models`` are the examiners and names to show, in the order asked for; ``absent`` was asked for and is nowhere.
    """

    models: tuple[tuple[str, str], ...]
    shipped: tuple[str, ...]
    folders: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    folder: Path
    name: str
    words: frozenset[str]
    """Words of the card's name, its architecture, and its path below the model folder."""


def find_members(options: Options) -> Members:
    """Return the members of the ensemble, checked against their cards.

    Raises:
        UsageError: none of them is there, two artifacts answer to one name, or a card does not fit the options.
        ArtifactError: an artifact is damaged.
    """
    root = options.model_dir or models_folder()
    cards = list(_cards(root)) if root is not None else []
    models: list[tuple[str, str]] = []
    shipped: list[str] = []
    folders: list[str] = []
    absent: list[str] = []
    for name in dict.fromkeys(options.model):
        found = _choose(name, cards, options.dataset)
        if found is not None:
            models.append((found.name, name))
            folders.append(str(found.folder.resolve()))
        elif name in shipped_names():
            models.append((name, name))
            shipped.append(name)
        else:
            absent.append(name)
    if not models:
        raise UsageError(missing_text(tuple(absent), options.dataset, root))
    for artifact in (*shipped, *folders):
        _check(artifact, options)
    return Members(tuple(models), tuple(shipped), tuple(folders), tuple(absent))


def missing_text(absent: tuple[str, ...], weights_set: str, root: Path | None) -> str:
    """Say which files are expected, and where."""
    where = root or Path("models")
    lines = [f"no weights for {', '.join(absent)}, so nothing is scored with {'it' if len(absent) == 1 else 'them'}."]
    for name in absent:
        net = NETS.get(name.lower())
        if net is None:
            lines.append(f"  {name}: no shipped artifact, and no folder below {where} has a card of that name")
            continue
        file, old = f"{weights_set}_{net}.pth", sorted(where.rglob(f"{weights_set}_{net}.pth")) if where.is_dir() else []
        source = old[0] if old else Path(file)
        state = f"found {source}, which must be converted once" if old else f"the original's file is {file}; converted once"
        target = where / weights_set
        convert = f"fakeprint models convert {source} --recipe recipes/dfspot-{net}.yaml --out {target} --i-trust-this-file"
        lines.append(f"  {name}: expected {target / f'dfspot-{net}'}/{CARD}; {state}: {convert}")
    return "\n".join(lines)


def _cards(root: Path) -> Iterator[_Found]:
    paths = sorted(path for path, _ in zip(root.rglob(CARD), range(_MOST_CARDS), strict=False))
    for path in paths:
        try:
            told = json.loads(path.read_bytes()[:_MOST_BYTES])
        except (OSError, ValueError) as error:
            raise ArtifactError(f"{path} is not a card that can be read: {error}") from None
        if isinstance(told, dict) and isinstance(told.get("name"), str):
            text = f"{told['name']} {told.get('architecture')} {path.parent.relative_to(root)}"
            yield _Found(path.parent, told["name"], frozenset(re.split(r"[^a-z0-9]+", text.lower())))


def _choose(name: str, cards: list[_Found], weights_set: str) -> _Found | None:
    """Return the artifact of one model: of this set of weights, else one that names no set."""
    net = NETS.get(name.lower())
    if net is None:
        fitting = [one for one in cards if one.name == name]
    else:
        wanted = {f"dfspot-{net}", f"dfspot-{weights_set}-{net}", f"dfspot-{net}-{weights_set}"}
        named = [one for one in cards if one.name in wanted]
        fitting = [one for one in named if weights_set in one.words] or [one for one in named if not one.words & set(SETS)]
    if len(fitting) > 1:
        raise UsageError(f"{name} could be {' or '.join(str(one.folder) for one in fitting)}; name a narrower --model_dir")
    return fitting[0] if fitting else None


def _check(artifact: str, options: Options) -> None:
    """Refuse a face size or policy that the model was not made for: nothing is scored by other rules than asked for."""
    card = load_artifact(artifact).card
    crop = card.input.crop
    if not isinstance(crop, FaceSpec):
        raise UsageError(f"{card.name} looks at {crop.type}, not at faces")
    if options.face_size is not None and options.face_size != crop.size:
        raise UsageError(f"--face_size {options.face_size}: {card.name} was made for faces of {crop.size} pixels; leave the option out")
    if options.face_policy is not None and crop.resize != options.face_policy:
        raise UsageError(f"--face_policy {options.face_policy}: {card.name} was made for {crop.resize}; leave the option out")
