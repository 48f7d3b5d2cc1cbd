"""It learns: labels by heart, unaltered faces redrawn better than altered ones.  And the whole way from a recipe to a scan."""

import json
from pathlib import Path
from runpy import run_path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional
from typer.testing import CliRunner

from fakeprint.cli.main import app
from fakeprint.learn.recce.losses import reconstruction_loss
from fakeprint.learn.recce.network import RecceNet
from fakeprint.learn.recipe import NetworkMember, read_recipe
from fakeprint.train import train
from fakeprint.transforms.law import Law

ROOT = Path(__file__).parents[3]
RECIPE = ROOT / "recipes" / "recce-smoke.yaml"
FLOOD = 0.04


def faces(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Smooth pictures; every second one, labelled 1, has a patch of fine stripes."""
    torch.manual_seed(0)
    images = functional.interpolate(torch.rand(count, 3, 4, 4), size=64, mode="bicubic").clamp(0, 1)
    stripes = (torch.arange(64) // 2 % 2).float().expand(64, 64)
    images[1::2, :, 16:48, 16:48] = stripes[16:48, 16:48] * 0.8 + 0.1
    return images, torch.arange(count) % 2


def test_learns_sixteen_faces_and_redraws_the_unaltered_ones(tiny: tuple[int, ...]) -> None:
    images, labels = faces(16)
    settings = {"name": "recce", "front": "recce", "channels": tiny, "smoothing": 0.0, "steps": 1, "batch": 16, "rate": 1e-3}
    member = NetworkMember.model_validate(settings)
    network = RecceNet(tiny, 0.0).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=4e-3)
    first = None
    for _ in range(200):
        outputs = network(images)
        redrawn = float(reconstruction_loss(outputs.reconstruction.detach(), images, labels))
        first = redrawn if first is None else first
        classified = float(functional.binary_cross_entropy_with_logits(outputs.logit.detach(), labels.float()))
        if abs(classified - FLOOD) + FLOOD < FLOOD + 0.02 and redrawn < 0.75 * first:
            break
        optimiser.zero_grad()
        network.loss(outputs, images, labels, member).backward()
        optimiser.step()
    assert abs(classified - FLOOD) < 0.02
    assert redrawn < 0.75 * first
    residual = outputs.residual.detach().mean((1, 2, 3))
    assert float(residual[labels == 0].mean()) < 0.8 * float(residual[labels == 1].mean())


@pytest.fixture(scope="module")
def trained(small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = train(RECIPE, data=small_set, output=tmp_path_factory.mktemp("whole"), device="cpu", tell=lambda _: None)
    assert folder is not None
    return folder


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_a_stopped_run_goes_on_to_the_same_weights(small_set: Path, tmp_path: Path) -> None:
    held = []
    for name, stops in (("once", (5,)), ("twice", (2, 3))):
        for stop in stops:
            assert train(RECIPE, data=small_set, output=tmp_path / name, device="cpu", stop_after=stop, tell=lambda _: None) is None
        held.append(torch.load(tmp_path / name / "recce-smoke.run" / "recce" / "checkpoint.pt", weights_only=True))
    assert held[0]["progress"]["step"] == held[1]["progress"]["step"] == 5
    for part in ("network", "average"):
        for name, value in held[0][part].items():
            assert torch.equal(value, held[1][part][name]), name


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_scores_a_face_through_scan_with_its_maps(trained: Path, tmp_path: Path) -> None:
    scene = run_path(str(ROOT / "tests" / "detectors" / "drawn_faces.py"))["scene"]
    Image.fromarray(scene(480, 400, (100, 80, 220))).save(tmp_path / "face.png")
    command = ["scan", str(tmp_path / "face.png"), "--model", str(trained), "--only", "iptc", "--format", "json", "--jobs", "1", "--quiet"]
    done = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "report.json"), "--pictures", str(tmp_path / "pictures")])
    assert done.exit_code == 0, done.output
    (report,) = json.loads((tmp_path / "report.json").read_text())["reports"]
    evidence = next(one for one in report["evidence"] if one["examiner"] == "recce-smoke")
    assert evidence["status"] == "ok"
    assert np.isfinite(evidence["score"]["value"])
    assert [one["name"] for one in evidence["files"]] == [f"recce-smoke-{name}.png" for name in ("reconstruction", "residual", "attention")]
    assert {one["sha256"] for one in evidence["files"]} <= {path.stem for path in (tmp_path / "pictures").iterdir()}
    shown = CliRunner().invoke(app, ["models", "info", str(trained)])
    assert "recce (network)" in shown.output


@pytest.mark.parametrize("name", ["recce", "recce-small", "recce-smoke"])
def test_recipes_are_sound(name: str) -> None:
    recipe = read_recipe(ROOT / "recipes" / f"{name}.yaml")
    assert recipe.name == name
    (member,) = recipe.members
    assert isinstance(member, NetworkMember)
    assert member.front == "recce"
    assert member.recce is not None
    assert (member.recce.reconstruction, member.recce.separation, member.recce.flood) == (0.1, 0.1, FLOOD)
    for law in (recipe.view.law, *(one.law for one in recipe.conditions)):
        Law(law)


def test_the_full_recipe_holds_the_published_numbers() -> None:
    recipe = read_recipe(ROOT / "recipes" / "recce.yaml")
    (member,) = recipe.members
    assert isinstance(member, NetworkMember)
    assert member.adam is not None
    assert (member.steps, member.batch, member.rate, member.decay) == (90_000, 32, 2e-4, 1e-5)
    assert (member.adam.every, member.adam.factor, member.dropout, recipe.face_size()) == (22_500, 0.5, 0.2, 299)
