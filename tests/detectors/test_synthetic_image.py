import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from fakeprint.core.evidence import AttributionClaim, DetectionClaim, EvidenceStatus
from fakeprint.core.verdict import Level
from fakeprint.detectors.generator import GeneratorDetector
from fakeprint.detectors.synthetic_image import SyntheticImageDetector
from fakeprint.judge.judge import judge


def test_a_score_becomes_a_calibrated_claim_with_a_map(artifact: Path, item) -> None:
    picture = item(1.0)
    evidence = SyntheticImageDetector(artifact).examine(picture)
    (claim,) = (one for one in evidence.claims if isinstance(one, DetectionClaim))
    assert claim.logit == pytest.approx(5.0, abs=1e-3)
    assert claim.llr == 4.0, "held within what the calibration can carry"
    assert evidence.score is not None
    assert evidence.score.calibrated
    assert evidence.weights_sha256
    (file,) = evidence.files
    assert file.title == "Where the model looked"
    assert picture.attachments[file.sha256].startswith(b"\xff\xd8")


@pytest.mark.parametrize(("red", "level"), [(1.0, Level.STRONG), (0.7, Level.SOME), (0.0, Level.NONE_FOUND), (0.57, Level.INCONCLUSIVE)])
def test_the_judge_decides_by_the_cards_operating_points(artifact: Path, item, red: float, level: Level) -> None:
    picture = item(red)
    verdict = judge(picture.media, [SyntheticImageDetector(artifact).examine(picture)])
    assert verdict.synthetic.level is level
    assert verdict.manipulated.level is Level.NONE_FOUND, "one does not imply the other"


def test_too_small_is_inconclusive_and_says_so(artifact: Path, item) -> None:
    picture = item(1.0, size=(200, 90))
    evidence = SyntheticImageDetector(artifact).examine(picture)
    assert (evidence.status, evidence.reason) == (EvidenceStatus.NOT_APPLICABLE, "too_small")
    answer = judge(picture.media, [evidence]).synthetic
    assert (answer.level, answer.reason) == (Level.INCONCLUSIVE, "too_small")


def test_without_calibration_nothing_is_claimed(make: SimpleNamespace, tmp_path: Path, item) -> None:
    evidence = SyntheticImageDetector(make.write_artifact(tmp_path / "raw", calibrated=False)).examine(item(1.0))
    assert (evidence.status, evidence.reason) == (EvidenceStatus.NOT_APPLICABLE, "not_calibrated")
    assert evidence.score is None


def test_a_family_is_named_only_beside_generation(artifact: Path, item) -> None:
    detectors = SyntheticImageDetector(artifact), GeneratorDetector(artifact)
    bright, dark, middle = item(1.0, name="a.png"), item(0.0, name="b.png"), item(0.7, name="c.png")
    named = judge(bright.media, [one.examine(bright) for one in detectors]).generator
    assert (named.level, named.name) == (Level.SOME, "red-maker")
    assert judge(dark.media, [one.examine(dark) for one in detectors]).generator.level is Level.NONE_FOUND
    unknown = judge(middle.media, [one.examine(middle) for one in detectors]).generator
    assert (unknown.level, unknown.name) == (Level.INCONCLUSIVE, "unknown")


def test_probabilities_belong_to_the_cards_labels(artifact: Path, item) -> None:
    (claim,) = GeneratorDetector(artifact).examine(item(1.0)).claims
    assert isinstance(claim, AttributionClaim)
    assert claim.names == ("red-maker", "grey-maker", "dark-maker")
    assert sum(claim.probabilities) == pytest.approx(1.0, abs=1e-5)
    assert claim.probabilities[0] > claim.probabilities[1] > claim.probabilities[2]


def test_a_class_of_photographs_is_never_named(artifact: Path, tmp_path: Path, item) -> None:
    folder = Path(shutil.copytree(artifact, tmp_path / "with-photographs"))
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | {"labels": ["photographs", "grey-maker", "dark-maker"]}))
    evidence = GeneratorDetector(folder).examine(item(1.0))
    (claim,) = evidence.claims
    assert claim.names == ("grey-maker", "dark-maker")
    assert sum(claim.probabilities) < 0.1
    assert evidence.summary == "Compared with 2 families of generators, the picture is like none of them clearly enough to name it."
