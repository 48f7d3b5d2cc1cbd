"""What is written on the pictures, word by word, and where."""

import numpy as np
import pytest

from fakeprint.media.annotate import dfspot_style, own_style
from fakeprint.media.annotate.canvas import RgbCanvas
from fakeprint.media.annotate.dfspot_style import GREEN, RED, DfspotStyle
from fakeprint.media.annotate.moment import Moment, ShownFace
from fakeprint.media.annotate.own_style import OwnStyle
from fakeprint.media.annotate.plan import FacePath, Plan, SeenFace, Style

BOX = (200.0, 200.0, 300.0, 300.0)
Written = list[tuple[str, int, int, tuple[int, int, int], float, int]]


def plan(*models: str, style: Style = Style.OWN, **more: object) -> Plan:
    face = SeenFace(time_s=0.0, box=BOX, scores=(0.0,) * len(models))
    fields = {"paths": (FacePath(name="Face 1", faces=(face,)),), "looked_at": (0.0,), **more}
    return Plan(media_sha256="0" * 64, style=style, models=models, **fields)


def moment(
    *scores: float | None, box: tuple[float, float, float, float] = BOX, since: float | None = None, looked_at: bool = True
) -> Moment:
    faces = (ShownFace(0, "Face 1", box, scores, since),) if scores else ()
    return Moment(1.5, looked_at, faces)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The lines of every panel of our own style."""
    told: list[list[str]] = []
    original = own_style.panel

    def note(given: tuple, *rest: int) -> object:
        told.append([line.text for line in given])
        return original(given, *rest)

    monkeypatch.setattr(own_style, "panel", note)
    return told


def test_own_style_names_the_face_and_every_model(lines: list[list[str]]) -> None:
    OwnStyle(plan("a", "b", "c", headline="Inconclusive")).draw(RgbCanvas(np.zeros((480, 640, 3), np.uint8)), moment(1.5, -0.5, None))
    assert lines == [
        ["Face 1", "a: logit +1.50", "b: logit -0.50", "c: not read", "mean of 2: logit +0.50"],
        ["Inconclusive", "1.50 s: this frame was looked at"],
    ]


def test_own_style_says_when_a_score_is_held(lines: list[list[str]]) -> None:
    OwnStyle(plan("a")).draw(RgbCanvas(np.zeros((480, 640, 3), np.uint8)), moment(1.5, since=1.25, looked_at=False))
    assert lines == [
        ["Face 1", "a: logit +1.50", "read at 1.25 s"],
        ["1.50 s: not looked at; boxes lie between frames that were"],
    ]


@pytest.mark.parametrize(
    ("paths", "looked_at", "expected"),
    [
        (True, True, ["1.50 s: looked at; no usable face"]),
        (True, False, ["1.50 s: not looked at"]),
        (False, True, ["No usable face; frames looked at: 1", "1.50 s: looked at; no usable face"]),
    ],
)
def test_own_style_without_a_face(lines: list[list[str]], paths: bool, looked_at: bool, expected: list[str]) -> None:
    drawn = plan("a") if paths else plan("a", paths=())
    OwnStyle(drawn).draw(RgbCanvas(np.zeros((480, 640, 3), np.uint8)), moment(looked_at=looked_at))
    assert lines == [expected]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    told: Written = []

    def note(_canvas: object, text: str, x: int, y: int, colour: tuple[int, int, int], scale: float = 0.75, thickness: int = 2) -> None:
        told.append((text, x, y, colour, scale, thickness))

    monkeypatch.setattr(dfspot_style, "_write", note)
    return told


def logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def test_dfspot_style_has_the_places_of_the_original(written: Written) -> None:
    pixels = np.zeros((480, 640, 3), np.uint8)
    style = DfspotStyle(plan("V2", "V2ST", "ViT", "ViTST", style=Style.DFSPOT))
    style.draw(RgbCanvas(pixels), moment(*map(logit, (0.9, 0.1, 0.25, 0.30009))))
    pitch = 480 // 5 - 10
    assert written == [
        ("Fake:0.3875", 180, 145, RED, 0.75, 2),
        ("Fake Frames 1", 320 + 106, 240 + 60, RED, 0.75, 2),
        ("Real Frames 0", 320 + 106, 240 + 32, GREEN, 0.75, 2),
        ("Model", 20, pitch, GREEN, 1.0, 3),
        ("Score", 130, pitch, GREEN, 1.0, 3),
        ("V2", 20, 2 * pitch, GREEN, 1.0, 3),
        ("0.9000", 130, 2 * pitch, RED, 1.0, 3),
        ("V2ST", 20, 3 * pitch, GREEN, 1.0, 3),
        ("0.1000", 130, 3 * pitch, GREEN, 1.0, 3),
        ("ViT", 20, 4 * pitch, GREEN, 1.0, 3),
        ("0.2500", 130, 4 * pitch, GREEN, 1.0, 3),
        ("ViTST", 20, 5 * pitch, GREEN, 1.0, 3),
        ("0.3000", 130, 5 * pitch, RED, 1.0, 3),
    ]
    assert pixels[240, 180].tolist() == list(RED)
    assert pixels[160, 240].tolist() == list(RED)


def test_dfspot_style_counts_frames_and_keeps_no_box(written: Written) -> None:
    style = DfspotStyle(plan("V2", style=Style.DFSPOT))
    pixels = np.zeros((480, 640, 3), np.uint8)
    for scores in ((logit(0.3000001),), (logit(0.29),), (), (logit(0.00001),)):
        pixels[:] = 0
        style.draw(RgbCanvas(pixels), moment(*scores))
        assert bool(pixels.any()) == bool(scores)
    counts = [text for text, *_ in written if "Frames" in text]
    assert counts == [
        *("Fake Frames 1", "Real Frames 0"),
        *("Fake Frames 1", "Real Frames 1"),
        *("Fake Frames 1", "Real Frames 1"),
        *("Fake Frames 1", "Real Frames 2"),
    ]
    assert [text for text, *_ in written if ":" in text] == ["Fake:0.3000", "Real:0.2900", "Real:0"]
    assert [text for text, *_ in written].count("No Face") == 1


def test_dfspot_style_writes_below_the_edge(written: Written) -> None:
    DfspotStyle(plan("V2", style=Style.DFSPOT)).draw(
        RgbCanvas(np.zeros((480, 640, 3), np.uint8)), moment(0.0, box=(50.0, 20.0, 90.0, 60.0))
    )
    assert written[0][:3] == ("Fake:0.5000", 42, 19)


def test_dfspot_style_takes_the_largest_face() -> None:
    faces = tuple(
        ShownFace(n, f"Face {n}", (0.0, 0.0, side, side), (1.0,), since)
        for n, side, since in ((1, 9.0, None), (2, 11.0, None), (3, 99.0, 0.5))
    )
    found = dfspot_style.compared_face(Moment(0.0, True, faces))
    assert found is not None
    assert found.name == "Face 2"


@pytest.mark.parametrize("models", [1, 4, 30])
@pytest.mark.parametrize("size", [(2, 2), (40, 30), (640, 480)])
def test_any_size_can_be_drawn_on(models: int, size: tuple[int, int]) -> None:
    names = tuple(f"model-{n}" for n in range(models))
    for style in (OwnStyle(plan(*names, headline="x" * 200)), DfspotStyle(plan(*names, style=Style.DFSPOT))):
        style.draw(RgbCanvas(np.zeros((size[1], size[0], 3), np.uint8)), moment(*[0.5] * models))
