"""``fakeprint dfspot``: every option of the original, its rules, and messages before anything is loaded."""

import json
from pathlib import Path

import pytest

from fakeprint.cli.dfspot_models import find_members
from fakeprint.cli.dfspot_options import Options, parse_options
from fakeprint.cli.dfspot_run import choose_inputs
from fakeprint.core.errors import UsageError
from fakeprint.detectors.artifact import shipped_folder


def options(folder: Path, *more: str, models: tuple[str, ...] = ("face-swap",)) -> Options:
    return parse_options(["--data_dir", str(folder), "--dataset", "ffpp", "--model", *models, *more])


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    for name in ("b.mp4", "a.MKV", "c.avi", "d.wmv", "x.png", "y.JPG", "z.jpeg", "note.txt", "clip.webm", "deep/e.mp4"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\x01broken")
    return folder


def artifact(folder: Path, name: str, architecture: str = "net") -> Path:
    """Copy the shipped face-swap artifact under another name."""
    source = shipped_folder() / "face-swap"
    folder.mkdir(parents=True)
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    card = json.loads((source / "card.json").read_bytes())
    (folder / "card.json").write_text(json.dumps(card | {"name": name, "architecture": architecture}))
    return folder


def names(found: tuple) -> list[str]:
    return [one.path.name for one in found]


def test_all_options_of_the_original_are_taken() -> None:
    call = (
        "--media_type video --data_dir clips/ --dataset dfdc --model TimmV2 TimmV2ST ViT ViTST --model_dir models/ --blazeface_dir "
        "blazeface/ --face_policy scale --face_size 224 --fpv 16 --device 0 --n 2 --annotate True --output_dir output/ --video_id 0 1"
    )
    found = parse_options(call.split())
    assert (found.media_type, found.dataset, found.fpv, found.n) == ("video", "dfdc", 16, 2)
    assert found.model == ("TimmV2", "TimmV2ST", "ViT", "ViTST")
    assert (found.annotate, found.video_id, found.output_dir) == (True, (0, 1), Path("output"))


@pytest.mark.parametrize(("given", "expected"), [((), False), (("--annotate",), True), (("--annotate", "False"), False)])
def test_annotate_is_a_flag_or_a_word(tmp_path: Path, given: tuple[str, ...], expected: bool) -> None:
    assert options(tmp_path, *given).annotate is expected


def test_model_names_and_defaults(tmp_path: Path) -> None:
    found = options(tmp_path, models=("timmv2st", "VIT", "face-swap"))
    assert found.model == ("TimmV2ST", "ViT", "face-swap")
    assert (found.threshold, found.faces, found.format, found.n, found.video_id) == (0.3, "best", "csv", None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--annotate", "yes"),
        ("--face_policy", "wide"),
        ("--fpv", "0"),
        ("--threshold", "1.5"),
        ("--media_type", "audio"),
        ("--dataset", "celebdf"),
        ("--faces", "most"),
        ("--nonsense",),
        ("--video_id", "one"),
    ],
)
def test_wrong_options_end_with_2(tmp_path: Path, wrong: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        options(tmp_path, *wrong)
    assert ended.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_files_are_chosen_by_ending_and_sorted(media: Path) -> None:
    assert names(choose_inputs(options(media))) == ["a.MKV", "b.mp4", "c.avi", "d.wmv", "x.png", "y.JPG", "z.jpeg"]
    assert names(choose_inputs(options(media, "--media_type", "image"))) == ["x.png", "y.JPG", "z.jpeg"]
    assert names(choose_inputs(options(media, "--media_type", "video", "--recursive"))) == ["a.MKV", "b.mp4", "c.avi", "d.wmv", "e.mp4"]
    assert names(choose_inputs(options(media / "b.mp4"))) == ["b.mp4"]
    assert names(choose_inputs(parse_options(["--data_dir", f"{media}/*.mp4", "--dataset", "ffpp", "--model", "vit"]))) == ["b.mp4"]


def test_a_slash_at_the_end_changes_nothing(media: Path) -> None:
    with_slash = parse_options(["--data_dir", f"{media}/", "--dataset", "ffpp", "--model", "vit"])
    assert names(choose_inputs(with_slash)) == names(choose_inputs(options(media)))


def test_positions(media: Path) -> None:
    video = ("--media_type", "video")
    assert names(choose_inputs(options(media, *video, "--video_id", "2", "0", "2"))) == ["c.avi", "a.MKV"]
    assert names(choose_inputs(options(media, *video, "--n", "3"))) == ["a.MKV", "b.mp4", "c.avi"]
    assert names(choose_inputs(options(media, *video, "--n", "1", "--video_id", "0", "1"))) == ["a.MKV", "b.mp4"]
    for wrong in ("4", "-1"):
        with pytest.raises(UsageError, match="there are 4 videos"):
            choose_inputs(options(media, *video, f"--video_id={wrong}"))
    with pytest.raises(UsageError, match="no such file"):
        choose_inputs(options(media / "missing"))


def test_models_are_found_by_card_and_set_of_weights(media: Path, tmp_path: Path) -> None:
    root = tmp_path / "models"
    artifact(root / "ffpp" / "dfspot-v2", "dfspot-v2")
    artifact(root / "dfdc" / "dfspot-v2", "dfspot-v2")
    artifact(root / "mine", "dfspot-vit", "network, weights from ffpp_vit.pth")
    artifact(root / "other", "dfspot-v2st", "network, weights from celeb_v2st.pth")
    artifact(root / "own" / "thing", "my-model")
    found = find_members(options(media, "--model_dir", str(root), models=("TimmV2", "ViT", "TimmV2ST", "my-model", "face-swap")))
    assert found.models == (("dfspot-v2", "TimmV2"), ("dfspot-vit", "ViT"), ("my-model", "my-model"), ("face-swap", "face-swap"))
    assert [Path(one).relative_to(root).as_posix() for one in found.folders] == ["ffpp/dfspot-v2", "mine", "own/thing"]
    assert (found.shipped, found.absent) == (("face-swap",), ("TimmV2ST",))


def test_two_artifacts_for_one_name_are_refused(media: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        artifact(tmp_path / "ffpp" / name, "dfspot-v2")
    with pytest.raises(UsageError, match="could be"):
        find_members(options(media, "--model_dir", str(tmp_path), models=("TimmV2",)))


@pytest.mark.parametrize(("given", "what"), [(("--face_size", "380"), "faces of"), (("--face_policy", "tight"), "was made for")])
def test_models_are_not_run_by_other_rules_than_their_own(media: Path, given: tuple[str, ...], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        find_members(options(media, *given))


def test_missing_weights_name_files_and_places(media: Path, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "ffpp_vitst.pth").write_bytes(b"weights")
    with pytest.raises(UsageError) as told:
        find_members(options(media, "--model_dir", str(tmp_path), models=("TimmV2", "ViTST", "nothing")))
    text = str(told.value)
    assert "ffpp_v2.pth" in text
    assert str(tmp_path / "ffpp" / "dfspot-v2" / "card.json") in text
    assert f"found {tmp_path / 'old' / 'ffpp_vitst.pth'}" in text
    assert "--recipe recipes/dfspot-vitst.yaml" in text
    assert "nothing: no shipped artifact" in text


def test_the_whole_command(fakeprint, media: Path, tmp_path: Path) -> None:
    out = tmp_path / "made" / "here"
    arguments = ("dfspot", "--data_dir", media, "--dataset", "ffpp", "--model", "face-swap", "ViT", "--model_dir", tmp_path)
    done = fakeprint(*arguments, "--video_id", "0", "--annotate", "--output_dir", out, "--n", "2")
    assert done.returncode == 3
    message = done.stderr.decode()
    assert "no weights for ViT" in message
    assert "--n has no effect" in message
    assert "a.MKV: not scored" in message
    rows = (out / "predictions.csv").read_text().splitlines()
    assert rows[0].startswith(",video_path,prediction,score,label_threshold,face-swap,")
    assert len(rows) == 2
    assert json.loads((out / "img_predictions.json").read_text()) == {}
    full = json.loads((out / "img_predictions.full.json").read_text())
    assert {one["status"] for one in full} == {"failed"}
    again = fakeprint(*arguments, "--output_dir", out)
    assert again.returncode == 2
    assert b"already" in again.stderr


def test_errors_come_before_models_are_loaded(fakeprint, media: Path) -> None:
    done = fakeprint("dfspot", "--data_dir", media, "--dataset", "ffpp", "--model", "face-swap", "--video_id", "9")
    assert done.returncode == 2
    assert done.stderr.decode() == "fakeprint: --video_id 9: there are 4 videos, numbered from 0\n"
    assert fakeprint("dfspot", "--help").stdout.startswith(b"usage: fakeprint dfspot")
    empty = media / "deep" / "none"
    empty.mkdir()
    assert fakeprint("dfspot", "--data_dir", empty, "--dataset", "ffpp", "--model", "face-swap").returncode == 5
