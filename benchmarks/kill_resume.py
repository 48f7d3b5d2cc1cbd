"""Kill a scan at random moments and resume it until it ends; the rows must equal those of an uninterrupted run.

    python benchmarks/kill_resume.py [--files 5000] [--kills 20]

Acceptance test 8 (specs: reliability 13).  Prints one JSON document; exits 1 if anything is missing, double or different.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scan import write_pictures

COMMAND = [sys.executable, "-m", "fakeprint", "scan"]


def rows(path: Path) -> list[dict[str, object]]:
    """Return the rows without run id and seconds."""
    found = []
    for line in path.read_bytes().splitlines():
        row = json.loads(line)
        row["run"].pop("id")
        for evidence in row["evidence"]:
            evidence.pop("seconds")
        found.append(row)
    return found


def main() -> int:
    """Run, kill, resume, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=20)
    arguments = parser.parse_args()
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_pictures(Path(scratch) / "media", "jpg", arguments.files)
        for broken in draw.sample(sorted(folder.iterdir()), arguments.files // 100):
            broken.write_bytes(broken.read_bytes()[:500])
        whole, out = Path(scratch) / "whole.jsonl", Path(scratch) / "rows.jsonl"
        started = time.perf_counter()
        subprocess.run([*COMMAND, str(folder), "--out", str(whole), "--quiet"], check=False)
        seconds = time.perf_counter() - started
        kills, partial = 0, 0
        while kills < arguments.kills:
            process = subprocess.Popen([*COMMAND, str(folder), "--out", str(out), "--quiet", *(["--resume"] if out.exists() else [])])
            try:
                process.wait(timeout=draw.uniform(0.3, max(1.0, seconds / arguments.kills * 2)))
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
                partial += len(list(Path(scratch).glob("*.tmp.*")))
        subprocess.run([*COMMAND, str(folder), "--out", str(out), "--quiet", "--resume"], check=False)
        same = rows(out) == rows(whole)
        result = {"files": arguments.files, "kills": kills, "rows": len(rows(out)), "same_rows": same, "temporary_files_left": partial}
        print(json.dumps(result, indent=1))
        return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
