"""Plans hold what the evidence says, joined by track and place, and nothing else."""

from fakeprint.core.evidence import Evidence, EvidenceStatus, Region, TimePoint, TrackScore
from fakeprint.media.annotate.plan import plan_of

BOX = (10.0, 10.0, 20.0, 20.0)
SHA = "0" * 64


def point(time_s: float, score: float | None = None, track: int | None = None, box: tuple | None = None) -> TimePoint:
    return TimePoint(time_s=time_s, score=score, track=track, box=box)


def evidence(name: str, *points: TimePoint, **more: object) -> Evidence:
    fields = {"status": EvidenceStatus.OK, "timeline": points, **more}
    return Evidence(id=name, examiner=name, examiner_version="1", media_sha256=SHA, summary="", worth="", **fields)


def test_files_that_nobody_searched_for_faces_have_no_plan() -> None:
    assert plan_of([]) is None
    assert plan_of([evidence("c2pa"), evidence("synthetic-image", point(0.0, 1.0))]) is None


def test_files_without_faces_have_an_empty_plan() -> None:
    plan = plan_of([evidence("face-swap", point(0.5), status=EvidenceStatus.NOT_APPLICABLE, reason="no_face")])
    assert plan is not None
    assert (plan.models, plan.paths, plan.looked_at) == (("face-swap",), (), (0.5,))


def test_models_that_saw_the_same_face_share_its_path() -> None:
    one = evidence("a", point(0.0, 1.5, 1, BOX), point(1.0, 2.5, 1, BOX), point(2.0))
    other = evidence("b", point(1.0, -0.5, 1, BOX), point(0.0))
    plan = plan_of([one, other], names={"b": "other"})
    assert plan is not None
    assert plan.models == ("a", "other")
    (path,) = plan.paths
    assert path.name == "Face 1"
    assert [(face.time_s, face.scores) for face in path.faces] == [(0.0, (1.5, None)), (1.0, (2.5, -0.5))]
    assert plan.looked_at == (0.0, 1.0, 2.0)


def test_models_with_other_tracks_keep_their_own() -> None:
    far = (50.0, 50.0, 60.0, 60.0)
    plan = plan_of([evidence("a", point(0.0, 1.0, 1, BOX)), evidence("b", point(0.0, 2.0, 1, far)), evidence("c", point(9.0, 3.0, 1, BOX))])
    assert plan is not None
    assert [(path.name, [face.scores for face in path.faces]) for path in plan.paths] == [
        ("Face 1", [(1.0, None, None)]),
        ("Face 1, b", [(None, 2.0, None)]),
        ("Face 1, c", [(None, None, 3.0)]),
    ]


def test_tracks_that_do_not_count_say_so() -> None:
    tracks = tuple(TrackScore(track=n, first_s=0, last_s=0, faces=1, score=1.0, decides=n == 1) for n in (1, 2))
    points = (point(0.0, 1.0, 1, BOX), point(0.0, 1.0, 2, (0.0, 0.0, 5.0, 5.0)))
    plan = plan_of([evidence("a", *points, tracks=tracks)])
    assert plan is not None
    assert [path.name for path in plan.paths] == ["Face 1", "Face 2, in too few frames to count"]


def test_regions_of_images() -> None:
    regions = (Region(box=BOX, label="face", score=0.25), Region(box=(0.0, 0.0, 5.0, 5.0), label="face", score=None))
    found = evidence("a", regions=regions, status=EvidenceStatus.NOT_APPLICABLE, reason="no_face")
    plan = plan_of([found], headline="Inconclusive")
    assert plan is not None
    assert [(path.name, path.faces[0].scores) for path in plan.paths] == [("Face 1", (0.25,)), ("Face 2", (None,))]
    assert plan.headline == "Inconclusive"
