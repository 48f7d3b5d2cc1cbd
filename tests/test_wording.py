"""The vocabulary of everything a user reads (specs: reliability 12, REL-16; provenance PROV-9).

What counts as text:

* In Python (``judge``, ``provenance``, ``signals``, ``detectors``, ``reports``, ``cli``, ``media/annotate``): every string literal
  that holds a space or begins with a capital letter, parts of f-strings included; not docstrings.  Lower-case single words are
  identifiers and labels of data.
* In templates, scripts and style sheets of reports: everything outside Jinja tags.
* In README and ``docs/``: everything outside code.  A label of a data set is written as code, and a table whose header has a column
  ``label`` is about such labels.

Whoever needs one of the words as the name of a thing adds it to ``ALLOWED`` with the reason.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "fakeprint"
FOLDERS = ("judge", "provenance", "signals", "detectors", "reports", "cli", "media/annotate")
FORBIDDEN = re.compile(
    r"(?<![\w-])(real|fake|fakes|authentic|verified|proof|proves|tampered|tampering|guaranteed|guarantees|picture altered)(?![\w-])", re.I
)
FIXED = "does not mean the file is authentic"
ALLOWED: dict[tuple[str, str], str] = {
    ("src/fakeprint/media/annotate/dfspot_style.py", "fake"): "the words on DFSpot's pictures, drawn only in the style of that name",
    ("src/fakeprint/media/annotate/dfspot_style.py", "real"): "the words on DFSpot's pictures, drawn only in the style of that name",
}
"""``(path under the repository, word): why it is a name and not a verdict``."""


def words_in(text: str) -> list[str]:
    return [found.lower() for found in FORBIDDEN.findall(text.replace(FIXED, ""))]


def literals(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    doc = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in doc and is_text(node.value):
            yield node.value


def is_text(literal: str) -> bool:
    return bool(re.search(r"\s", literal.strip())) or literal[:1].isupper()


def prose(markdown: str) -> str:
    text = re.sub(r"^(```|~~~).*?^\1", "", markdown, flags=re.M | re.S)
    text = re.sub(r"(`+)[^`]+?\1", "", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return "\n".join(block for block in re.split(r"\n(?!\|)", text) if not is_label_table(block))


def is_label_table(block: str) -> bool:
    header = next((line for line in block.splitlines() if line.startswith("|")), "")
    return any(cell.strip().lower() in {"label", "labels"} for cell in header.split("|"))


def visible(path: Path) -> str:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return "\n".join(literals(source))
    if path.suffix == ".md":
        return prose(source)
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.S)


def files() -> list[Path]:
    code = [path for folder in FOLDERS for path in sorted((PACKAGE / folder).rglob("*.py"))]
    pages = [path for path in sorted((PACKAGE / "reports").rglob("*")) if path.suffix in {".j2", ".html", ".js", ".css"}]
    return [*code, *pages, ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in files()])
def test_vocabulary(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    found = [word for word in words_in(visible(path)) if (name, word) not in ALLOWED]
    assert not found, f"{name} says {found} to the user; say what was found instead, or write a data label as code"


def test_the_allow_list_holds_nothing_that_is_not_needed() -> None:
    for name, word in ALLOWED:
        assert word in words_in(visible(ROOT / name)), f"{name} no longer says {word!r}"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = "This is Fake."', ["fake"]),
        ('x = f"{name} is verified"', ["verified"]),
        ('x = "Real"', ["real"]),
        ('x = "authentic"', []),
        ('"""A real docstring."""\nx = 1', []),
        ('x: int = 1\n"""Real, below an attribute."""', []),
        ('x = "a deepfake in real-time"', []),
        ('x = "No indications found. This does not mean the file is authentic"', []),
        ('x = "The file is authentic."', ["authentic"]),
        ('x = {"key": ["a proof of it"]}', ["proof"]),
    ],
)
def test_rule_for_python(source: str, found: list[str]) -> None:
    assert words_in("\n".join(literals(source))) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("The label `fake` and `real`.", []),
        ("A real photograph.", ["real"]),
        ("```\nfake real\n```\nfine", []),
        ("text\n\n| label | n |\n|---|---|\n| fake | 1 |\n\nmore fake", ["fake"]),
        ("| word | n |\n|---|---|\n| fake | 1 |", ["fake"]),
        ("See [the list](https://example.invalid/real/fake).", []),
    ],
)
def test_rule_for_documents(source: str, found: list[str]) -> None:
    assert words_in(prose(source)) == found
