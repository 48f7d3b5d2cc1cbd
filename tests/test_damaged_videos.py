"""Acceptance test 20 in small: every damage of the benchmark through a scan; the benchmark has 200 files."""

from importlib import import_module
from itertools import islice

from fakeprint.core.errors import ErrorCode


def test_damaged_videos_end_in_typed_rows_and_in_time() -> None:
    benchmark = import_module("damaged_videos")
    benchmark.fixtures()
    files = list(islice(benchmark.damaged_videos(), 0, 8 * 4, 3))
    assert {name for name, _, _ in files} == set(benchmark.DAMAGES)
    rows = benchmark.scanned(files)
    outcomes = {outcome for row in rows.values() for outcome in row.outcomes}
    assert sum(row.outcomes.total() for row in rows.values()) == len(files)
    assert not outcomes & {ErrorCode.E_CRASH.value, ErrorCode.E_TIMEOUT.value, ErrorCode.E_INTERNAL.value}
    assert "ok" in outcomes
    assert max(row.worst_seconds for row in rows.values()) < 30
