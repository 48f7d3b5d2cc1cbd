import json
import shutil
from pathlib import Path

import pytest

from fakeprint.core.errors import ArtifactError, UnknownNameError
from fakeprint.detectors.artifact import load_artifact, probe, shipped_names


@pytest.fixture
def copy(artifact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(artifact, tmp_path / "copy"))


def test_a_whole_artifact_loads_and_runs(artifact: Path) -> None:
    loaded = load_artifact(artifact)
    assert loaded.card.name == "known-answer"
    assert probe(loaded) == {"logit": (1,), "patch_logits": (1, 1, 8, 8), "class_logits": (1, 3)}


def test_an_altered_file_is_refused(copy: Path) -> None:
    data = bytearray((copy / "model.onnx").read_bytes())
    data[-1] ^= 1
    (copy / "model.onnx").write_bytes(data)
    with pytest.raises(ArtifactError, match="differs from its card"):
        load_artifact(copy)


def test_a_missing_file_is_refused(copy: Path) -> None:
    (copy / "model.onnx").unlink()
    with pytest.raises(ArtifactError, match="cannot be read"):
        load_artifact(copy)


@pytest.mark.parametrize("change", [{"surprise": 1}, {"schema_version": "9.0"}, {"files": []}])
def test_a_card_of_another_form_is_refused(copy: Path, change: dict[str, object]) -> None:
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps(card | change))
    with pytest.raises(ArtifactError, match="not a card"):
        load_artifact(copy)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no model artifact named 'synthetic-imag'"):
        load_artifact("synthetic-imag")


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_artifact_is_whole(name: str) -> None:
    artifact = load_artifact(name)
    assert probe(artifact)
    assert artifact.card.known_failures
    assert artifact.card.sources
    assert all(source.terms for source in artifact.card.sources)
    assert all(one.low is not None for one in artifact.card.measured if one.n_authentic + one.n_positive >= 100), "numbers carry intervals"


def test_shipped_artifacts_are_small() -> None:
    total = sum(file.bytes for name in shipped_names() for file in load_artifact(name).card.files)
    assert total < 12_000_000
