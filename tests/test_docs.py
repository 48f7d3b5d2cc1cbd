"""What the documentation promises: limits as they are, links that lead somewhere, Python examples that run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from fakeprint.core.limits import Limits
from fakeprint.examiners import examiner_names

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_limits_table_is_current() -> None:
    text = (ROOT / "docs" / "scan.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d,.e+]+) \|", text, re.MULTILINE))
    assert {name: float(value.replace(",", "")) for name, value in told.items()} == {
        name: float(field.default) for name, field in Limits.model_fields.items()
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)", prose)
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing


def test_the_python_example_runs(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "one.png")
    (tmp_path / "two.png").write_bytes(b"\x01broken")
    text = (ROOT / "docs" / "scan.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    program = tmp_path / "example.py"
    program.write_text(example.replace('"folder/"', repr(str(tmp_path))), encoding="utf-8")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    assert "one.png none_found" in done.stdout or "one.png inconclusive" in done.stdout
    assert "two.png E_FORMAT_UNKNOWN" in done.stdout


def test_every_examiner_has_a_place_in_the_documentation() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [name for name in examiner_names() if name not in text] == []
