"""Disposable worker processes that touch untrusted bytes, and the pool that feeds, watches and replaces them (specs: reliability 3).

The pool starts ``python -m fakeprint.media.worker_main`` as often as it needs and talks to each worker over two pipes
(:mod:`~fakeprint.media.worker_protocol`).  Nothing of the caller's program is imported or forked, so scripts need no main guard.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType

from pydantic import JsonValue

from fakeprint.core.errors import STATUS_OF_CODE, ErrorCode, ErrorInfo, FakeprintError, Stage, UsageError
from fakeprint.core.limits import Limits
from fakeprint.media.worker_process import Answer, StartFailed, WorkerGone, WorkerProcess
from fakeprint.media.worker_protocol import pack_frame

_PIPELINED_BYTES = 4096
_PIPELINED_SECONDS = 0.05
_STARTS_IN_A_ROW = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """One input: ``index`` is the caller's number, ``payload`` what the handler receives, ``seconds`` its wall-clock limit."""

    index: int
    payload: Mapping[str, JsonValue]
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """What became of one task: either ``reply`` (JSON text) with named ``blobs``, or ``error``.

    ``seconds`` is the wall-clock time that the worker had the task.
    """

    index: int
    reply: bytes | None
    blobs: dict[str, bytes] = field(default_factory=dict)
    error: ErrorInfo | None = None
    seconds: float = 0.0


class PoolError(FakeprintError):
    """No worker can be started; the run cannot go on."""


@dataclass
class _Job:
    task: Task
    frame: bytes
    future: "Future[Outcome]"
    failures: int = 0

    def claim(self) -> bool:
        """Say that the job is being worked on; False if its caller has cancelled it."""
        return self.future.running() or self.future.set_running_or_notify_cancel()


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
        self._queue: deque[_Job] = deque()
        self._slots: list[_Slot] = []
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
        job = _Job(task, pack_frame({"payload": dict(task.payload), "seconds": task.seconds}), Future())
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
        slot = _Slot(self)
        self._slots.append(slot)
        self._idle += 1
        slot.thread.start()

    def _watch(self) -> None:
        while not self._stopped.wait(0.05):
            now = time.monotonic()
            for slot in tuple(self._slots):
                slot.check(now)

    def take(self) -> "_Job | None":
        """Wait for a job; None when the pool closes."""
        with self._changed:
            while not self._queue and not self._closing:
                self._changed.wait()
            if self._closing:
                return None
            self._idle -= 1
            return self._queue.popleft()

    def take_second(self) -> "_Job | None":
        """Return a small job that may wait inside a busy worker, if all other workers have work anyway."""
        with self._changed:
            spare = self._idle + self.jobs - len(self._slots)
            if len(self._queue) <= spare or len(self._queue[0].frame) > _PIPELINED_BYTES or self._queue[0].failures:
                return None
            return self._queue.popleft()

    def give_back(self, jobs: "deque[_Job]") -> None:
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


class _Slot:
    """One thread that owns one worker process at a time.

    The thread must outlive its worker: the kernel ties the worker's life to the thread that started it.
    """

    def __init__(self, pool: WorkerPool) -> None:
        self.thread = threading.Thread(target=self._serve, name="fakeprint-worker", daemon=True)
        self._pool = pool
        self._worker: WorkerProcess | None = None
        self._flight: deque[_Job] = deque()
        self._lock = threading.Lock()
        self._deadline: float | None = None
        self._late = False
        self._last_seconds = _PIPELINED_SECONDS
        self._bad_starts = 0

    def check(self, now: float) -> None:
        """Kill the worker if its time is up; called by the watchdog."""
        with self._lock:
            if self._deadline is not None and now > self._deadline and self._worker is not None:
                self._late = True
                self._deadline = None
                self._worker.kill()

    def interrupt(self) -> None:
        """Kill the worker if it is busy; called when the pool closes."""
        with self._lock:
            if self._worker is not None and self._deadline is not None:
                self._worker.kill()

    def _serve(self) -> None:
        try:
            while (job := self._pool.take()) is not None:
                self._flight.append(job)
                while self._flight:
                    self._step()
                self._pool.rest()
        finally:
            self._replace()

    def _step(self) -> None:
        """Bring the first job in flight to an end, keeping a second one waiting in the worker."""
        job = self._flight[0]
        try:
            if self._worker is None:
                self._start()
            if not job.claim():
                self._flight.popleft()
                return
            answer, seconds = self._exchange(job)
        except StartFailed as failure:
            self._start_failed(failure)
            return
        except WorkerGone as gone:
            self._lost(job, gone)
            return
        self._flight.popleft()
        self._last_seconds = seconds
        job.future.set_result(_outcome(job.task, answer, seconds))
        worker = self._worker
        if worker is not None and (answer.leaving or worker.answered >= self._pool.limits.worker_items):
            self._pool.give_back(self._flight)
            self._flight.clear()
            self._replace()

    def _start(self) -> None:
        pool = self._pool
        self._late = False
        worker = WorkerProcess()
        with self._lock:
            self._worker = worker
            self._deadline = time.monotonic() + pool.start_seconds
        try:
            if pool.closing:
                raise StartFailed("the pool is closing")
            pool.measures = worker.greet(pool.target, pool.setup, pool.limits)
        finally:
            with self._lock:
                self._deadline = None
        self._bad_starts = 0

    def _exchange(self, job: _Job) -> tuple[Answer, float]:
        worker = self._worker
        if worker is None:
            raise WorkerGone("it was gone")
        started = time.monotonic()
        with self._lock:
            self._deadline = started + job.task.seconds
            self._late = False
        try:
            if self._pool.closing:
                raise WorkerGone("the pool is closing")
            if not worker.pending:
                worker.send(job.frame)
            if self._last_seconds < _PIPELINED_SECONDS and not job.failures and len(self._flight) == 1:
                second = self._pool.take_second()
                if second is not None:
                    self._flight.append(second)
                    if second.claim():
                        worker.send(second.frame)
                    else:
                        self._flight.pop()
            answer = worker.receive()
        finally:
            with self._lock:
                self._deadline = None
        return answer, time.monotonic() - started

    def _start_failed(self, failure: StartFailed) -> None:
        self._replace()
        self._bad_starts += 1
        if self._pool.closing:
            self._drop_flight()
        elif failure.final or self._bad_starts >= _STARTS_IN_A_ROW:
            error = UsageError(failure.message) if failure.usage else PoolError(failure.message)
            self._pool.break_down(error)
            for job in self._flight:
                if job.claim():
                    job.future.set_exception(error)
            self._flight.clear()

    def _lost(self, job: _Job, gone: WorkerGone) -> None:
        """The worker ended under ``job``: try it once more alone, then report it.  The one behind it goes back to the queue."""
        worker = self._worker
        late = self._late
        self._flight.popleft()
        self._pool.give_back(self._flight)
        self._flight.clear()
        self._replace()
        if self._pool.closing:
            job.future.set_exception(UsageError("the worker pool was closed"))
            return
        job.failures += 1
        if job.failures == 1:
            self._flight.append(job)
            return
        ended = worker.ending() if worker is not None else str(gone)
        if late or (worker is not None and worker.out_of_cpu_time()):
            code, message = ErrorCode.E_TIMEOUT, f"no answer within {job.task.seconds:g} s, twice"
        else:
            code, message = ErrorCode.E_CRASH, f"the worker process ended while it had this file, twice; the second time {ended}"
        job.future.set_result(Outcome(job.task.index, None, error=_error(code, message), seconds=job.task.seconds if late else 0.0))

    def _drop_flight(self) -> None:
        for job in self._flight:
            if job.claim():
                job.future.set_exception(UsageError("the worker pool was closed"))
        self._flight.clear()

    def _replace(self) -> None:
        """End the worker, if any; the next job gets a fresh one."""
        with self._lock:
            worker, self._worker = self._worker, None
            self._deadline = None
        if worker is not None:
            worker.end()


def _error(code: ErrorCode, message: str, stage: Stage = Stage.EXAMINE) -> ErrorInfo:
    return ErrorInfo(code=code, status=STATUS_OF_CODE[code], message=message, stage=stage)


def _outcome(task: Task, answer: Answer, seconds: float) -> Outcome:
    if answer.trace:
        log.error("internal error in task %d (worker %d of %d):\n%s", task.index, answer.pid, os.getpid(), answer.trace)
    if answer.error is not None:
        return Outcome(task.index, None, error=answer.error, seconds=seconds)
    return Outcome(task.index, answer.reply, answer.blobs, seconds=seconds)
