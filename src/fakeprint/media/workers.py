"""Disposable worker processes that touch untrusted bytes, and the pool that feeds, watches and replaces them (specs: reliability 3).

The pool starts ``python -m fakeprint.media.worker_main`` as often as it needs and talks to each worker over two pipes
(:mod:`~fakeprint.media.worker_protocol`).  Nothing of the caller's program is imported or forked, so scripts need no main guard.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from types import TracebackType

from pydantic import JsonValue

from fakeprint.core.errors import FakeprintError, UsageError
from fakeprint.core.limits import Limits
from fakeprint.media.worker_protocol import pack_frame
from fakeprint.media.worker_slot import Job, Outcome, PoolError, Sink, Task, WorkerSlot

__all__ = ["Outcome", "PoolError", "Sink", "Task", "WorkerPool"]

_PIPELINED_BYTES = 4096


class WorkerPool:
    """A pool of sandboxed workers that all run one target.

    ``target`` is ``"module:attribute"``: a factory that a worker calls once with ``setup`` and that returns
    ``handle(payload) -> (JSON bytes, blobs by name)``.  Workers start when there is work for them, at most ``jobs`` of them.  An
    item that kills or stalls its worker is tried once more, alone, in a fresh worker; then it becomes an error.  Use as a context
    manager, and from any thread.

    ``lookahead`` bounds the tasks that ``run`` has taken but not yet yielded.
    """

    def __init__(
        self,
        target: str,
        setup: Mapping[str, JsonValue],
        limits: Limits,
        jobs: int,
        *,
        lookahead: int | None = None,
        start_seconds: float = 120.0,
    ) -> None:
        if jobs < 1:
            raise UsageError(f"a pool needs at least one worker, not {jobs}")
        if ":" not in target:
            raise UsageError(f"a worker target is written module:attribute, not {target!r}")
        self.target = target
        self.setup = dict(setup)
        self.limits = limits
        self.jobs = jobs
        self.start_seconds = start_seconds
        self.measures: tuple[str, ...] | None = None
        """The sandbox measures that held in the worker that started last; None before the first start."""
        self._lookahead = lookahead or 8 * jobs
        self._changed = threading.Condition()
        self._queue: deque[Job] = deque()
        self._slots: list[WorkerSlot] = []
        self._idle = 0
        self._closing = False
        self._broken: FakeprintError | None = None
        self._watchdog: threading.Thread | None = None
        self._stopped = threading.Event()

    def __enter__(self) -> "WorkerPool":
        """Return the pool; workers start with the first task."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the pool."""
        self.close()

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Yield one outcome for each task, in the order of the tasks.

        ``tasks`` is advanced in the caller's thread, a bounded number ahead.  Closing the iterator drops what has not started.

        Raises:
            PoolError: no worker can be started.
            UsageError: the target refused its setup.
        """
        window: deque[Future[Outcome]] = deque()
        source = iter(tasks)
        more = True
        try:
            while True:
                while more and len(window) < self._lookahead:
                    task = next(source, None)
                    if task is None:
                        more = False
                    else:
                        window.append(self.submit(task))
                if not window:
                    return
                yield window.popleft().result()
        finally:
            for future in window:
                future.cancel()

    def submit(self, task: Task) -> "Future[Outcome]":
        """Queue one task and return its future; the queue is not bounded here.

        Raises:
            ValueError: the payload is over the bounds of the protocol.
        """
        job = Job(task, pack_frame({"payload": dict(task.payload), "seconds": task.seconds}, task.blobs), Future())
        with self._changed:
            if self._broken is not None:
                raise self._broken
            if self._closing:
                raise UsageError("the worker pool is closed")
            self._queue.append(job)
            if self._idle < len(self._queue) and len(self._slots) < self.jobs:
                self._start_slot()
            self._changed.notify()
        return job.future

    def close(self) -> None:
        """End all workers: idle ones quietly, busy ones at once.  What was still waiting is cancelled."""
        with self._changed:
            self._closing = True
            waiting = list(self._queue)
            self._queue.clear()
            self._changed.notify_all()
        for job in waiting:
            job.future.cancel()
        for slot in self._slots:
            slot.interrupt()
        for slot in self._slots:
            slot.thread.join()
        self._stopped.set()
        if self._watchdog is not None:
            self._watchdog.join()

    def _start_slot(self) -> None:
        if self._watchdog is None:
            self._watchdog = threading.Thread(target=self._watch, name="fakeprint-watchdog", daemon=True)
            self._watchdog.start()
        slot = WorkerSlot(self)
        self._slots.append(slot)
        self._idle += 1
        slot.thread.start()

    def _watch(self) -> None:
        while not self._stopped.wait(0.05):
            now = time.monotonic()
            for slot in tuple(self._slots):
                slot.check(now)

    def take(self) -> "Job | None":
        """Wait for a job; None when the pool closes."""
        with self._changed:
            while not self._queue and not self._closing:
                self._changed.wait()
            if self._closing:
                return None
            self._idle -= 1
            return self._queue.popleft()

    def take_second(self) -> "Job | None":
        """Return a small job that may wait inside a busy worker, if all other workers have work anyway."""
        with self._changed:
            spare = self._idle + self.jobs - len(self._slots)
            if len(self._queue) <= spare or len(self._queue[0].frame) > _PIPELINED_BYTES or self._queue[0].failures:
                return None
            return self._queue.popleft()

    def give_back(self, jobs: "deque[Job]") -> None:
        """Put claimed jobs that were not worked on back to the front, in order."""
        with self._changed:
            refused = self._broken or (UsageError("the worker pool was closed") if self._closing else None)
            if refused is None:
                self._queue.extendleft(reversed(jobs))
                self._changed.notify_all()
                return
        for job in jobs:
            job.future.set_exception(refused)

    def rest(self) -> None:
        """Say that one slot has no job any more."""
        with self._changed:
            self._idle += 1

    def break_down(self, error: FakeprintError) -> None:
        """Fail everything that waits: no worker can be started."""
        with self._changed:
            self._broken = error
            waiting = list(self._queue)
            self._queue.clear()
        for job in waiting:
            if job.claim():
                job.future.set_exception(error)

    @property
    def closing(self) -> bool:
        """Whether the pool is being closed."""
        return self._closing
