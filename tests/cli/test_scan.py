"""``fakeprint scan`` as a user calls it."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fakeprint.core.schemas import schema_text

PARAMETERS = "a lighthouse\nNegative prompt: fog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 64x64, Model: some-model"


def rows(output: bytes) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


def comparable(output: bytes) -> list[dict]:
    """Rows without what legitimately differs between runs: run id and seconds."""
    found = rows(output)
    for row in found:
        row["run"].pop("id")
        for evidence in row["evidence"]:
            evidence.pop("seconds")
    return found


def marked(path: Path) -> Path:
    text = PngInfo()
    text.add_text("parameters", PARAMETERS)
    Image.new("RGB", (64, 64), "teal").save(path, pnginfo=text)
    return path


def test_one_row_per_input_in_order_and_valid(fakeprint, pictures: Path) -> None:
    (pictures / "1.png").write_bytes(b"\x01\x02 nothing known")
    done = fakeprint("scan", pictures, "--format", "jsonl")
    found = rows(done.stdout)
    assert done.returncode == 3
    assert [Path(row["input"]).name for row in found] == ["0.png", "1.png", "2.png", "3.png"]
    assert [row["index"] for row in found] == [0, 1, 2, 3]
    assert [row["status"] for row in found] == ["ok", "error", "ok", "ok"]
    assert found[1]["error"]["code"] == "E_FORMAT_UNKNOWN"
    schema = json.loads(schema_text("report"))
    for row in found:
        jsonschema.validate(row, schema)
    assert {"sha256", "kind", "mime", "bytes", "width", "height", "duration_s"} <= found[0]["media"].keys()
    assert {"level", "probability", "because"} <= found[0]["verdict"]["synthetic"].keys()


def test_parameters_are_recovered_and_worded(fakeprint, tmp_path: Path) -> None:
    done = fakeprint("scan", marked(tmp_path / "made.png"), "--format", "jsonl")
    (row,) = rows(done.stdout)
    claims = [claim for evidence in row["evidence"] for claim in evidence["claims"] if claim["type"] == "origin" and claim["generation"]]
    generation = claims[0]["generation"]
    assert (generation["prompt"], generation["negative_prompt"], generation["seed"], generation["steps"]) == ("a lighthouse", "fog", 42, 20)
    assert row["verdict"]["synthetic"]["level"] == "some"
    assert row["verdict"]["synthetic"]["because"] == ["generator-metadata"]


def test_inputs_come_from_lists(fakeprint, pictures: Path, tmp_path: Path) -> None:
    names = sorted(pictures.iterdir())
    by_line = fakeprint("scan", "-", "--format", "jsonl", stdin="\n".join(map(str, names)).encode())
    by_null = fakeprint("scan", "-", "-0", "--format", "jsonl", stdin="\0".join(map(str, names)).encode())
    listing = tmp_path / "list.txt"
    listing.write_text("\n".join(map(str, names)))
    from_file = fakeprint("scan", "--from-file", listing, "--format", "jsonl")
    assert len(rows(by_line.stdout)) == len(names)
    assert comparable(by_line.stdout) == comparable(by_null.stdout) == comparable(from_file.stdout)


@pytest.mark.parametrize("kind", ["text", "json", "jsonl", "csv", "html"])
def test_every_format_goes_to_stdout_and_to_a_file(fakeprint, pictures: Path, tmp_path: Path, kind: str) -> None:
    to_stdout = fakeprint("scan", pictures, "--format", kind)
    out = tmp_path / "out" if kind == "text" else tmp_path / f"out.{kind}"
    to_file = fakeprint("scan", pictures, "--out", out)
    assert (to_stdout.returncode, to_file.returncode) == (0, 0)
    assert to_stdout.stdout
    assert out.read_bytes()
    assert not to_file.stdout
    assert not list(tmp_path.glob("*.tmp.*"))


def test_exit_codes(fakeprint, pictures: Path, tmp_path: Path) -> None:
    missing = tmp_path / "gone.png"
    assert fakeprint("scan", pictures).returncode == 0
    assert fakeprint("scan", missing).returncode == 3
    assert fakeprint("scan", tmp_path / "*.png").returncode == 5
    assert fakeprint("scan", pictures, "--only", "no-such-examiner").returncode == 2
    assert fakeprint("scan", pictures, "--limit", "image_pixel=3").returncode == 2
    assert fakeprint("scan", pictures, "--no-such-flag").returncode == 2
    assert fakeprint("scan", pictures, "--resume").returncode == 2
    made = marked(tmp_path / "made.png")
    assert fakeprint("scan", made, "--fail-on", "some").returncode == 4
    assert fakeprint("scan", made, missing, "--fail-on", "some").returncode == 4
    assert fakeprint("scan", made, "--fail-on", "strong").returncode == 0


def test_user_errors_have_no_traceback_and_suggest(fakeprint, pictures: Path) -> None:
    done = fakeprint("scan", pictures, "--only", "spectral-peak")
    assert b"Traceback" not in done.stderr
    assert b"did you mean 'spectral-peaks'" in done.stderr


def test_a_configuration_file_is_overridden_by_flags_and_checked(fakeprint, pictures: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("only: [c2pa]\nlimits: {image_pixels: 100}\n")
    (refused, *_) = rows(fakeprint("scan", pictures, "--config", settings, "--format", "jsonl").stdout)
    assert refused["error"]["code"] in {"E_BOMB", "E_TOO_LARGE"}
    (row, *_) = rows(fakeprint("scan", pictures, "--config", settings, "--limit", "image_pixels=9999", "--format", "jsonl").stdout)
    assert [evidence["examiner"] for evidence in row["evidence"]] == ["c2pa"]
    settings.write_text("onyl: [c2pa]\n")
    unknown = fakeprint("scan", pictures, "--config", settings)
    assert unknown.returncode == 2
    assert b"onyl" in unknown.stderr


def test_stdout_is_data_only(fakeprint, pictures: Path) -> None:
    done = fakeprint("scan", pictures, pictures / "gone.png", "--format", "jsonl")
    assert len(rows(done.stdout)) == 5
    assert b"1 failed" in done.stderr
    assert not fakeprint("scan", pictures, pictures / "gone.png", "--format", "jsonl", "--quiet").stderr


def test_colour_needs_a_terminal(fakeprint, pictures: Path) -> None:
    assert b"\x1b" not in fakeprint("scan", pictures).stdout


def test_pictures_are_written_by_hash(fakeprint, pictures: Path, tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    (row, *_) = rows(fakeprint("scan", pictures, "--format", "jsonl", "--pictures", shown).stdout)
    assert row["preview"][0]["sha256"] in {path.stem for path in shown.iterdir()}


class TestOddFileSystems:
    """Acceptance test 11 (specs: reliability 13)."""

    def test_odd_names_and_objects_are_rows(self, fakeprint, pictures: Path, tmp_path: Path) -> None:
        odd = tmp_path / "odd"
        odd.mkdir()
        good = (pictures / "0.png").read_bytes()
        (odd / "with\nnewline.png").write_bytes(good)
        with open(os.fsencode(odd) + b"/caf\xe9.png", "wb") as stream:
            stream.write(good)
        (odd / "empty.png").touch()
        os.mkfifo(odd / "pipe.png")
        (odd / "dangling.png").symlink_to(odd / "nowhere")
        (odd / "loop").symlink_to(odd, target_is_directory=True)
        done = fakeprint("scan", odd, "x" * 4096, "nul\0byte".replace("\0", ""), "--format", "jsonl")
        found = {Path(row["input"]).name[:20]: row for row in rows(done.stdout)}
        assert done.returncode == 3
        assert b"Traceback" not in done.stderr
        assert found["with\\x0anewline.png"]["status"] == "ok"
        assert found["caf\\xe9.png"]["status"] == "ok"
        assert found["empty.png"]["error"]["code"] == "E_EMPTY"
        assert found["pipe.png"]["error"]["code"] == "E_NOT_A_FILE"
        assert found["dangling.png"]["error"]["code"] == "E_NOT_FOUND"
        assert found["x" * 20]["error"]["code"] in {"E_PATH", "E_NOT_FOUND"}

    @pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read and write everything")
    def test_an_unreadable_file_and_a_read_only_folder(self, fakeprint, pictures: Path) -> None:
        (pictures / "0.png").chmod(0)
        (row, *_) = rows(fakeprint("scan", pictures, "--format", "jsonl").stdout)
        assert row["error"]["code"] == "E_PERMISSION"
        pictures.chmod(stat.S_IRUSR | stat.S_IXUSR)
        try:
            assert fakeprint("scan", pictures, "--out", pictures / "r.jsonl").returncode == 2
        finally:
            pictures.chmod(stat.S_IRWXU)

    def test_an_output_that_cannot_be_written_is_a_usage_error(self, fakeprint, pictures: Path, tmp_path: Path) -> None:
        for out in (tmp_path / "no" / "such" / "folder.jsonl", tmp_path):
            done = fakeprint("scan", pictures, "--format", "jsonl", "--out", out)
            assert done.returncode == 2
            assert b"Traceback" not in done.stderr

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    @pytest.mark.parametrize("kind", ["jsonl", "text"])
    def test_a_full_disk_ends_the_run_cleanly(self, fakeprint, pictures: Path, kind: str) -> None:
        with open("/dev/full", "wb") as full:
            command = [sys.executable, "-m", "fakeprint", "scan", str(pictures), "--format", kind]
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
        assert done.returncode in {1, 2}
        assert b"Traceback" not in done.stderr
        assert b"No space left" in done.stderr


class TestResume:
    """Acceptance test 8, small (specs: reliability 13); ``benchmarks/kill_resume.py`` is the long form."""

    def test_killed_runs_end_with_the_same_rows(self, fakeprint, pictures: Path, tmp_path: Path) -> None:
        many = tmp_path / "many"
        many.mkdir()
        data = [(pictures / f"{number}.png").read_bytes() for number in range(4)]
        for number in range(300):
            (many / f"{number:03d}.png").write_bytes(data[number % 4] if number % 9 else b"\x01broken")
        whole = fakeprint("scan", many, "--format", "jsonl")
        out = tmp_path / "rows.jsonl"
        for wanted in (10, 40, 70):
            command = [sys.executable, "-m", "fakeprint", "scan", str(many), "--out", str(out), *(["--resume"] if out.exists() else [])]
            with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
                while not out.exists() or out.read_bytes().count(b"\n") < wanted:
                    time.sleep(0.01)
                process.send_signal(signal.SIGKILL)
        unfinished = fakeprint("scan", many, "--out", out)
        assert unfinished.returncode == 2
        assert b"--resume" in unfinished.stderr
        done = fakeprint("scan", many, "--out", out, "--resume")
        assert done.returncode == 3
        assert comparable(out.read_bytes()) == comparable(whole.stdout)

    def test_resume_refuses_other_settings(self, fakeprint, pictures: Path, tmp_path: Path) -> None:
        out = tmp_path / "rows.jsonl"
        assert fakeprint("scan", pictures, "--out", out).returncode == 0
        changed = fakeprint("scan", pictures, "--out", out, "--resume", "--only", "c2pa")
        assert changed.returncode == 2
        assert b"other settings" in changed.stderr
        assert fakeprint("scan", pictures, "--out", out, "--resume", "--only", "c2pa", "--force").returncode == 0

    @pytest.mark.parametrize(("which", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_stopped_run_flushes_what_it_has(self, pictures: Path, tmp_path: Path, which: signal.Signals, code: int) -> None:
        many = [str(path) for path in sorted(pictures.iterdir())] * 400
        out = tmp_path / "rows.jsonl"
        command = [sys.executable, "-m", "fakeprint", "scan", "--from-file", "LIST", "--out", str(out)]
        listing = tmp_path / "list"
        listing.write_text("\n".join(many))
        command[-3] = str(listing)
        with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
            while not out.exists() or out.stat().st_size == 0:
                time.sleep(0.02)
            process.send_signal(which)
            _, messages = process.communicate(timeout=30)
        assert process.returncode == code
        assert b"Traceback" not in messages
        assert out.read_bytes().endswith(b"\n")
        assert json.loads((tmp_path / "rows.jsonl.run.json").read_text())["status"] == "interrupted"


def test_three_runs_are_alike(fakeprint, pictures: Path) -> None:
    """Acceptance test 12: the same rows whatever the number of workers."""
    first, second, third = (comparable(fakeprint("scan", pictures, "--format", "jsonl", "--jobs", jobs).stdout) for jobs in (1, 1, 3))
    assert first == second == third


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "LANG": "C"},
        {"TZ": "Asia/Kathmandu"},
        {"PYTHONHASHSEED": "77"},
        {"LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
        {},
    ],
)
def test_the_environment_does_not_change_results(fakeprint, pictures: Path, tmp_path: Path, env: dict[str, str]) -> None:
    """Acceptance test 22; the last case has no HOME and next to nothing else."""
    marked(pictures / "made.png")
    here = fakeprint("scan", pictures, "--format", "jsonl")
    bare = {"PATH": os.environ["PATH"], **env}
    there = fakeprint("scan", pictures, "--format", "jsonl", env=bare)
    assert comparable(there.stdout) == comparable(here.stdout)


def test_offline_opens_no_socket(fakeprint, pictures: Path) -> None:
    assert fakeprint("scan", pictures, "--offline").returncode == 0


def test_positions_and_serials_are_hidden_unless_asked_for(fakeprint, tmp_path: Path) -> None:
    """Acceptance test 18."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS 90D"
    exif.get_ifd(0x8769)[0xA431] = "SERIAL-998877"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2)})
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (320, 240), "gray").save(photo, exif=exif)
    for kind in ("text", "json", "jsonl", "csv", "html"):
        hidden = fakeprint("scan", photo, "--format", kind)
        assert b"998877" not in hidden.stdout + hidden.stderr
        assert b"48.858" not in hidden.stdout
        assert b"51.0" not in hidden.stdout
    shown = fakeprint("scan", photo, "--format", "json", "--show-gps", "--show-identifiers").stdout
    assert b"SERIAL-998877" in shown
    assert b"48.85" in shown
