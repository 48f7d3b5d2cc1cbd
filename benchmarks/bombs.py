"""Acceptance test 3: small files that ask for much memory or time, one fresh worker each (specs: reliability 13).

    python benchmarks/bombs.py

Prints for each file its size, what became of it, seconds and the worker's peak memory.
"""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from corruption import fixtures
from fakeprint.core.limits import Limits
from fakeprint.media.workers import Task, WorkerPool

SECONDS = 2.0
BYTES = 300 * 10**6


@dataclass(frozen=True)
class Row:
    """One file: its outcome, the seconds of opening and decoding, the worker's peak resident bytes."""

    name: str
    size: int
    outcome: str
    seconds: float
    peak: int

    @property
    def bounded(self) -> bool:
        """Whether time and memory stayed within the targets."""
        return self.seconds < SECONDS and 0 < self.peak < BYTES


def measure(files: Iterable[tuple[str, bytes]], seconds: float = 10.0) -> list[Row]:
    """Open and decode each file in a worker of its own."""
    fixtures()
    with tempfile.TemporaryDirectory() as folder, WorkerPool("targets:decode", {}, Limits(worker_items=1), 1) as pool:
        paths = []
        for name, data in files:
            paths.append(Path(folder, name))
            paths[-1].write_bytes(data)
        rows = []
        for path, outcome in zip(
            paths, pool.run(Task(number, {"path": str(path)}, seconds) for number, path in enumerate(paths)), strict=True
        ):
            if outcome.reply is None:
                code = outcome.error.code.value if outcome.error is not None else "nothing"
                rows.append(Row(path.name, path.stat().st_size, code, seconds, 0))
            else:
                told = json.loads(outcome.reply)
                rows.append(Row(path.name, path.stat().st_size, told["outcome"], told["seconds"], told["peak"]))
    return rows


def main() -> None:
    """Measure and print."""
    fixtures()
    rows = measure(import_module("make").bombs())
    for row in rows:
        mark = "" if row.bounded else "   OVER"
        print(f"{row.name:26} {row.size:>10} bytes  {row.outcome:16} {row.seconds:6.2f} s  {row.peak / 1e6:6.0f} MB{mark}")
    over = sum(not row.bounded for row in rows)
    worst, peak = max(row.seconds for row in rows), max(row.peak for row in rows) / 1e6
    print(f"{len(rows)} files, {over} over {SECONDS:g} s or {BYTES / 1e6:.0f} MB; worst {worst:.2f} s, {peak:.0f} MB")


if __name__ == "__main__":
    main()
