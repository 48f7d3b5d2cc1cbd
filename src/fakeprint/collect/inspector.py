"""Feeds files to the sandboxed inspection in batches, from an event loop or from plain code."""

import asyncio
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from pydantic import JsonValue, TypeAdapter

from fakeprint.collect.image_facts import Inspected
from fakeprint.core.errors import ErrorInfo, FakeprintError
from fakeprint.core.limits import Limits
from fakeprint.media.workers import Outcome, Task, WorkerPool

BATCH = 32
_BATCH_WAIT_S = 0.02
_ANSWER = TypeAdapter(list[Inspected])


class Inspector:
    """A pool of sandboxed workers that decode images and tell their facts.  Use as a context manager.

    ``encoding`` asks also for facts of container and tables, which takes as long again.
    """

    def __init__(self, limits: Limits, jobs: int, *, encoding: bool = True) -> None:
        self._limits, self._jobs = limits, jobs
        setup: dict[str, JsonValue] = {"limits": limits.model_dump(mode="json"), "encoding": encoding}
        self._pool = WorkerPool("fakeprint.collect.inspect_worker:InspectWorker", setup, limits, jobs)
        self._batch: list[tuple[Path, asyncio.Future[Inspected]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> "Inspector":
        """Return the inspector; workers start with the first batch."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the workers."""
        self._pool.close()

    def warm(self) -> None:
        """Start the workers before there is work for them."""
        for _ in range(self._jobs):
            self._pool.submit(self._task([]))

    def submit(self, path: Path) -> "asyncio.Future[Inspected]":
        """Queue one file from within a running event loop; what waits together goes together."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Inspected] = loop.create_future()
        self._batch.append((path, future))
        if len(self._batch) >= BATCH:
            self._send()
        elif self._timer is None:
            self._timer = loop.call_later(_BATCH_WAIT_S, self._send)
        return future

    def inspect_all(self, paths: Iterable[Path]) -> Iterator[Inspected]:
        """Yield one result for each path, in order; for plain code."""
        sent: deque[Sequence[Path]] = deque()
        for outcome in self._pool.run(self._tasks_of(paths, sent)):
            yield from self._results(outcome, sent.popleft())

    def _tasks_of(self, paths: Iterable[Path], sent: deque[Sequence[Path]]) -> Iterator[Task]:
        batch: list[Path] = []
        for path in paths:
            batch.append(path)
            if len(batch) == BATCH:
                sent.append(batch)
                yield self._task(batch)
                batch = []
        if batch:
            sent.append(batch)
            yield self._task(batch)

    def _task(self, paths: Sequence[Path]) -> Task:
        names: list[JsonValue] = [os.fsencode(path).decode("latin-1") for path in paths]
        return Task(0, {"paths": names}, self._limits.image_seconds * (2 if len(paths) > 1 else 1))

    def _results(self, outcome: Outcome, paths: Sequence[Path]) -> list[Inspected]:
        """Return one result for each path; a batch that ended its worker is asked again one by one."""
        if outcome.reply is not None:
            return _ANSWER.validate_json(outcome.reply)
        if len(paths) == 1 and outcome.error is not None:
            return [Inspected(error=outcome.error)]
        return [self._results(self._pool.submit(self._task([path])).result(), [path])[0] for path in paths]

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._batch = self._batch, []
        if batch:
            task = asyncio.create_task(self._run(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run(self, batch: list[tuple[Path, "asyncio.Future[Inspected]"]]) -> None:
        paths = [path for path, _ in batch]
        try:
            outcome = await asyncio.wrap_future(self._pool.submit(self._task(paths)))
            if outcome.reply is None and len(paths) > 1:
                outcomes = [await asyncio.wrap_future(self._pool.submit(self._task([path]))) for path in paths]
                found = [self._results(one, [path])[0] for one, path in zip(outcomes, paths, strict=True)]
            else:
                found = self._results(outcome, paths)
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            return
        except FakeprintError as error:  # the pool broke down or was closed; raised where the files are waited for
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), one in zip(batch, found, strict=True):
            if not future.done():
                future.set_result(one)


def describe(error: ErrorInfo | None) -> str:
    """Return the words of an inspection error for a ledger row."""
    return f"{error.code}: {error.message}"[:300] if error else "the inspection gave no answer"
