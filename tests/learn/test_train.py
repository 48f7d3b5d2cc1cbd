"""The whole verb on generated pictures: artifact, card, resume after a stop, refusals."""

import json
import subprocess
import sys
from hashlib import sha256

import numpy as np
import onnxruntime
import pytest
from safetensors.numpy import load_file

from fakeprint.core.card import Card
from fakeprint.core.errors import UsageError
from fakeprint.train import train

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")


def silent(_):
    pass


@pytest.fixture(scope="module")
def trained(small_set, tmp_path_factory):
    recipes = __import__("pathlib").Path(__file__).parents[2] / "recipes"
    return train(recipes / "smoke.yaml", data=small_set, output=tmp_path_factory.mktemp("out"), device="cpu", tell=silent)


def test_the_artifact_is_complete_and_answers(trained):
    card = Card.model_validate_json((trained / "card.json").read_text())
    for file in card.files:
        data = (trained / file.name).read_bytes()
        assert (len(data), sha256(data).hexdigest()) == (file.bytes, file.sha256)
    session = onnxruntime.InferenceSession(trained / "model.onnx", providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).random((3, 3, 128, 140), np.float32)
    logit, patches = session.run(["logit", "patch_logits"], {"image": image})
    assert logit.shape == (3,)
    assert patches.shape[:2] == (3, 1)
    np.testing.assert_allclose(patches.mean((1, 2, 3)), logit, atol=1e-4)
    alone = np.concatenate([session.run(["logit"], {"image": one[None]})[0] for one in image])
    np.testing.assert_allclose(alone, logit, atol=1e-4)
    constant, _ = session.run(None, {"image": np.full((1, 3, 128, 128), 0.5, np.float32)})
    assert np.isfinite(constant).all()


def test_the_card_tells_where_the_weights_come_from(trained):
    card = Card.model_validate_json((trained / "card.json").read_text())
    assert card.generators_seen == ("nearest-0", "nearest-1")
    assert {one.name for one in card.sources} == {"camera-0", "camera-1", "maker-0", "maker-1"}
    assert card.calibration is not None
    assert any(one.metric == "auroc" and one.low is not None for one in card.measured)


def test_log_and_run_record_are_written(trained):
    work = trained.with_name("smoke.run")
    rows = [json.loads(line) for line in (work / "log.jsonl").read_text().splitlines()]
    assert {"member", "step"} <= set(rows[0])
    assert json.loads((work / "run.json").read_text())["status"] == "ok"


def test_a_stopped_run_ends_with_the_same_weights(trained, small_set, recipes, tmp_path):
    for _ in range(3):
        folder = train(recipes / "smoke.yaml", data=small_set, output=tmp_path, device="cpu", stop_after=2, tell=silent)
    assert folder is not None
    wanted, found = load_file(trained / "weights.safetensors"), load_file(folder / "weights.safetensors")
    assert wanted.keys() == found.keys()
    for name, value in wanted.items():
        np.testing.assert_array_equal(found[name], value)


def test_a_stopped_run_gives_no_artifact(small_set, recipes, tmp_path):
    assert train(recipes / "smoke.yaml", data=small_set, output=tmp_path, device="cpu", stop_after=2, tell=silent) is None
    assert not (tmp_path / "smoke").exists()


def test_a_checkpoint_of_other_settings_is_refused(small_set, recipes, tmp_path):
    train(recipes / "smoke.yaml", data=small_set, output=tmp_path, device="cpu", stop_after=1, tell=silent)
    other = tmp_path / "smoke.yaml"
    other.write_text((recipes / "smoke.yaml").read_text().replace("rate: 0.003", "rate: 0.004"))
    with pytest.raises(UsageError, match="other training settings"):
        train(other, data=small_set, output=tmp_path, device="cpu", tell=silent)


def test_leaving_out_one_whole_class_is_refused(small_set, recipes, tmp_path):
    with pytest.raises(UsageError, match="both classes"):
        train(recipes / "smoke.yaml", data=small_set, output=tmp_path, device="cpu", leave_out_sources=["maker-0", "maker-1"], tell=silent)


def test_calibration_on_left_out_sources_and_attribution(small_set, recipes, tmp_path):
    text = (recipes / "smoke.yaml").read_text()
    head, members, rest = text.partition("members:")
    statistics = "\n  - {type: statistics, name: statistics, groups: [shape, haar], views: 1, between: 3.0, ridge: 0.3}\n"
    tail = rest[rest.index("conditions:") :]
    left_out = tmp_path / "left.yaml"
    left_out.write_text(f"{head}{members}{statistics}calibrate_on: left_out\n{tail}")
    card = Card.model_validate_json(
        (train(left_out, data=small_set, output=tmp_path / "a", device="cpu", tell=silent) / "card.json").read_text()
    )
    assert {one.group for one in card.measured} >= {"left out: camera-0", "left out: maker-1", "mean over left-out sources"}
    families = tmp_path / "families.yaml"
    families.write_text(f"{head}{members}{statistics}families: {{least: 4}}\n{tail}")
    folder = train(families, data=small_set, output=tmp_path / "b", device="cpu", tell=silent)
    card = Card.model_validate_json((folder / "card.json").read_text())
    assert card.labels == ("nearest-0", "nearest-1", "photographs")
    assert card.attribution is not None
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    logit, classes = session.run(["logit", "class_logits"], {"image": np.zeros((2, 3, 96, 96), np.float32)})
    assert logit.shape == (2,)
    assert classes.shape == (2, 3)


def test_two_processes_make_one_artifact(small_set, recipes, tmp_path):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "fakeprint", "train"]
    longer = tmp_path / "smoke.yaml"  # six steps of eight crops may end anywhere
    longer.write_text(
        (recipes / "smoke.yaml").read_text().replace("steps: 6", "steps: 40").replace("validate_every: 3", "validate_every: 20")
    )
    command += [str(longer), "--data", str(small_set), "--out", str(tmp_path), "--device", "cpu", "--threads", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    assert Card.model_validate_json((tmp_path / "smoke" / "card.json").read_text()).name == "smoke"
    steps = [json.loads(line)["step"] for line in (tmp_path / "smoke.run" / "log.jsonl").read_text().splitlines()]
    assert 40 in steps
