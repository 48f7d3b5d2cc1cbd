import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.collect.rules import DownloadConfig, Pace, Rules


@pytest.fixture(scope="session")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("collect_make", Path(__file__).parent / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def server(make: ModuleType) -> Iterator[object]:
    with make.Server() as running:
        yield running


@pytest.fixture
def config(server: object) -> DownloadConfig:
    """Impatient settings that may reach the test server."""
    pace = Pace(delay_s=0, per_host=8, workers=8, connect_s=1, read_s=0.6, total_s=1.5, retries=2, retry_base_s=0.01, decoders=1)
    return DownloadConfig(pace=pace, rules=Rules(max_bytes=200_000), allowed=frozenset({server.host}))
