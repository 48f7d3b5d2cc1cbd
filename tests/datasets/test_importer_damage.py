"""Damaged sources: every importer ends in samples, refusals or a usage error, never in anything else."""

import random
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.build import open_importer
from fakeprint.core.errors import RecordError, UsageError
from fakeprint.datasets import DATASETS
from fakeprint.datasets.importer import Tally

ROUNDS = 25
_JSON = ("null", "0", "-1", "1e999", '""', '"\\ud800"', '"../x"', "[]", "{}", "[[]]", "true", '{"a":1}', "9" * 400)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Return data with one thing wrong: cut, a byte changed, a part repeated, or a JSON value replaced."""
    kind = rng.randrange(4)
    at = rng.randrange(len(data))
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    if kind == 2:
        end = min(len(data), at + rng.randrange(1, 60))
        return data[:end] + data[at:end] + data[end:]
    colon = data.find(b":", at)
    end = min((place for mark in b",}]" if (place := data.find(bytes([mark]), colon)) > 0), default=len(data))
    return data[: colon + 1] + rng.choice(_JSON).encode() + data[end:]


@pytest.mark.parametrize("kind", DATASETS.names())
def test_damage_is_refused_or_reported(kind: str, make: ModuleType, tmp_path: Path) -> None:
    rng = random.Random(kind)
    layout = make.LAYOUTS[kind](tmp_path)
    importer = open_importer(kind, layout.options)
    pictures = {".jpg", ".jpeg", ".png", ".mp4"}
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file() and path.suffix.lower() not in pictures)
    for _ in range(ROUNDS if files else 0):
        file = rng.choice(files)
        shutil.copy(file, file.with_name("kept"))
        file.write_bytes(damaged(file.read_bytes(), rng))
        tally = Tally()
        try:
            used = sum(1 for _ in importer.samples(layout.path, tally))
            assert (tally.used, tally.found) == (used, used + tally.refused.total())
        except (UsageError, RecordError):
            pass
        finally:
            file.with_name("kept").replace(file)
