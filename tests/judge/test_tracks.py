"""A verdict on a video names the face that stands out, and nothing of it where nothing was found."""

import pytest

from fakeprint.core.evidence import Evidence, EvidenceStatus, Question, Route, TrackScore
from fakeprint.core.verdict import Level
from fakeprint.judge.findings import standing_out
from fakeprint.judge.judge import judge

WHERE = "Face 2 of 2 that were followed scores highest: seen from 0:00.50 to 1:01.00, read in 9 frames."


def track(number: int, score: float, **fields: object) -> TrackScore:
    return TrackScore.model_validate({"track": number, "first_s": 0.5, "last_s": 61.0, "faces": 9, "score": score} | fields)


def face_swap(make, llr: float, *tracks: TrackScore, name: str = "face-swap", **fields: object) -> Evidence:
    claim = {"question": Question.MANIPULATED, "route": Route.FACE}
    return make.detector(llr, name, **claim).model_copy(update={"tracks": tracks} | fields)


def answer(make, *evidence: Evidence):
    return judge(make.media(), evidence).manipulated


@pytest.mark.parametrize(("llr", "level"), [(2.0, Level.SOME), (4.0, Level.STRONG)])
def test_an_indication_says_whose_face_and_when(make, llr: float, level: Level) -> None:
    found = answer(make, face_swap(make, llr, track(1, -1.0), track(2, 3.0)))
    assert found.level is level
    assert found.caveats[0] == WHERE


def test_one_person_needs_no_number(make) -> None:
    found = answer(make, face_swap(make, 4.0, track(1, 3.0), track(2, 9.0, decides=False)))
    assert found.caveats[0] == "It rests on one face, seen from 0:00.50 to 1:01.00 and read in 9 frames."


def test_nothing_found_points_at_nobody(make) -> None:
    found = answer(make, face_swap(make, -2.0, track(1, -1.0), track(2, -0.5)))
    assert found.level is Level.NONE_FOUND
    assert not any("Face" in one or "face," in one for one in found.caveats)


def test_each_detector_speaks_for_its_own_tracks(make) -> None:
    both = (
        face_swap(make, 4.0, track(1, -1.0), track(2, 3.0)),
        face_swap(make, 4.0, track(1, 8.0), track(2, 3.0), name="other"),
    )
    found = answer(make, *both)
    assert [one[:6] for one in found.caveats[:2]] == ["Face 2", "Face 1"]
    assert [(one.evidence, one.track.track, one.several) for one in standing_out(both, ["face-swap", "other"])] == [
        ("face-swap", 2, 2),
        ("other", 1, 2),
    ]
    assert standing_out(both, []) == ()


def test_too_few_faces_is_inconclusive_and_never_reassures(make) -> None:
    silent = make.evidence(
        "face-swap",
        status=EvidenceStatus.NOT_APPLICABLE,
        reason="few_faces",
        questions=(Question.MANIPULATED,),
        tracks=(track(1, 9.0, decides=False),),
        weights_sha256="1" * 64,
    )
    found = answer(make, silent)
    assert (found.level, found.reason) == (Level.INCONCLUSIVE, "few_faces")
    assert "no face was seen often enough to be judged" in found.text
