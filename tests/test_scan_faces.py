"""Settings of faces in videos, from the scan to the record and the cache."""

import json
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from fakeprint.cli.scan_settings import resolve_config
from fakeprint.core.errors import FakeprintError, UsageError
from fakeprint.media.examiner import Settings
from fakeprint.media.inputs import find_inputs
from fakeprint.scan import ScanConfig, Scanned, open_run, scan_inputs

_CLIPS = Path(__file__).parent / "detectors" / "face_clips.py"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Settings(frames="every:3"), "even:N"),
        (Settings(frames="fps:0"), "above 0"),
        (Settings(aggregate="logit_maen"), "logit_mean"),
        (Settings(aggregate="vote:k=3"), "takes dead"),
        (Settings(face_finder="face-findr"), "face-finder"),
        (Settings(face_finder="face-swap"), "finds faces"),
        (Settings(face_cache=__file__), "face cache"),
    ],
)
def test_settings_are_refused_before_a_worker_starts(settings: Settings, message: str) -> None:
    with pytest.raises(FakeprintError, match=message):
        open_run(ScanConfig(), settings)


def test_the_record_names_what_was_looked_at() -> None:
    run = open_run(ScanConfig(), Settings(frames="hop:5", aggregate="median"))
    assert (run.config["frames"], run.config["aggregate"]) == ("hop:5", "median")
    name, _, digest = str(run.config["face_finder"]).partition("@")
    assert name == "face-finder"
    assert len(digest) == 64
    assert run.config_sha256 != open_run(ScanConfig(), Settings()).config_sha256


def test_flags_override_the_file(tmp_path: Path) -> None:
    file = tmp_path / "scan.yaml"
    file.write_text("frames: fps:1\naggregate: median\n")
    config = resolve_config(file, frames="all")
    assert (config.frames, config.aggregate, config.face_finder) == ("all", "median", "face-finder")
    with pytest.raises(UsageError):
        open_run(config, Settings(frames=resolve_config(None, frames="").frames))


def test_a_second_scan_reads_the_cache(tmp_path: Path) -> None:
    clips = SimpleNamespace(**run_path(str(_CLIPS)))
    folder = tmp_path / "cache"
    path = clips.write_clip(tmp_path / "people.mp4", lambda _: [(60, 80, 150, 0.2), (400, 90, 150, 1.0)], frames=8)
    settings = Settings(frames="even:4", face_cache=str(folder))

    def scanned() -> Scanned:
        config = ScanConfig(only=("face-swap",))
        (one,) = scan_inputs(enumerate(find_inputs([str(path)])), config, settings, open_run(config, settings), jobs=1)
        return one

    first = scanned()
    (entry,) = folder.iterdir()
    assert entry.name.startswith(str(first.report.media and first.report.media.sha256))
    assert first.pictures == {}
    told = json.loads(entry.read_bytes())
    assert [len(frame["faces"]) for frame in told["frames"]] == [2, 2, 2, 2]
    (logits,) = told["scores"].values()
    assert len(logits) == 8

    moved = [[frame, face, logit + 1.0] for frame, face, logit in logits]
    entry.write_text(json.dumps({**told, "scores": dict.fromkeys(told["scores"], moved)}))
    second = scanned()
    before, after = first.report.evidence[0], second.report.evidence[0]
    assert [one.score for one in after.tracks] == pytest.approx([one.score + 1.0 for one in before.tracks])
    assert [(point.time_s, point.box) for point in after.timeline] == [(point.time_s, point.box) for point in before.timeline]

    entry.write_bytes(b"damaged")
    third = scanned().report.evidence[0]
    assert third.model_copy(update={"seconds": 0.0}) == before.model_copy(update={"seconds": 0.0})
    assert json.loads(entry.read_bytes()) == told
