"""Where points, lines and pictures of a video stand on the page."""

import io
import re

import html5lib
import pytest

from fakeprint.core.evidence import EvidenceFile, Score, ScoreUnit, TimePoint, TrackScore
from fakeprint.reports import ReportOptions, open_report
from fakeprint.reports.facts import track_text
from fakeprint.reports.followed import followed
from fakeprint.reports.pictures import pictures_of
from fakeprint.reports.timeline import KINDS, MOST_LINES, MOST_MARKS, kind_of, swatch, timeline_of

SVG = "{http://www.w3.org/2000/svg}"


def track(number: int, score: float, **fields: object) -> TrackScore:
    return TrackScore.model_validate({"track": number, "first_s": 0.0, "last_s": 9.0, "faces": 4, "score": score} | fields)


def seen(number: int, *scores: float) -> list[TimePoint]:
    box = (100.0 * number, 50.0, 100.0 * number + 80, 130.0)
    return [
        TimePoint(time_s=at * 3.0, frame=at * 90, score=score, label=f"face {number}", track=number, box=box)
        for at, score in enumerate(scores)
    ]


def test_odd_points() -> None:
    nothing = timeline_of((TimePoint(time_s=0),), None, None)
    assert nothing.lines == ()
    assert len(nothing.unscored) == 1
    flat = timeline_of((TimePoint(time_s=1, score=7.0), TimePoint(time_s=0, score=7.0)), 0.0, ScoreUnit.LOGIT)
    assert [mark.text for mark in flat.lines[0].marks] == ["0:00.00, 7", "0:01.00, 7"]
    assert len({mark.y for mark in flat.lines[0].marks}) == 1


def test_one_line_for_each_person_told_apart_without_colour() -> None:
    plot = timeline_of([*seen(1, -1.0, -2.0), *seen(2, 3.0, 4.0)], 10.0, ScoreUnit.LOGIT, (track(1, -1.5), track(2, 3.5)))
    assert [(line.number, line.kind, len(line.marks)) for line in plot.lines] == [(1, 0, 2), (2, 1, 2)]
    assert len({swatch(kind) for kind in range(KINDS)}) == KINDS
    low, high = plot.lines
    assert all(one.y > other.y for one, other in zip(low.marks, high.marks, strict=True))


def test_lines_and_marks_are_bounded_and_pictured_points_stay() -> None:
    tracks = tuple(track(number, float(number)) for number in range(1, 40))
    kinds = kind_of(tracks)
    assert sorted(kinds) == list(range(40 - MOST_LINES, 40))
    points = [TimePoint(time_s=float(at), score=1.0 + at % 2, track=39, label="face 39") for at in range(20_001)]
    plot = timeline_of(points, 20_001.0, ScoreUnit.LOGIT, tracks, {7.0: "here"})
    (line,) = plot.lines
    assert len(line.marks) <= MOST_MARKS + 1
    assert plot.left_out == 20_001 - len(line.marks)
    assert [mark.target for mark in line.marks if mark.target] == ["here"]


def test_tracks_that_count_are_drawn_first() -> None:
    tracks = (*(track(number, 9.0, decides=False) for number in range(1, 20)), track(20, -5.0))
    assert 20 in kind_of(tracks)


def test_one_line_of_text_for_each_person() -> None:
    assert track_text(track(3, 2.5, first_s=4.0, last_s=4.0, faces=1, decides=False)) == (
        "Face 3: seen at 0:04.00, read in 1 frame, score 2.5 (raw logit; read too rarely to count)"
    )


@pytest.fixture
def video(make):
    """A report on a video with two people, three frames and a face of each."""
    frames = [one.file.model_copy(update={"time_s": at * 3.0}) for at, one in enumerate(make.FRAMES[:3])]
    faces = [
        EvidenceFile(**(make.THUMBNAIL.file.model_dump() | {"name": f"face-{number}.jpg", "role": "thumbnail", "time_s": 0.0}))
        for number in (1, 2)
    ]
    evidence = make.evidence(
        "face-swap",
        score=Score(question="manipulated", value=1.2, unit=ScoreUnit.LLR, calibrated=True),
        timeline=(*seen(1, -1.0, -2.0, -1.5), *seen(2, 3.0, 4.0), TimePoint(time_s=9.0, frame=270, label="no usable face")),
        tracks=(track(1, -1.5), track(2, 3.5)),
        files=(*frames, *faces, make.OVERLAY.file),
    )
    return make.video().model_copy(update={"evidence": (evidence,)})


def page(make, report) -> str:
    stream = io.BytesIO()
    with open_report("html", stream, make.run_record(), ReportOptions()) as sink:
        sink.write(report, make.pictures())
        sink.close(make.run_record())
    return stream.getvalue().decode()


def test_pictures_are_sorted_into_faces_frames_and_the_rest(make, video) -> None:
    (evidence,) = video.evidence
    found = followed(evidence, pictures_of(evidence.files, make.pictures()), video.media, "f1-e1")
    assert [(row.track.track, row.kind, row.picture is not None) for row in found.rows] == [(2, 1, True), (1, 0, True)]
    assert found.targets == {0.0: "f1-e1-f1", 3.0: "f1-e1-f2", 6.0: "f1-e1-f3"}
    assert [(box.number, box.left, box.width) for box in found.frames[0].boxes] == [(1, 100.0, 80.0), (2, 200.0, 80.0)]
    assert found.frames[2].caption == "0:06.00 face 1: -1.5"
    assert [one.file.role for one in found.others] == ["overlay"]


def test_every_mark_with_a_frame_leads_to_it_by_mouse_and_keyboard(make, video) -> None:
    tree = html5lib.parse(page(make, video), namespaceHTMLElements=False)
    ids = {node.get("id") for node in tree.iter() if isinstance(node.tag, str) and node.get("id")}
    links = list(tree.iter(f"{SVG}a"))
    assert len(links) == 5
    for node in links:
        assert node.get("href", "").removeprefix("#") in ids
        assert node.get("aria-label", "").endswith("show the frame")
    frames = [node for node in tree.iter("figure") if node.get("id") in {link.get("href")[1:] for link in links}]
    assert len(frames) == 3
    assert [len(list(frame.iter(f"{SVG}rect"))) for frame in frames] == [2, 2, 1]
    lines = list(tree.iter(f"{SVG}polyline"))
    assert len(lines) == 2
    numbers = [node.text for node in tree.iter(f"{SVG}text") if node.get("class") == "number"]
    assert numbers == ["1", "2"]


def test_the_table_says_who_when_and_how_much(make, video) -> None:
    tree = html5lib.parse(page(make, video), namespaceHTMLElements=False)
    table = next(node for node in tree.iter("table") if node.get("class") == "people")
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in table.find("tbody")]
    assert rows == [["2", "", "0:00.00 – 0:09.00", "4", "3.5"], ["1", "", "0:00.00 – 0:09.00", "4", "-1.5"]]


def test_lines_differ_by_dash_and_colours_do_not_alarm(make, video) -> None:
    style = re.search(r"<style>(.*?)</style>", page(make, video), re.S)[1]
    dashes = re.findall(r"\.k(\d) polyline[^{]*\{ stroke-dasharray: ([\d ]+)", style)
    assert len({dash for _, dash in dashes}) == len(dashes) == KINDS - 1
    colours = re.findall(r"\.k\d \{ --kind: var\(--([a-z]+)\)", style)
    assert len(set(colours)) == KINDS
    assert not {"strong", "some", "signed"} & set(colours)


def test_the_terminal_has_one_line_for_each_person(make, video) -> None:
    stream = io.BytesIO()
    with open_report("text", stream, make.run_record(), ReportOptions(width=120)) as sink:
        sink.write(video, {})
        sink.close(make.run_record())
    text = stream.getvalue().decode()
    assert "Face 1: seen from 0:00.00 to 0:09.00, read in 4 frames, score -1.5 (raw logit)" in text
    assert text.count("raw logit") == 2
