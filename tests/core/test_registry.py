import pytest

from fakeprint.core import registry
from fakeprint.core.errors import DuplicateNameError, UnknownNameError
from fakeprint.core.registry import Registry


class Point:
    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value


def test_parts_load_lazily_and_by_name() -> None:
    table = Registry[type]("shade", {"path": "pathlib:Path", "broken": "no_such_module:Thing"})
    assert table.names() == ("path", "broken")
    assert table.load("path").__name__ == "Path"
    with pytest.raises(ModuleNotFoundError):
        table.load("broken")


@pytest.mark.parametrize(
    ("wrong", "advice"), [("spectral-peak", "did you mean 'spectral-peaks'"), ("zzz", "there are: spectral-peaks, c2pa")]
)
def test_a_miss_suggests(wrong: str, advice: str) -> None:
    with pytest.raises(UnknownNameError, match=advice):
        Registry[type]("signal", {"spectral-peaks": "pathlib:Path", "c2pa": "pathlib:Path"}).load(wrong)


def test_other_packages_add_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [Point("theirs", "pathlib:PurePath")])
    table = Registry[type]("signals", {"ours": "pathlib:Path"})
    assert table.names() == ("ours", "theirs")
    assert table.load("theirs").__name__ == "PurePath"


def test_a_second_part_of_one_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [Point("ours", "pathlib:PurePath")])
    with pytest.raises(DuplicateNameError, match="uninstall one"):
        Registry[type]("signals", {"ours": "pathlib:Path"}).names()
