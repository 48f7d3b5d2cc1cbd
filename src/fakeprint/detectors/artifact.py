"""Model artifacts on disk: found by name or path, checked against their card, opened as ONNX Runtime sessions."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fakeprint.core.card import Card
from fakeprint.core.errors import ArtifactError
from fakeprint.core.registry import unknown_name

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CARD = "card.json"
GRAPH = "model.onnx"


@dataclass(frozen=True)
class Artifact:
    """A verified artifact folder."""

    folder: Path
    card: Card

    @cached_property
    def weights_sha256(self) -> str:
        """The digest of the graph, as the card states it."""
        return next(file.sha256 for file in self.card.files if file.name == GRAPH)

    def session(self, *, threads: int = 1, cuda: bool = False) -> "InferenceSession":
        """Open the graph on the CPU with so many threads, or on a CUDA device where one is present and wanted."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        wanted = ["CUDAExecutionProvider"] if cuda else []
        available = onnxruntime.get_available_providers()
        providers = [name for name in (*wanted, "CPUExecutionProvider") if name in available]
        return onnxruntime.InferenceSession(str(self.folder / GRAPH), options, providers=providers)


def shipped_folder() -> Path:
    """Return the folder of the artifacts that ship inside the package."""
    return Path(str(files("fakeprint") / "artifacts"))


def shipped_names() -> tuple[str, ...]:
    """Return the names of the artifacts that ship inside the package."""
    return tuple(sorted(path.parent.name for path in shipped_folder().glob(f"*/{CARD}")))


def load_artifact(name_or_folder: str | Path) -> Artifact:
    """Return the artifact of that shipped name, or in that folder, after checking every file against the card.

    Raises:
        UnknownNameError: neither a shipped name nor a folder.
        ArtifactError: the card cannot be read, or a file is missing or differs from what the card says.
    """
    folder = shipped_folder() / str(name_or_folder)
    if not (folder / CARD).is_file():
        folder = Path(name_or_folder)
    if not (folder / CARD).is_file():
        raise unknown_name("model artifact", str(name_or_folder), shipped_names())
    try:
        card = Card.model_validate_json((folder / CARD).read_bytes())
    except (OSError, ValidationError) as error:
        raise ArtifactError(f"{folder / CARD} is not a card that this version reads: {error}") from error
    for file in card.files:
        if problem := _problem(folder / file.name, file.bytes, file.sha256):
            raise ArtifactError(f"artifact {card.name}: {file.name} {problem}; fetch or export it again")
    if GRAPH not in {file.name for file in card.files}:
        raise ArtifactError(f"artifact {card.name}: the card lists no {GRAPH}")
    return Artifact(folder, card)


def _problem(path: Path, size: int, sha256: str) -> str | None:
    try:
        if path.stat().st_size != size:
            return "has another size than its card says"
        with path.open("rb") as stream:
            return None if hashlib.file_digest(stream, "sha256").hexdigest() == sha256 else "differs from its card"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def probe(artifact: Artifact) -> dict[str, tuple[int, ...]]:
    """Run an artifact's graph once on a grey input and return the shape of each output the card names.

    Raises:
        ArtifactError: the graph gives other outputs than the card says, or numbers that are not finite.
    """
    import numpy as np

    size = artifact.card.input.crop.size
    names = [output.name for output in artifact.card.outputs]
    try:
        values = artifact.session().run(names, {artifact.card.input.name: np.full((1, 3, size, size), 0.5, np.float32)})
    except Exception as error:  # onnxruntime raises classes of its own that share no public base
        raise ArtifactError(f"artifact {artifact.card.name}: the graph does not run: {error}") from error
    for name, value in zip(names, values, strict=True):
        if not np.isfinite(value).all():
            raise ArtifactError(f"artifact {artifact.card.name}: output {name} is not finite")
    return {name: value.shape for name, value in zip(names, values, strict=True)}
