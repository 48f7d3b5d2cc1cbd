import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def targets_path() -> str:
    """The folder of ``targets.py``; workers find it because they inherit the parent's module path."""
    return str(Path(__file__).parent)


@pytest.fixture(scope="session")
def media_make() -> ModuleType:
    """The fixture maker ``make.py`` beside this file."""
    spec = spec_from_file_location("fakeprint_media_make", Path(__file__).with_name("make.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
