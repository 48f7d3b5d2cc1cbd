"""Survey, findings and matching on pictures that lie on disk, through the sandbox."""

from collections import Counter
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from fakeprint.core.errors import ErrorCode, UsageError
from fakeprint.core.sample import Label, Sample, Split
from fakeprint.suites.container_audit import AuditRows, audit
from fakeprint.suites.file_findings import FindingKind, find_problems
from fakeprint.suites.file_survey import Surveyed, SurveySetup, survey
from fakeprint.suites.format_match import MatchConfig, match, targets_of, window_of
from fakeprint.transforms.replay import replay

SIDE = 96


def pixels(number: int) -> np.ndarray:
    rng = np.random.default_rng(number)
    coarse = Image.fromarray(rng.integers(0, 256, (7, 7, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((SIDE + number % 9, SIDE + number % 5), Image.Resampling.BICUBIC), np.int16)
    return np.clip(smooth + rng.integers(-3, 4, smooth.shape), 0, 255).astype(np.uint8)


def put(root: Path, number: int, label: Label, **more: object) -> Sample:
    positive = label.positive
    name = f"{'generated' if positive else 'photo'}-{number}.{'png' if positive else 'jpg'}"
    picture = Image.fromarray(pixels(number))
    if positive:
        picture.save(root / name)
    else:
        picture.save(root / name, quality=[96, 90, 75][number // 2 % 3], subsampling=[0, 2][number // 2 % 2])
    values = {"id": f"s{number}", "path": name, "label": label, "split": Split.TEST, "group": f"g{number // 2}", "source": "made"}
    return Sample.model_validate({**values, **more})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("set")


@pytest.fixture(scope="module")
def samples(folder: Path) -> list[Sample]:
    return [put(folder, number, Label.SYNTHETIC if number % 2 else Label.AUTHENTIC, group=f"g{number}") for number in range(120)]


@pytest.fixture(scope="module")
def surveyed(samples: list[Sample], folder: Path) -> dict[str, Surveyed]:
    return {one.sample_id: one for one in survey(samples, folder, SurveySetup(pixels=True), jobs=1)}


def audited(samples: list[Sample], surveyed: dict[str, Surveyed]) -> float:
    facts = [surveyed[one.id].facts for one in samples]
    found = audit(
        AuditRows([one for one in facts if one], [one.label.positive for one in samples], [one.group for one in samples]),
        name="set",
        source="files",
    )
    assert found.auroc is not None
    return found.auroc


def test_matching_takes_the_leak_away_and_can_be_replayed(
    samples: list[Sample], surveyed: dict[str, Surveyed], folder: Path, tmp_path: Path
) -> None:
    assert audited(samples, surveyed) > 0.99
    matched, report = match(samples, folder, tmp_path, surveyed, MatchConfig(), jobs=1)
    assert report.window == SIDE
    assert report.written == {"authentic": 60, "synthetic": 60}
    after = {one.sample_id: one for one in survey(matched, tmp_path, SurveySetup(pixels=True), jobs=1)}
    assert audited(matched, after) < 0.62  # 120 files; docs/audit.md has the figure of a large set
    assert {(one.facts.width, one.facts.height) for one in after.values() if one.facts} == {(SIDE, SIDE)}
    shares = [Counter(after[one.id].facts.quality for one in matched if one.label.positive == label) for label in (0, 1)]  # type: ignore[union-attr]
    assert set(shares[0]) <= {96, 90, 75}
    assert min(shares[1].values()) > 8
    assert len({Path(one.path).stem for one in matched}) == 120
    assert not {"generated", "photo"} & {Path(one.path).stem.split("-")[0] for one in matched}
    assert [step.name for step in matched[0].history] == ["crop", "jpeg"]
    assert [step.name for step in matched[1].history] == ["jpeg", "crop", "jpeg"]
    for one, original in list(zip(matched, samples, strict=True))[:12]:
        with Image.open(folder / original.path) as picture, Image.open(tmp_path / one.path) as written:
            assert np.array_equal(replay(np.asarray(picture.convert("RGB")), one.history), np.asarray(written))
            assert not written.getexif()
        assert after[one.id].media == one.media
    again, _ = match(samples[::-1], folder, tmp_path / "again", surveyed, MatchConfig(), jobs=1)
    assert {one.id: one.sha256 for one in again} == {one.id: one.sha256 for one in matched}


def test_pairs_are_stored_as_their_authentic_file(
    samples: list[Sample], surveyed: dict[str, Surveyed], folder: Path, tmp_path: Path
) -> None:
    pairs = [one.model_copy(update={"group": f"g{number // 2}"}) for number, one in enumerate(samples[:16])]
    matched, _ = match(pairs, folder, tmp_path, surveyed, MatchConfig(pairs=True, balance_bytes=False), jobs=1)
    for one, other in zip(matched[::2], matched[1::2], strict=True):
        quality = surveyed[one.id].facts.quality  # type: ignore[union-attr]
        assert one.history[-1].parameters["quality"] == other.history[-1].parameters["quality"] == quality
        assert one.history[-1].parameters["subsampling"] == other.history[-1].parameters["subsampling"]


def test_fixed_laws_windows_and_what_is_left_out(
    samples: list[Sample], surveyed: dict[str, Surveyed], folder: Path, tmp_path: Path
) -> None:
    lost = samples[0].model_copy(update={"id": "lost", "path": "absent.jpg"})
    known = {**surveyed, "lost": next(survey([lost], folder, SurveySetup(), jobs=1))}
    matched, report = match([lost, *samples], folder, tmp_path, known, MatchConfig(law="png", window=98, balance_bytes=True), jobs=1)
    assert {Path(one.path).suffix for one in matched} == {".png"}
    assert report.left_out["not a readable picture: authentic"] == 1
    assert sum(report.left_out.values()) + len(matched) == 121
    assert report.left_out["smaller than the window: authentic"] > 5
    counts = Counter(one.label for one in matched)
    assert counts[Label.AUTHENTIC] == counts[Label.SYNTHETIC]
    assert len(list((tmp_path / "files").iterdir())) == len(matched)


def test_refusals(samples: list[Sample], surveyed: dict[str, Surveyed]) -> None:
    with pytest.raises(UsageError, match="both classes"):
        window_of([one for one in samples if one.label is Label.SYNTHETIC], surveyed, 0.9)
    with pytest.raises(UsageError, match="label 0"):
        targets_of([one for one in samples if one.label is Label.SYNTHETIC], surveyed, "authentic")
    with pytest.raises(UsageError, match="a law is"):
        targets_of(samples, surveyed, "tiff")
    for wrong in ({"law": "jpeg"}, {"keep": 0}, {"window": 0}):
        with pytest.raises(ValueError, match="validation error"):
            MatchConfig.model_validate(wrong)


def declared(text: str) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("parameters", text)
    buffer = BytesIO()
    Image.fromarray(pixels(300)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def test_problems_of_files_are_found(folder: Path) -> None:
    good = [put(folder, number, Label.SYNTHETIC if number % 2 else Label.AUTHENTIC) for number in range(200, 204)]

    def other(number: int, name: str, data: bytes, label: Label = Label.AUTHENTIC, **more: object) -> Sample:
        (folder / name).write_bytes(data)
        values = {"id": f"x{number}", "path": name, "label": label, "split": Split.TEST, "group": f"x{number}", "source": "made"}
        return Sample.model_validate({**values, **more})

    photo = (folder / good[0].path).read_bytes()
    with Image.open(folder / good[2].path) as picture:
        smaller = BytesIO()
        picture.resize((80, 80)).save(smaller, "JPEG", quality=60)
    bad = [
        good[0].model_copy(update={"id": "gone", "path": "gone.jpg"}),
        other(1, "cut.jpg", photo[: len(photo) // 2]),
        other(2, "text.jpg", b"<html>not found</html>" * 20),
        other(3, "changed.jpg", (folder / good[2].path).read_bytes()[:-2] + b"\x00\x00\xff\xd9", sha256="0" * 64),
        other(4, "really-a.png", photo),
        other(5, "copy.jpg", photo, Label.SYNTHETIC),
        other(6, "near.jpg", smaller.getvalue(), Label.SYNTHETIC),
        other(
            7, "declared.png", declared("a boat\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 96x96")
        ),
    ]
    everything = [*good, *bad]
    found = {one.sample_id: one for one in survey(everything, folder, SurveySetup(pixels=True, declared=True), jobs=1)}
    problems = find_problems(everything, found)
    kinds = {(one.kind, frozenset(one.ids)) for one in problems}
    assert found["gone"].error is not None
    assert found["gone"].error.code is ErrorCode.E_NOT_FOUND
    assert (FindingKind.MISSING, frozenset({"gone"})) in kinds
    assert {frozenset({"x1"}), frozenset({"x2"})} <= {ids for kind, ids in kinds if kind is FindingKind.DAMAGED}
    assert (FindingKind.CHANGED, frozenset({"x3"})) in kinds
    assert (FindingKind.WRONG_ENDING, frozenset({"x4"})) in kinds
    assert (FindingKind.LABEL_CONFLICT, frozenset({"s200", "x4", "x5"})) in kinds
    assert any(kind is FindingKind.NEAR_LABEL_CONFLICT and {"s202", "x6"} <= ids for kind, ids in kinds)
    assert (FindingKind.DECLARED_SYNTHETIC, frozenset({"x7"})) in kinds
    named = {sample_id for one in problems for sample_id in one.ids}
    assert not {"s201", "s203"} & named


def test_flat_pictures_have_no_hash_and_profiles_are_applied(folder: Path, tmp_path: Path) -> None:
    flat = Image.new("RGB", (90, 90), (200, 10, 10))
    flat.save(folder / "flat.png")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(pixels(400)).save(folder / "profile.png", icc_profile=profile)
    Image.fromarray(pixels(401)).save(folder / "broken.png", icc_profile=b"no profile at all")
    Image.fromarray(pixels(402)).save(folder / "photo.jpg", quality=90)
    names = ["flat.png", "profile.png", "broken.png", "photo.jpg"]
    given = [
        Sample(
            id=name,
            path=name,
            label=Label.AUTHENTIC if name == "photo.jpg" else Label.SYNTHETIC,
            split=Split.TEST,
            group=name,
            source="made",
        )
        for name in names
    ]
    found = {one.sample_id: one for one in survey(given, folder, SurveySetup(pixels=True), jobs=1)}
    assert found["flat.png"].phash is None
    assert found["flat.png"].error is None
    assert found["photo.jpg"].phash is not None
    matched, report = match(given, folder, tmp_path, found, MatchConfig(law="jpeg90", window=64), jobs=1)
    assert len(matched) == 4
    assert report.notes and "could not be applied" in next(iter(report.notes))  # noqa: PT018
