from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    return SimpleNamespace(**run_path(str(Path(__file__).with_name("make.py"))))
