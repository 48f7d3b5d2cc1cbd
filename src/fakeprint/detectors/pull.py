"""Fetch a model artifact by explicit command: card first, then the files that the card lists, each checked (specs: reliability 6)."""

import hashlib
import http
import os
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from fakeprint.core.card import Card, CardFile
from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import ArtifactError, FakeprintError, UsageError
from fakeprint.core.pinned_url import open_pinned
from fakeprint.detectors.artifact import CARD, Artifact, load_artifact

_CARD_BYTES = 1 << 20
_FILE_BYTES = 2 << 30
_BLOCK = 1 << 20


def models_folder() -> Path | None:
    """Return the user data folder of models, or None where the environment names no home."""
    base = os.environ.get("APPDATA") if os.name == "nt" else os.environ.get("XDG_DATA_HOME")
    home = os.environ.get("HOME")
    if not base and home and os.name != "nt":
        base = str(Path(home) / ".local" / "share")
    return Path(base) / "fakeprint" / "models" if base else None


def pull(url: str, card_sha256: str, folder: Path | None = None, say: Callable[[str], None] = lambda _: None) -> Artifact:
    """Fetch the artifact whose card lies at ``url`` and whose card has that digest; returns it verified.

    Files that are already there and whole are kept; a broken-off file is continued where the server allows it.  Nothing appears under
    its name before its digest is right.

    Raises:
        UsageError: a URL that is not https, or no folder to store in.
        ArtifactError: a digest does not match.
        FakeprintError: the download failed.
    """
    root = folder or models_folder()
    if root is None:
        raise UsageError("there is no user data folder (HOME is not set); use --folder")
    content = _read(url, _CARD_BYTES)
    if hashlib.sha256(content).hexdigest() != card_sha256.lower():
        raise ArtifactError(f"the card at {url} has sha256 {hashlib.sha256(content).hexdigest()}, not the expected one; nothing was stored")
    try:
        card = Card.model_validate_json(content)
    except ValidationError as error:
        raise ArtifactError(f"{url} is not a card that this version reads: {error}") from error
    target = root / card.name
    target.mkdir(parents=True, exist_ok=True)
    for file in card.files:
        say(f"{file.name}: {file.bytes} bytes; terms: {card.terms}")
        _fetch_file(urllib.parse.urljoin(url, file.name), target / file.name, file)
    write_atomic(target / CARD, content)
    return load_artifact(target)


def _fetch_file(url: str, path: Path, file: CardFile) -> None:
    if path.exists() and _digest(path) == file.sha256:
        return
    partial = path.with_name(f"{path.name}.part")
    have = partial.stat().st_size if partial.exists() else 0
    if file.bytes > _FILE_BYTES:
        raise ArtifactError(f"{file.name} is larger than {_FILE_BYTES} bytes; refused")
    with open_pinned(url, start=have if have < file.bytes else 0) as response:
        mode = "ab" if response.status == http.HTTPStatus.PARTIAL_CONTENT else "wb"
        with partial.open(mode) as stream:
            while block := response.read(_BLOCK):
                stream.write(block)
                if stream.tell() > file.bytes:
                    break
    if _digest(partial) != file.sha256:
        partial.unlink()
        raise ArtifactError(f"{file.name} from {url} differs from its card; it was removed")
    os.replace(partial, path)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read(url: str, most: int) -> bytes:
    with open_pinned(url) as response:
        content = response.read(most + 1)
    if len(content) > most:
        raise FakeprintError(f"{url} sent more than {most} bytes; nothing was stored")
    return bytes(content)
