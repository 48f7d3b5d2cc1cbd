"""``fakeprint eval`` from end to end: measuring, resuming, rebuilding from stored scores, refusals."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from fakeprint.core.calibration import Calibration
from fakeprint.core.scorecard import Scorecard

TESTS = Path(__file__).parents[1]
FAST = ("--resamples", 1000, "--quiet")


@pytest.fixture(scope="module")
def make() -> SimpleNamespace:
    return SimpleNamespace(**run_path(str(TESTS / "suites" / "make.py")))


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx")
    write = run_path(str(TESTS / "detectors" / "make.py"))["write_artifact"]
    return write(tmp_path_factory.mktemp("artifact") / "known-answer")


@pytest.fixture(scope="module")
def table(make: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make.write_pictures(tmp_path_factory.mktemp("set"), n=44)


@pytest.fixture
def measured(fakeprint, table: Path, artifact: Path, tmp_path: Path) -> Path:
    out = tmp_path / "run"
    done = fakeprint("eval", table, "-d", artifact, "--task", "scene", "--tier", "clean", "--tier", "web", "-o", out, "-j", 1, *FAST)
    assert done.returncode == 3, done.stderr.decode()
    return out


def test_all_forms_are_written_and_agree(measured: Path) -> None:
    scorecard = Scorecard.model_validate_json((measured / "scorecard.json").read_bytes())
    clean = scorecard.conditions[0]
    auroc = next(one for one in clean.values if one.metric == "auroc")
    assert auroc.value > 0.95
    assert (clean.counts.failed, clean.counts.not_applicable) == (1, 1)
    shown = f"{auroc.value:.3f} [{auroc.low:.3f}, {auroc.high:.3f}]"
    assert shown in (measured / "scorecard.md").read_text()
    rows = list(csv.DictReader((measured / "scorecard.csv").read_text().splitlines()))
    twin = next(row for row in rows if row["condition"] == "clean" and row["table"] == "headline" and row["metric"] == "auroc")
    assert float(twin["value"]) == auroc.value
    page = (measured / "scorecard.html").read_text()
    assert f"{auroc.value:.3f}" in page
    assert "http" not in re.sub(r"http-equiv", "", page), "nothing is loaded"
    run = json.loads((measured / "predictions.jsonl.run.json").read_text())
    assert run["status"] == "complete"
    assert run["counts"] == {"rows": 92, "failed": 2}


def test_naming_the_family_is_measured_by_itself(fakeprint, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    arguments = ("eval", table, "-d", "generator", "--task", "scene", "--tier", "clean", "-j", 1, *FAST)
    done = fakeprint(*arguments, "-o", out)
    assert done.returncode == 3, done.stderr.decode()
    scorecard = Scorecard.model_validate_json((out / "scorecard.json").read_bytes())
    clean = scorecard.conditions[0]
    assert (scorecard.examiner, scorecard.calibration, clean.values) == ("generator", None, ())
    assert (clean.attribution.n, clean.attribution.n_unknown, clean.attribution.n_0) == (0, 22, 22), "the set's families are no model's"
    assert sum(map(sum, clean.attribution.confusion)) == 22
    assert "Naming the family" in (out / "scorecard.html").read_text()
    again = fakeprint("eval", table, "--from-scores", out / "predictions.jsonl", *arguments[2:])
    assert "Named, of families that the model does not know" in again.stdout.decode()


def test_no_path_of_this_machine_is_written(measured: Path, table: Path, artifact: Path) -> None:
    for path in measured.iterdir():
        text = path.read_text()
        assert str(table.parent) not in text, path.name
        assert str(artifact.parent) not in text, path.name


def test_tables_are_rebuilt_from_stored_scores_without_a_model(fakeprint, measured: Path, table: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    tiers = ("--tier", "clean", "--tier", "web")
    done = fakeprint("eval", table, "--from-scores", measured / "predictions.jsonl", "--task", "scene", *tiers, "-o", again, *FAST)
    assert done.returncode == 3, done.stderr.decode()
    one, two = (Scorecard.model_validate_json((folder / "scorecard.json").read_bytes()) for folder in (measured, again))
    assert two.id == one.id
    assert [found.model_copy(update={"attribution": None}) for found in one.conditions] == list(two.conditions)


def test_resume_measures_only_what_is_missing(fakeprint, measured: Path, table: Path, artifact: Path) -> None:
    whole = (measured / "predictions.jsonl").read_text()
    before = json.loads((measured / "scorecard.json").read_text())["id"]
    lines = whole.splitlines(keepends=True)
    torn = lines[:51]
    (measured / "predictions.jsonl").write_text("".join(torn)[:-30])
    call = (
        "eval",
        table,
        "-d",
        artifact,
        "--task",
        "scene",
        "--tier",
        "clean",
        "--tier",
        "web",
        "-o",
        measured,
        "-j",
        1,
        "--resume",
        *FAST,
    )
    assert fakeprint(*call).returncode == 3
    assert (measured / "predictions.jsonl").read_text() == whole
    assert json.loads((measured / "scorecard.json").read_text())["id"] == before
    other = fakeprint(*call, "--seed", 5)
    assert other.returncode == 2
    assert b"other settings" in other.stderr


def test_foreign_scores(fakeprint, make: SimpleNamespace, tmp_path: Path) -> None:
    manifest = tmp_path / "set.csv"
    samples = make.manifest(240).samples
    manifest.write_text(
        "id,path,label,split,group,source\n" + "".join(f"{s.id},{s.path},{s.label.positive},test,{s.group},x\n" for s in samples)
    )
    scores = tmp_path / "other-tool.csv"
    scores.write_text("sample_id,score\n" + "".join(f"{s.id},{0.2 + 0.6 * s.label.positive}\n" for s in samples))
    done = fakeprint("eval", manifest, "--from-scores", scores, "--split", "test", "--unit", "probability", "--threshold", "0.5", *FAST)
    assert done.returncode == 0, done.stderr.decode()
    assert b"| AUROC | 1.000 [1.000, 1.000] |" in done.stdout
    assert b"| Balanced accuracy | 1.000" in done.stdout
    assert b"n/a (the scores are not calibrated)" in done.stdout
    against = fakeprint(
        "eval",
        manifest,
        "--from-scores",
        scores,
        "--against",
        scores,
        "--split",
        "test",
        "--unit",
        "probability",
        "-o",
        tmp_path / "o",
        *FAST,
    )
    assert against.returncode == 0, against.stderr.decode()
    assert b"0.000 [0.000, 0.000]" in (tmp_path / "o" / "scorecard.md").read_bytes()


def test_calibration_is_written(fakeprint, make: SimpleNamespace, artifact: Path, tmp_path: Path) -> None:
    manifest = make.manifest(500)
    path = tmp_path / "set.csv"
    rows = [f"{s.id},{s.path},{s.label.positive},dev,{s.group},x\n" for s in manifest.samples]
    path.write_text("id,path,label,split,group,source\n" + "".join(rows))
    scores = tmp_path / "drawn.jsonl"
    scores.write_text("".join(row.model_dump_json(exclude={"facts"}) + "\n" for row in make.predictions(manifest, gap=3.0)))
    target = tmp_path / "calibration.json"
    done = fakeprint("eval", path, "-d", artifact, "--from-scores", scores, "--calibration", target, "-o", tmp_path / "o", *FAST)
    assert done.returncode == 0, done.stderr.decode()
    found = Calibration.model_validate_json(target.read_bytes())
    assert found.validated_until == "2026-01-01"
    assert found.scorecard == json.loads((tmp_path / "o" / "scorecard.json").read_text())["id"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), b"--detector NAME_OR_FOLDER, or --from-scores"),
        (("-d", "nothing"), b"no model artifact named 'nothing'"),
        (("--from-scores", "missing.csv"), b"cannot read missing.csv"),
        (("--from-scores", "scores.csv"), b"--unit"),
        (("--from-scores", "scores.csv", "--unit", "percent"), b"no unit named 'percent'"),
        (("--from-scores", "scores.csv", "--unit", "llr"), b"which the manifest does not hold"),
        (("--from-scores", "odd.csv", "--unit", "llr"), b"odd.csv, row 1: mood"),
        (("--from-scores", "scores.csv", "--split", "tset"), b"no split named 'tset'"),
        (("--from-scores", "scores.csv", "--split", "calib"), b"no samples of split calib; it has dev (46), train (1)"),
        (("--from-scores", "scores.csv", "--suite", "delivry"), b"did you mean 'delivery'"),
        (("--from-scores", "scores.csv", "--where", "x"), b"COLUMN=VALUE"),
        (("--from-scores", "scores.csv", "--task", "none"), b"matches"),
    ],
)  # fmt: skip
def test_refusals_are_messages(fakeprint, table: Path, tmp_path: Path, arguments: tuple[str, ...], message: bytes) -> None:
    (tmp_path / "scores.csv").write_text("sample_id,score\nstranger,0.5\n")
    (tmp_path / "odd.csv").write_text("sample_id,score,mood\nstranger,0.5,good\n")
    done = fakeprint("eval", table, *arguments, *FAST, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert message in done.stderr, done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_leaking_manifests_are_refused(fakeprint, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path,label,split,group\na.png,0,train,g\nb.png,1,dev,g\n")
    done = fakeprint("eval", tmp_path / "m.csv", "-d", "x", *FAST)
    assert done.returncode != 0
    assert b"group 'g' lies in train and in dev" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_page_stays_inert_whatever_the_names(fakeprint, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>|`=cmd"
    labels = [place % 2 for place in range(60)]
    with (tmp_path / "m.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["path", "label", "split", "source", "generator"])
        writer.writerows([f"{place}.png", label, "dev", evil, evil if label else ""] for place, label in enumerate(labels))
    (tmp_path / "s.csv").write_text("sample_id,score\n" + "".join(f"{place}.png,{place % 7}\n" for place in range(60)))
    done = fakeprint("eval", tmp_path / "m.csv", "--from-scores", tmp_path / "s.csv", "--unit", "logit", "-o", tmp_path / "o", *FAST)
    assert done.returncode == 0, done.stderr.decode()

    class Tags(HTMLParser):
        seen: set[str] = set()  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.seen.add(tag)
            assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]

    parser = Tags()
    parser.feed((tmp_path / "o" / "scorecard.html").read_text())
    assert "script" not in parser.seen
    assert "<script>" not in (tmp_path / "o" / "scorecard.md").read_text()


def test_audit_without_a_detector(fakeprint, make: SimpleNamespace, tmp_path: Path) -> None:
    table = make.write_pictures(tmp_path / "set", n=60, confounded=True)
    done = fakeprint("eval", table, "--audit", "-o", tmp_path / "o", "-j", 1, *FAST)
    assert done.returncode == 3, done.stderr.decode()
    assert b"the format alone tells the labels apart" in done.stdout
    assert b"1 files could not be read" in done.stdout
    found = json.loads((tmp_path / "o" / "audit.json").read_text())
    assert (found["verdict"], found["n_0"], found["n_1"], found["unread"]) == ("warn", 31, 30, 1)
