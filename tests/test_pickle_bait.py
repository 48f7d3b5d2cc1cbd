"""Acceptance test 6 (specs: reliability 13): files that would run code when unpickled are scanned, and nothing runs."""

import ast
import io
import pickle
import zipfile
from pathlib import Path

import pytest

import fakeprint
from fakeprint.scan import scan

ROOT = Path(fakeprint.__file__).parent


class Bait:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, ...]:
        return (open, (str(self.canary), "w"))


def archive(payload: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("archive/data.pkl", payload)
    return buffer.getvalue()


def test_nothing_that_is_scanned_is_unpickled(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    payload = pickle.dumps(Bait(canary))
    baits = tmp_path / "baits"
    baits.mkdir()
    for name, data in {
        "weights.pth": archive(payload),
        "model.joblib": payload,
        "rows.pkl": payload,
        "program.pt2": archive(payload),
        "sample.pyd": payload,
        "picture.jpg": payload,
        "appended.jpg": b"\xff\xd8\xff\xd9" + payload,
    }.items():
        (baits / name).write_bytes(data)
    reports = list(scan([baits]))
    assert len(reports) == 7
    assert not canary.exists()
    pickle.loads(payload).close()
    assert canary.exists(), "the bait works when it is taken"


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_unpickles(path: Path) -> None:
    allowed = {"datasets/pickled_pairs.py"}  # a restricted reader of one published list; refuses every global
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    harmless = {"UnpicklingError"}  # to tell what torch refused
    names |= {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and not {alias.name for alias in node.names} <= harmless
    }
    if str(path.relative_to(ROOT)) not in allowed:
        assert not names & {"pickle", "cPickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}
    loads = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load"]
    for call in loads:
        arguments = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert arguments.get("weights_only") == "True", f"torch.load at line {call.lineno} must say weights_only=True"
