"""Distilling a face finder: learns, resumes exactly, exports what it computes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

torch = pytest.importorskip("torch")

from safetensors.torch import load_file, save_file  # noqa: E402

from fakeprint.core.errors import ArtifactError, UsageError  # noqa: E402
from fakeprint.detectors.artifact import load_artifact  # noqa: E402
from fakeprint.detectors.face_finder import FaceFinder  # noqa: E402
from fakeprint.learn import face_distil  # noqa: E402
from fakeprint.learn.blazeface import BackNet, FrontNet  # noqa: E402
from fakeprint.learn.face_distil import distil, losses, normalised  # noqa: E402
from fakeprint.learn.face_eval import compared  # noqa: E402
from fakeprint.learn.face_export import trained, write_card  # noqa: E402
from fakeprint.learn.face_graph import graph_of, halved, rounded, write_graph  # noqa: E402
from fakeprint.learn.face_recipe import FaceRecipe, read_face_recipe  # noqa: E402
from fakeprint.learn.face_scenes import FaceScenes  # noqa: E402
from fakeprint.media.faces import Face  # noqa: E402

RECIPE = Path(__file__).parents[2] / "recipes" / "face-finder.yaml"
quiet = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def images(count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(count)
    return normalised(torch.randint(0, 256, (count, 3, 256, 256), dtype=torch.uint8, generator=generator))


def test_losses_vanish_for_a_twin_and_nowhere_else() -> None:
    torch.manual_seed(2)
    theirs = torch.randn(2, 896, 17) * 20
    assert [one.item() for one in losses(theirs, theirs)] == pytest.approx([0, 0], abs=1e-5)
    assert all(one.item() > 0 for one in losses(theirs + 1, theirs))
    theirs[..., 16] = -20
    assert losses(theirs * 2, theirs)[1].item() == 0  # no face, no place


def test_a_student_learns_at_the_pace_of_its_weights() -> None:
    """A step moves every tensor by a part of its own usual size, large and small ones alike."""
    torch.manual_seed(5)
    network, teacher = FrontNet(), FrontNet().eval()
    with torch.no_grad():
        network.backbone1[0].weight *= 100
        network.backbone1[0].bias *= 0.01
        wanted = teacher(face_distil.halved(images(2)))
        wanted[:, 100:110, 16] = 4.0
    before = {name: one.detach().clone() for name, one in network.named_parameters()}
    optimiser = torch.optim.Adam(face_distil._groups(network), betas=(0.9, 0.99))
    seen = []
    for step in range(8):
        score, place = losses(network(face_distil.halved(images(2))), wanted)
        for group in optimiser.param_groups:
            group["lr"] = 0.02 * group["usual"]
        optimiser.zero_grad()
        (score + place).backward()
        optimiser.step()
        seen.append(score.item())
        if step == 0:
            usual = {name: one.square().mean().sqrt() for name, one in before.items()}
            moved = {name: float((one.detach() - before[name]).abs().max() / usual[name]) for name, one in network.named_parameters()}
    assert seen[-1] < 0.6 * seen[0]
    assert max(moved.values()) == pytest.approx(0.02, rel=0.01)
    assert moved["backbone1.0.weight"] == pytest.approx(moved["classifier_8.weight"], rel=0.05)


def test_scenes_depend_on_seed_and_index_alone(folder: Path) -> None:
    faces = sorted((folder / "face").glob("*.png"))
    first = FaceScenes(faces, faces, size=96, seed=1)
    again = FaceScenes(faces, faces, size=96, seed=1)
    for index in (7, 3, 11):
        assert torch.equal(first[index], again[index])
        assert first[index].dtype == torch.uint8
    assert not torch.equal(first[3], FaceScenes(faces, faces, size=96, seed=2)[3])
    assert all(first[index].shape == (3, 96, 96) for index in range(60))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four noise pictures, a manifest and a teacher that knows nothing."""
    data = tmp_path_factory.mktemp("data")
    (data / "face").mkdir()
    (data / "teacher").mkdir()
    lines = ["path,task,label,split,source,licence"]
    for number in range(4):
        pixels = np.random.default_rng(number).integers(0, 256, (64 + 8 * number, 64, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(data / "face" / f"{number}.png")
        lines += [f"face/{number}.png,{task},real,train,noise,none needed" for task in ("face", "scene")[number % 2 :][:1]]
    (data / "manifest.csv").write_text("\n".join(lines) + "\n")
    torch.manual_seed(3)
    save_file(BackNet().state_dict(), data / "teacher" / "blazefaceback.safetensors")
    save_file(FrontNet().state_dict(), data / "teacher" / "blazeface.safetensors")
    return data


@pytest.fixture(scope="module", autouse=True)
def blank_teacher() -> Iterator[None]:
    """Stand in for the exported teacher, whose export takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_distil, "_teacher", lambda _: lambda batch: torch.zeros(len(batch), 896, 17))
        yield


def recipe(**changes: object) -> FaceRecipe:
    content = read_face_recipe(RECIPE).model_dump() | {"batch": 2, "save_every": 1}
    content["stages"] = [{"steps": 2, "rate": 0.01, "pasted": 0.9}, {"steps": 2, "rate": 0.01, "pasted": 0.1}]
    content["data"] = content["data"] | {"faces": ("face",), "scenes": ("scene",)}
    return FaceRecipe.model_validate(content | changes)


class Ended(Exception):
    pass


@quiet
def test_a_run_that_was_ended_gives_the_same_weights(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = distil(recipe(), folder, tmp_path / "whole").state_dict()
    shown = FaceScenes.__getitem__

    def ends(self: FaceScenes, index: int) -> torch.Tensor:
        if index == 5:
            raise Ended
        return shown(self, index)

    with monkeypatch.context() as patch:
        patch.setattr(FaceScenes, "__getitem__", ends)
        with pytest.raises(Ended):
            distil(recipe(), folder, tmp_path / "ended")
    with pytest.raises(UsageError, match="no finished run"):
        trained(recipe(), folder, tmp_path / "ended")
    resumed = distil(recipe(), folder, tmp_path / "ended").state_dict()
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)
    with pytest.raises(UsageError, match="other training settings"):
        distil(recipe(seed=99), folder, tmp_path / "ended")
    assert recipe(min_score=0.5).training_key() == recipe().training_key()


@quiet
def test_export_is_a_face_finder(folder: Path, tmp_path: Path) -> None:
    torch.manual_seed(4)
    network = rounded(FrontNet())
    whole = graph_of(network, size=128)
    graph = halved(whole)
    assert len(graph) < 0.7 * len(whole)
    assert write_graph(graph, network, tmp_path / "model.onnx", size=128) <= 1e-4
    with pytest.raises(ArtifactError, match="differs from PyTorch"):
        write_graph(graph, FrontNet().eval(), tmp_path / "refused.onnx", size=128)
    assert not (tmp_path / "refused.onnx").exists()
    card = write_card(recipe(), network, folder, tmp_path)
    assert card.parameters == sum(one.numel() for one in network.parameters())
    assert [one.name for one in card.sources[2:]] == ["noise"]
    finder = FaceFinder(load_artifact(tmp_path))
    for one in finder.find(np.zeros((300, 200, 3), np.uint8)):
        assert np.isfinite(one.box).all()
    (tmp_path / "model.onnx").write_bytes(b"changed")
    with pytest.raises(ArtifactError):
        load_artifact(tmp_path)


def test_without_stages_the_finder_is_where_it_would_start(folder: Path, tmp_path: Path) -> None:
    untrained = recipe(stages=[])
    network = trained(untrained, folder, tmp_path / "none")
    published = load_file(folder / "teacher" / "blazeface.safetensors")
    assert all(torch.equal(one, published[name]) for name, one in network.state_dict().items())
    (tmp_path / "model.onnx").write_bytes(b"graph")
    card = write_card(untrained, network, folder, tmp_path)
    assert len(card.sources) == 1
    assert (card.input.crop.again, card.input.crop.min_first) == (untrained.again, untrained.min_first)  # type: ignore[union-attr]


def test_recipes_are_read_strictly(tmp_path: Path) -> None:
    content = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(content | {"stepps": 3}), encoding="utf-8")
    with pytest.raises(UsageError, match="stepps"):
        read_face_recipe(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(UsageError, match="not YAML"):
        read_face_recipe(tmp_path / "b.yaml")


def test_comparison_uses_each_box_once() -> None:
    def face(left: float) -> Face:
        return Face((left, 0.0, left + 10, 10.0), 0.9, np.zeros((6, 2), np.float32))

    assert compared((face(0), face(1)), (face(0),)) == (1, 1)
    assert compared((face(1),), (face(0), face(2))) == (1, 0)
    assert compared((), (face(0),)) == (0, 0)
    assert compared((face(0), face(50)), ()) == (0, 2)
    assert compared((face(0), face(20)), (face(1), face(21), face(60))) == (2, 0)
