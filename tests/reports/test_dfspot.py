"""DFSpot's lists: bytes of the original where asked, more columns otherwise, and no label where there is no score."""

import csv
import io
import json
import math
from pathlib import Path

import pytest

from fakeprint.core.errors import STATUS_OF_CODE, ErrorCode, ErrorInfo, Stage, UsageError
from fakeprint.core.evidence import Evidence, EvidenceStatus, Region, TimePoint, TrackScore
from fakeprint.core.media import Media, MediaKind
from fakeprint.core.report import Report, ReportStatus
from fakeprint.core.run import RunStamp
from fakeprint.reports.dfspot import LegacyLists, Prediction, Terms, kind_of, label, predict

SHA = "0" * 64
NOTEBOOK = (
    ".00872216 .01763926 .02246069 .01132695 .03835763 .0131454 .11518755 .00667132 .01133874 .01895693 .00206885 .00480219 .00062077 "
    ".00691775 .00430566 .00380525 .00092641 .01116817 .07216255 .09467141 .00591475 .04562845 .01535223 .03690802 .0389526 .01133066 "
    ".01979582 .06682755 .01950602 .05097976 .00160344 .0018279"
)
MODELS = (("dfspot-v2", "TimmV2"), ("dfspot-vit", "ViT"))


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def evidence(name: str, points: list[TimePoint], *, tracks: tuple[TrackScore, ...] = (), **more: object) -> Evidence:
    fields = {"status": EvidenceStatus.OK, "timeline": tuple(points), "tracks": tracks, **more}
    return Evidence(id=name, examiner=name, examiner_version="1", media_sha256=SHA, summary="", worth="", **fields)


def faces(*scores: float, side: float = 10.0, track: int = 1) -> list[TimePoint]:
    return [TimePoint(time_s=n / 10, frame=n, score=one, track=track, box=(0.0, 0.0, side, side)) for n, one in enumerate(scores)]


def report(path: str, *found: Evidence, kind: MediaKind = MediaKind.VIDEO, error: ErrorCode | None = None, index: int = 0) -> Report:
    told = ErrorInfo(code=error, status=STATUS_OF_CODE[error], message="", stage=Stage.DECODE) if error else None
    return Report(
        index=index,
        input=path,
        status=ReportStatus.ERROR if error else ReportStatus.OK,
        error=told,
        media=Media(sha256=SHA, kind=kind, mime="x/x", bytes=1),
        evidence=found,
        run=RunStamp(id="r", fakeprint="0", config_sha256=SHA),
    )


def test_the_golden_vector_of_the_notebook() -> None:
    points = faces(*(logit(float(text)) for text in NOTEBOOK.split()))
    found = predict(report("043.mp4", evidence("dfspot-v2", points)), Terms(), MODELS[:1])
    assert found.score == pytest.approx(0.012232, abs=5e-7)
    assert (found.prediction, found.n_frames, found.n_faces) == ("real", 32, 32)
    mean = predict(report("043.mp4", evidence("dfspot-v2", points)), Terms(aggregate="prob_mean"), MODELS[:1])
    assert mean.score == pytest.approx(0.024371, abs=5e-7)


def test_the_golden_ensemble() -> None:
    scores = (0.012232, 0.619181, 0.145865, 0.169166)
    names = tuple((f"m{n}", f"M{n}") for n in range(4))
    found = predict(report("043.mp4", *(evidence(f"m{n}", faces(logit(one))) for n, one in enumerate(scores))), Terms(), names)
    assert found.score == pytest.approx(0.236611, abs=5e-7)
    assert found.prediction == "real"


def test_the_mean_is_over_members_that_ran_and_names_the_others() -> None:
    silent = evidence("dfspot-vit", [TimePoint(time_s=0.0)], status=EvidenceStatus.NOT_APPLICABLE, reason="no_face")
    found = predict(report("a.mp4", evidence("dfspot-v2", faces(logit(0.4))), silent), Terms(), MODELS, absent=("ViTST",))
    assert found.score == pytest.approx(0.4)
    assert found.models == {"TimmV2": pytest.approx(0.4), "ViT": None}
    assert found.models_absent == ("ViTST", "ViT")


@pytest.mark.parametrize(("how", "expected"), [("best", 0.2), ("all", 1 / (1 + math.exp(-(logit(0.2) + logit(0.9)) / 2))), ("track", 0.9)])
def test_which_faces_count(how: str, expected: float) -> None:
    points = faces(logit(0.2), side=50) + faces(logit(0.9), side=10, track=2)
    tracks = tuple(TrackScore(track=n, first_s=0, last_s=0, faces=1, score=logit(one)) for n, one in ((1, 0.2), (2, 0.9)))
    found = predict(report("a.mp4", evidence("dfspot-v2", points, tracks=tracks)), Terms(faces=how), MODELS[:1])
    assert found.score == pytest.approx(expected)
    assert found.n_tracks == 2


def test_models_without_calibration_still_score() -> None:
    found = evidence("dfspot-v2", faces(1.0), status=EvidenceStatus.NOT_APPLICABLE, reason="not_calibrated")
    assert predict(report("a.mp4", found), Terms(), MODELS[:1]).status == "ok"


@pytest.mark.parametrize(
    ("found", "error", "status", "reason"),
    [
        ((), None, "not_applicable", "no_model_ran"),
        ((evidence("dfspot-v2", [], status=EvidenceStatus.NOT_APPLICABLE, reason="no_face"),), None, "not_applicable", "no_face"),
        ((), ErrorCode.E_TRUNCATED, "failed", "E_TRUNCATED"),
        ((evidence("dfspot-v2", faces(3.0)),), ErrorCode.E_TRUNCATED, "failed", "E_TRUNCATED"),
    ],
)
def test_what_is_not_scored_has_no_label(found: tuple, error: ErrorCode | None, status: str, reason: str) -> None:
    line = predict(report("a.mp4", *found, error=error), Terms(), MODELS[:1])
    assert (line.status, line.reason, line.prediction) == (status, reason, None)


@pytest.mark.parametrize(
    ("score", "kind", "strict", "expected"),
    [
        (0.3, MediaKind.VIDEO, False, "fake"),
        (0.3, MediaKind.VIDEO, True, "fake"),
        (0.2999999, MediaKind.VIDEO, True, "real"),
        (0.3, MediaKind.IMAGE, False, "fake"),
        (0.3, MediaKind.IMAGE, True, "real"),
        (0.30009, MediaKind.IMAGE, True, "real"),
        (0.3001, MediaKind.IMAGE, True, "fake"),
        (1e-5, MediaKind.IMAGE, True, "real"),
        (9.9e-5, MediaKind.VIDEO, True, "real"),
    ],
)
def test_boundaries(score: float, kind: MediaKind, strict: bool, expected: str) -> None:
    assert label(score, Terms(strict=strict), kind) == expected


def predictions() -> list[Prediction]:
    regions = (Region(box=(0.0, 0.0, 9.0, 9.0), label="face", score=logit(0.8)), Region(box=(0.0, 0.0, 3.0, 3.0), label="face", score=-9.0))
    images = [
        report("in/=a,b.jpg", evidence("dfspot-v2", [], regions=regions), kind=MediaKind.IMAGE),
        report("in/caf\u00e9.png", evidence("dfspot-v2", []), kind=MediaKind.IMAGE),
    ]
    videos = [
        report("in/one.mp4", evidence("dfspot-v2", faces(logit(0.9)))),
        report("in/two.mp4", error=ErrorCode.E_CORRUPT),
        report("in/th,ree.mp4", evidence("dfspot-v2", faces(logit(0.1)))),
    ]
    return [predict(one, Terms(strict=True), MODELS[:1]) for one in (*videos, *images)]


def test_what_cannot_be_read_is_listed_by_its_ending() -> None:
    lost = [report(name, error=ErrorCode.E_CORRUPT, kind=MediaKind.OTHER) for name in ("a.MP4", "b.jpeg", "c.txt")]
    assert [kind_of(one) for one in lost] == [MediaKind.VIDEO, MediaKind.IMAGE, None]


def test_strict_lists_are_the_bytes_of_the_original(tmp_path: Path) -> None:
    lists = LegacyLists(tmp_path / "out", Terms(strict=True), models=MODELS[:1])
    lists.check()
    lists.write(predictions())
    assert (tmp_path / "out" / "predictions.csv").read_bytes() == (b',video_path,prediction\n0,in/one.mp4,fake\n1,"in/th,ree.mp4",real\n')
    assert (tmp_path / "out" / "img_predictions.json").read_bytes() == b'{"in/=a,b.jpg": "fake"}'
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_strict_lists_match_pandas(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    scored = [one for one in predictions() if one.prediction and one.kind is MediaKind.VIDEO]
    frame = pandas.DataFrame({"video_path": [one.path for one in scored], "prediction": [one.prediction for one in scored]})
    LegacyLists(tmp_path, Terms(strict=True)).write(predictions())
    assert (tmp_path / "predictions.csv").read_text() == frame.to_csv(lineterminator="\n")


def test_strict_lists_of_annotating_runs_accumulate(tmp_path: Path) -> None:
    lists = LegacyLists(tmp_path, Terms(strict=True), appending=True)
    lists.write(predictions()[:1])
    lists.check()
    lists.write(predictions()[:1])
    assert (tmp_path / "predictions.csv").read_bytes() == b",video_path,prediction\n0,in/one.mp4,fake\n0,in/one.mp4,fake\n"


def test_rich_lists_begin_with_the_old_columns(tmp_path: Path) -> None:
    lists = LegacyLists(tmp_path, Terms(weights_set="ffpp"), models=MODELS[:1])
    lists.check()
    lists.write(predictions())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "predictions.csv").read_text())))
    assert list(rows[0]) == [
        *("", "video_path", "prediction", "score", "label_threshold", "TimmV2", "n_frames", "n_faces", "n_tracks", "status"),
        *("weights_set", "reason", "models_absent", "run"),
    ]
    assert [(row["video_path"], row["prediction"], row["status"]) for row in rows] == [
        ("in/one.mp4", "fake", "ok"),
        ("in/two.mp4", "", "failed"),
        ("in/th,ree.mp4", "real", "ok"),
    ]
    assert json.loads((tmp_path / "img_predictions.json").read_text()) == {"in/=a,b.jpg": "fake"}
    full = [Prediction.model_validate(one) for one in json.loads((tmp_path / "img_predictions.full.json").read_text())]
    assert [(one.status, one.n_faces) for one in full] == [("ok", 2), ("not_applicable", 0)]


def test_rich_cells_start_no_formula(tmp_path: Path) -> None:
    line = predictions()[0].model_copy(update={"path": "=cmd()"})
    LegacyLists(tmp_path, models=MODELS[:1]).write([line])
    assert "'=cmd()" in (tmp_path / "predictions.csv").read_text()


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_other_forms(tmp_path: Path, form: str) -> None:
    LegacyLists(tmp_path, form=form).write(predictions()[:3])
    text = (tmp_path / f"predictions.{form}").read_text()
    rows = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
    assert [Prediction.model_validate(row).prediction for row in rows] == ["fake", None, "real"]


def test_existing_lists_stop_the_run_before_it_starts(tmp_path: Path) -> None:
    lists = LegacyLists(tmp_path, models=MODELS[:1])
    lists.write(predictions())
    with pytest.raises(UsageError, match=r"holds predictions\.csv and img_predictions\.json"):
        lists.check()
    LegacyLists(tmp_path, models=MODELS[:1], force=True).check()
    appending = LegacyLists(tmp_path / "other", models=MODELS[:1], appending=True)
    appending.check()
    appending.write(predictions()[:3])
    appending.check()
    with pytest.raises(UsageError, match="other columns"):
        LegacyLists(tmp_path / "other", models=MODELS, appending=True).check()
