"""Face detectors on clips of drawn faces, from the file to the verdict."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from fakeprint.core.errors import ArtifactError, UsageError
from fakeprint.core.evidence import DetectionClaim, Evidence, EvidenceStatus, MeasureClaim
from fakeprint.core.limits import Limits
from fakeprint.core.verdict import Level
from fakeprint.detectors.face_crops import FaceCropDetector
from fakeprint.detectors.face_swap import FaceSwapDetector
from fakeprint.detectors.several_faces import pooled
from fakeprint.examine import examine
from fakeprint.judge.judge import judge
from fakeprint.media.examiner import Settings
from fakeprint.media.item import MediaItem
from fakeprint.media.probe import open_media
from fakeprint.suites.measure_worker import MeasuredSample, MeasureWorker, target_of

PALE, RED = 0.6, 1.2
"""Redness of a face: the model's logits are about -2 and 6; how much ground a crop holds depends on the finder."""


def item_of(path: Path, *, pictures: bool = True) -> MediaItem:
    opened = open_media(path, Limits())
    assert opened.media is not None
    assert opened.container is not None
    return MediaItem(opened.media, opened.container, path, path.name, Limits(), want_pictures=pictures)


def two_people(number: int) -> list[tuple[int, int, int, float]]:
    return [(60 + 2 * number, 80, 150, PALE), (400, 90 + number, 150, RED)]


@pytest.fixture(scope="module")
def both(clips: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.write_clip(tmp_path_factory.mktemp("clips") / "both.mp4", two_people, frames=8)


@pytest.fixture(scope="module")
def detector(red_face: Path) -> FaceSwapDetector:
    return FaceSwapDetector(red_face)


@pytest.fixture(scope="module")
def evidence(detector: FaceSwapDetector, both: Path) -> Evidence:
    return examine(both, [detector], Limits(), pictures=True).evidence[0]


def test_two_people_are_two_tracks_with_scores_of_their_own(evidence: Evidence) -> None:
    assert evidence.status is EvidenceStatus.OK
    left, right = evidence.tracks
    assert (left.faces, right.faces) == (8, 8)
    assert -4 < left.score < -0.5
    assert 4.2 < right.score < 8
    for track, middle in ((1, 140), (2, 475)):
        own = [point for point in evidence.timeline if point.track == track]
        assert len(own) == 8
        assert all(point.box is not None and point.box[0] < middle < point.box[2] for point in own)
        assert np.mean([point.score for point in own]) == pytest.approx(evidence.tracks[track - 1].score)


def test_the_video_is_as_suspicious_as_its_most_suspicious_person_less_the_number_looked_at(evidence: Evidence) -> None:
    claim = next(one for one in evidence.claims if isinstance(one, DetectionClaim))
    left, right = (one.score for one in evidence.tracks)
    assert claim.logit == pytest.approx(pooled([left, right]))
    assert right - np.log(2) <= claim.logit < right
    highest = next(one for one in evidence.claims if isinstance(one, MeasureClaim) and one.name.startswith("highest"))
    assert highest.value == right


def test_the_summary_and_the_verdict_say_whose_face_and_when(evidence: Evidence, both: Path) -> None:
    right = evidence.tracks[1]
    assert "followed 2 faces. Face 2 scores highest: from 0:00.00 to 0:00.88, in 8 of the 8 frames" in evidence.summary
    media = item_of(both).media
    answer = judge(media, [evidence]).manipulated
    assert answer.level is Level.STRONG
    assert answer.caveats[0] == "Face 2 of 2 that were followed scores highest: seen from 0:00.00 to 0:00.88, read in 8 frames."
    assert (right.first_s, right.last_s) == (0.0, 0.875)


def test_pictures_of_frames_and_faces_come_only_where_they_are_wanted(detector: FaceSwapDetector, both: Path, evidence: Evidence) -> None:
    frames = [one for one in evidence.files if one.role == "frame"]
    faces = {one.name: one for one in evidence.files if one.role == "thumbnail"}
    assert [one.time_s for one in frames] == sorted({point.time_s for point in evidence.timeline})
    assert list(faces) == ["face-2.jpg", "face-1.jpg"]
    item = item_of(both)
    for file in detector.examine(item).files:
        assert max(Image.open(BytesIO(item.attachments[file.sha256])).size) <= 400
    bare = item_of(both, pictures=False)
    assert detector.examine(bare).files == ()
    assert not bare.attachments


def test_the_same_whatever_came_before_and_whoever_else_looks(
    red_face: Path, both: Path, clips: SimpleNamespace, tmp_path: Path, evidence: Evidence
) -> None:
    other = clips.write_artifact(tmp_path / "other", name="other-face", min_side=140, pool="max")
    crowd = [FaceCropDetector(other, "worth"), FaceSwapDetector(red_face)]
    first, second = examine(both, crowd, Limits(), pictures=True).evidence
    assert second.model_copy(update={"seconds": evidence.seconds}) == evidence
    assert first.timeline != second.timeline


def test_a_video_is_decoded_once_for_all_detectors(
    red_face: Path, both: Path, clips: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = clips.write_artifact(tmp_path / "second", name="second-face")
    settings = Settings(frames="even:4")
    crowd = [FaceCropDetector(other, "worth", settings), FaceSwapDetector(red_face, settings)]
    asked: list[object] = []
    frames = MediaItem.frames
    monkeypatch.setattr(MediaItem, "frames", lambda item, source: asked.append(source) or frames(item, source))
    item = item_of(both, pictures=False)
    first, second = (one.examine(item) for one in crowd)
    assert len(asked) == 1
    assert first.tracks == second.tracks


def test_evaluation_measures_what_a_scan_reports(red_face: Path, both: Path, evidence: Evidence) -> None:
    setup = {"detector": str(red_face), "conditions": ["clean"], "seed": 0, "frames": 16, "limits": Limits().model_dump(mode="json")}
    data, _ = MeasureWorker(setup)(target_of("both", both, "both.mp4"))
    (raw,) = MeasuredSample.model_validate_json(data).raws
    claim = next(one for one in evidence.claims if isinstance(one, DetectionClaim))
    assert raw.logit == pytest.approx(claim.logit, abs=1e-9)
    assert (raw.frames, raw.frames_scored) == (8, 8)


def test_settings_choose_frames_and_aggregation(red_face: Path, both: Path) -> None:
    few = FaceSwapDetector(red_face, Settings(frames="list:0,1,2", aggregate="top_k_mean:k=1")).examine(item_of(both))
    assert [one.faces for one in few.tracks] == [3, 3]
    for track in few.tracks:
        assert track.score == max(point.score for point in few.timeline if point.track == track.track)
    with pytest.raises(UsageError):
        FaceSwapDetector(red_face, Settings(frames="sometimes"))


def test_no_usable_face_is_no_answer(detector: FaceSwapDetector, clips: SimpleNamespace, tmp_path: Path) -> None:
    empty = clips.write_clip(tmp_path / "empty.mp4", lambda _: [], frames=6)
    small = clips.write_clip(tmp_path / "small.mp4", lambda _: [(300, 100, 56, RED)], frames=6)
    for path in (empty, small):
        item = item_of(path)
        found = detector.examine(item)
        assert (found.status, found.reason) == (EvidenceStatus.NOT_APPLICABLE, "no_face")
        assert [one.score for one in found.timeline] == [None] * 6
        assert judge(item.media, [found]).manipulated.reason == "no_face"


def test_a_face_seen_too_rarely_is_listed_and_decides_nothing(detector: FaceSwapDetector, clips: SimpleNamespace, tmp_path: Path) -> None:
    path = clips.write_clip(tmp_path / "glimpse.mp4", lambda number: [(300, 100, 150, RED)] if number == 3 else [], frames=6, fps=1)
    item = item_of(path)
    found = detector.examine(item)
    assert (found.status, found.reason) == (EvidenceStatus.NOT_APPLICABLE, "few_faces")
    assert [(one.faces, one.decides) for one in found.tracks] == [(1, False)]
    answer = judge(item.media, [found]).manipulated
    assert (answer.level, answer.reason) == (Level.INCONCLUSIVE, "few_faces")


def test_several_faces_of_a_picture(detector: FaceSwapDetector, clips: SimpleNamespace, tmp_path: Path) -> None:
    pixels = clips.frame(640, 360, two_people(0))
    Image.fromarray(pixels).save(tmp_path / "two.png")
    found = detector.examine(item_of(tmp_path / "two.png"))
    logits = [one.score for one in found.regions]
    claim = next(one for one in found.claims if isinstance(one, DetectionClaim))
    assert claim.logit == pytest.approx(pooled(logits))
    assert detector.measure(pixels).logit == pytest.approx(claim.logit)
    assert detector.measure(clips.frame(200, 200, [])).reason == "no-face"
    assert not found.timeline
    assert not found.tracks


def test_without_calibration_nothing_is_counted(clips: SimpleNamespace, both: Path, tmp_path: Path) -> None:
    artifact = clips.write_artifact(tmp_path / "bare", name="bare", calibrated=False)
    found = FaceSwapDetector(artifact).examine(item_of(both))
    assert (found.status, found.reason) == (EvidenceStatus.NOT_APPLICABLE, "not_calibrated")
    assert [one.decides for one in found.tracks] == [False, False]


def test_what_is_found_is_kept_and_read_again_without_decoding(
    red_face: Path, both: Path, tmp_path: Path, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(face_cache=str(tmp_path))
    item = item_of(both, pictures=False)
    detector = FaceSwapDetector(red_face, settings)
    first = detector.examine(item)
    (name,) = item.kept
    assert first.tracks == evidence.tracks
    again = item_of(both, pictures=False)
    again.kept.update(item.kept)
    detector._reader._last = None
    monkeypatch.setattr(MediaItem, "frames", _no_frames)
    second = detector.examine(again)
    assert second == first
    assert name.startswith("faces/")


def _no_frames(*_: object) -> None:
    raise AssertionError("the video was decoded")


def test_an_artifact_that_looks_elsewhere_is_refused(artifact: Path) -> None:
    with pytest.raises(ArtifactError, match="not at faces"):
        FaceSwapDetector(artifact)


@pytest.mark.parametrize("frames", [3, 40])
def test_crops_are_scored_in_batches_and_never_held(
    red_face: Path, clips: SimpleNamespace, tmp_path: Path, frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clips.write_clip(tmp_path / "long.mp4", lambda _: [(60, 80, 150, PALE), (400, 90, 150, RED)], frames=frames)
    detector = FaceSwapDetector(red_face, Settings(frames="all"))
    sizes: list[int] = []
    score: Callable[[np.ndarray], list[float]] = detector.logits
    monkeypatch.setattr(detector, "logits", lambda crops: sizes.append(len(crops)) or score(crops))
    found = detector.examine(item_of(path, pictures=False))
    assert sum(sizes) == 2 * frames
    assert max(sizes) <= 16
    assert len(sizes) == -(-2 * frames // 16)
    assert [one.faces for one in found.tracks] == [frames, frames]
