"""One pass over a video: what earlier runs found is used, what is new is added, nothing is mixed up."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fakeprint.core.card import FaceSpec
from fakeprint.core.limits import Limits
from fakeprint.detectors.face_finder import FaceFinder
from fakeprint.detectors.video_faces import BATCH, FaceReading, VideoFaceReader
from fakeprint.media.item import MediaItem
from fakeprint.media.probe import open_media


class Red:
    """Scores a crop by its mean red."""

    def __init__(self, key: str, min_side: int = 48) -> None:
        self.key = key
        self.spec = FaceSpec(size=32, scale=1.0, min_side=min_side)
        self.batches: list[int] = []

    def logits(self, crops: np.ndarray) -> list[float]:
        self.batches.append(len(crops))
        return [float(one) for one in crops[..., 0].mean(axis=(1, 2))]


@pytest.fixture(scope="module")
def clip(clips: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "two.mp4"
    return clips.write_clip(path, lambda _: [(60, 80, 150, 0.6), (400, 90, 150, 1.0)], frames=5)


@pytest.fixture
def opened(clip: Path) -> Callable[..., MediaItem]:
    def make(*, pictures: bool = False, kept: dict[str, bytes] | None = None) -> MediaItem:
        found = open_media(clip, Limits())
        assert found.media is not None
        assert found.container is not None
        return MediaItem(found.media, found.container, clip, clip.name, Limits(), want_pictures=pictures, kept=dict(kept or {}))

    return make


def searches(reader: VideoFaceReader, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the looks of a reader's finder from here on."""
    counted: list[int] = []
    look = reader.finder.look
    monkeypatch.setattr(reader.finder, "look", lambda rgb, tiles: counted.append(len(tiles)) or look(rgb, tiles))
    return counted


def test_a_second_detector_is_scored_on_the_faces_of_an_earlier_run(
    opened: Callable[..., MediaItem], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, one = VideoFaceReader("even:5", "face-finder", tmp_path), Red("1" * 64)
    reader.join(one)
    item = opened()
    first = reader.read(item, one)
    later, two = VideoFaceReader("even:5", "face-finder", tmp_path), Red("2" * 64)
    later.join(two)
    looks = searches(later, monkeypatch)
    again = opened(kept=item.kept)
    second = later.read(again, two)
    assert looks == []
    assert second.logits[two] == pytest.approx(first.logits[one])
    both = (Red("1" * 64), Red("2" * 64))
    third = VideoFaceReader("even:5", "face-finder", tmp_path)
    for scorer in both:
        third.join(scorer)
    monkeypatch.setattr(MediaItem, "frames", None)
    read = third.read(opened(kept=again.kept), both[0])
    assert read.logits[both[0]] == pytest.approx(read.logits[both[1]])
    assert both[0].batches == both[1].batches == []
    assert [len(track.faces) for track in read.tracks] == [5, 5]


def test_pictures_are_made_from_known_faces_too(opened: Callable[..., MediaItem], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, scorer = VideoFaceReader("even:5", "face-finder", tmp_path), Red("1" * 64)
    reader.join(scorer)
    item = opened()
    reader.read(item, scorer)
    looks = searches(reader, monkeypatch)
    read = reader.read(opened(pictures=True, kept=item.kept), scorer)
    assert len(read.kept.frames) == 5
    assert looks == []


def test_a_detector_that_joins_late_is_not_left_out(opened: Callable[..., MediaItem]) -> None:
    reader, early, late = VideoFaceReader("even:5", "face-finder"), Red("1" * 64), Red("2" * 64, min_side=10_000)
    reader.join(early)
    item = opened()
    assert len(reader.read(item, early).logits[early]) == 10
    reader.join(late)
    read = reader.read(item, late)
    assert read.logits[late] == {}
    assert read is reader.read(item, early)
    assert not item.kept


def test_batches_are_full_and_places_are_kept(clips: SimpleNamespace) -> None:
    scorer = Red("1" * 64)
    reading = FaceReading(FaceFinder(policy="whole"), (scorer,))
    for number in range(11):
        reading.add(clips.frame(640, 360, [(60, 80, 150, 0.6), (400, 90, 150, 1.0)]), number / 4, number)
    read = reading.finish("a limit")
    assert scorer.batches == [BATCH, 22 - BATCH]
    assert read.cut == "a limit"
    for (frame, place), logit in read.logits[scorer].items():
        left = read.frames[frame].faces[place].box[0]
        assert (logit > 150) == (left > 300)
