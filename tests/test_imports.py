"""Imports point one way, function bodies included; torch stays where it belongs; scan loads none of it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import fakeprint

ROOT = Path(fakeprint.__file__).parent
RANKS = (
    {"core"},
    {"media"},
    {"provenance", "signals", "detectors", "datasets", "generators", "transforms", "metrics"},
    {"judge"},
    {"learn", "suites", "reports", "collect", "examine", "examiners"},
    {"scan_worker", "annotate_worker"},
    {"scan", "annotate", "build", "train", "evaluate"},
    {"scale", "serve", "cli"},
)
RANK = {name: rank for rank, names in enumerate(RANKS) for name in names}
TORCH_ALLOWED = {"learn", "generators", "train"}
HEAVY_BELOW_MEDIA = {"torch", "cv2", "onnxruntime", "PIL", "av", "c2pa"}
ENTRY = {"__init__", "__main__"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield node.module
            if node.module == "fakeprint":
                yield from (f"fakeprint.{alias.name}" for alias in node.names)


def modules() -> Iterator[tuple[str, Path, list[str]]]:
    for path in sorted(ROOT.rglob("*.py")):
        folder = path.relative_to(ROOT).parts[0].removesuffix(".py")
        yield folder, path, list(imported(ast.parse(path.read_text(encoding="utf-8"))))


def test_every_folder_has_a_rank() -> None:
    assert {folder for folder, _, _ in modules()} - ENTRY <= set(RANK)


def test_imports_point_one_way() -> None:
    wrong = []
    for folder, path, names in modules():
        for name in names:
            parts = name.split(".")
            target = parts[1] if parts[0] == "fakeprint" and len(parts) > 1 and parts[1] in RANK else None
            if target and target != folder and folder not in ENTRY and RANK[target] >= RANK[folder]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_heavy_libraries_stay_in_their_folders() -> None:
    wrong = []
    for folder, path, names in modules():
        roots = {name.split(".")[0] for name in names}
        if "torch" in roots and folder not in TORCH_ALLOWED:
            wrong.append(f"{path.relative_to(ROOT)} imports torch")
        if folder == "core" and roots & HEAVY_BELOW_MEDIA:
            wrong.append(f"{path.relative_to(ROOT)} imports {roots & HEAVY_BELOW_MEDIA}")
        if "c2pa" in roots and path.name != "c2pa_reader.py":
            wrong.append(f"{path.relative_to(ROOT)} imports c2pa")
    assert not wrong


def loaded_after(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in run.stdout.split()}


def test_the_parent_of_a_scan_loads_no_decoder() -> None:
    assert not loaded_after("import fakeprint.scan") & {"torch", "cv2", "PIL", "av", "c2pa", "onnxruntime"}


def test_a_worker_loads_no_torch() -> None:
    names = "import fakeprint.examine\nfrom fakeprint.examiners import *\nfrom fakeprint.media.examiner import Settings\n"
    assert "torch" not in loaded_after(names + "[load_examiner(name, Settings()) for name in examiner_names()]")


def test_the_command_line_starts_light() -> None:
    assert not loaded_after("import fakeprint.cli.main") & {"numpy", "PIL", "av", "torch", "pydantic", "jinja2"}
