"""The small commands: help, version, doctor, schema, trust lists."""

import json
import os
from pathlib import Path

import pytest

from fakeprint.core.schemas import RECORDS


def test_help_lists_the_commands(fakeprint) -> None:
    done = fakeprint("--help")
    assert done.returncode == 0
    for name in (b"scan", b"doctor", b"schema", b"provenance"):
        assert name in done.stdout


def test_version(fakeprint) -> None:
    assert fakeprint("--version").stdout.startswith(b"fakeprint 0.")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(fakeprint, shell: str) -> None:
    done = fakeprint("--show-completion", shell, env={**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"})
    assert done.returncode == 0
    assert b"FAKEPRINT_COMPLETE" in done.stdout


def test_doctor_names_what_is_missing_and_its_effect(fakeprint) -> None:
    done = fakeprint("doctor")
    assert done.returncode == 0
    for what in (b"pillow", b"c2pa-python", b"AVIF decoder", b"sandbox", b"trust list", b"extra [heic]"):
        assert what in done.stdout


def test_schema_prints_lists_and_writes(fakeprint, tmp_path: Path) -> None:
    assert fakeprint("schema").stdout.decode().split() == list(RECORDS)
    assert json.loads(fakeprint("schema", "report").stdout)["title"] == "Report"
    assert fakeprint("schema", "--out", tmp_path).returncode == 0
    assert {path.stem for path in tmp_path.iterdir()} == set(RECORDS)
    wrong = fakeprint("schema", "reprot")
    assert wrong.returncode == 2
    assert b"did you mean 'report'" in wrong.stderr


def test_trust_show_without_a_list(fakeprint, tmp_path: Path) -> None:
    done = fakeprint("provenance", "trust", "show", env={"PATH": os.environ["PATH"], "XDG_DATA_HOME": str(tmp_path)})
    assert b"no trust list is installed" in done.stdout


def test_trust_update_is_refused_offline(fakeprint) -> None:
    done = fakeprint("provenance", "trust", "update", "--offline")
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
    assert b"--offline" in done.stderr
