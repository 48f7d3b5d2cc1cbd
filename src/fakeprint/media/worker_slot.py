"""The thread that owns one worker process at a time: starts it, keeps it busy, tells what became of its tasks."""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pydantic import JsonValue

from fakeprint.core.errors import STATUS_OF_CODE, ErrorCode, ErrorInfo, FakeprintError, Stage, UsageError
from fakeprint.media.worker_process import Answer, PartRefused, StartFailed, WorkerGone, WorkerProcess

if TYPE_CHECKING:
    from fakeprint.media.workers import WorkerPool

_PIPELINED_SECONDS = 0.05
_STARTS_IN_A_ROW = 3

log = logging.getLogger("fakeprint.media.workers")


class Sink(Protocol):
    """Takes the parts of a file that a worker makes (:mod:`fakeprint.media.part_file`); called in a thread of the pool, never raises."""

    def restart(self) -> None:
        """Forget all parts: a worker is about to begin, or to begin again."""
        ...

    def write(self, offset: int, data: bytes) -> bool:
        """Take one part; False ends the worker and the task."""
        ...


@dataclass(frozen=True)
class Task:
    """One input: ``index`` is the caller's number, ``payload`` what the handler receives, ``seconds`` its wall-clock limit.

    ``blobs`` and ``sink`` are for handlers that stream (:mod:`fakeprint.media.worker_main`).
    """

    index: int
    payload: Mapping[str, JsonValue]
    seconds: float
    blobs: tuple[bytes, ...] = ()
    sink: Sink | None = None


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
class Job:
    """A task on its way: its packed frame, the future that will hold its outcome, how often it ended a worker."""

    task: Task
    frame: bytes
    future: "Future[Outcome]"
    failures: int = 0

    def claim(self) -> bool:
        """Say that the job is being worked on; False if its caller has cancelled it."""
        return self.future.running() or self.future.set_running_or_notify_cancel()


class WorkerSlot:
    """One thread that owns one worker process at a time.

    The thread must outlive its worker: the kernel ties the worker's life to the thread that started it.
    """

    def __init__(self, pool: "WorkerPool") -> None:
        self.thread = threading.Thread(target=self._serve, name="fakeprint-worker", daemon=True)
        self._pool = pool
        self._worker: WorkerProcess | None = None
        self._flight: deque[Job] = deque()
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
        except BaseException as error:  # a bug in this thread must not leave its caller waiting; it propagates from here
            self._give_up(PoolError(f"the worker pool failed: {type(error).__name__}"))
            raise
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
        except PartRefused:
            self._refused(job)
            return
        job.future.set_result(_outcome(job.task, answer, seconds))
        self._flight.popleft()
        self._last_seconds = seconds
        worker = self._worker
        if worker is not None and (answer.leaving or worker.answered >= self._pool.limits.worker_items):
            self._pool.give_back(self._flight)
            self._flight.clear()
            self._replace()

    def _start(self) -> None:
        pool = self._pool
        self._late = False
        try:
            worker = WorkerProcess()
        except OSError as error:
            raise StartFailed(f"no worker process can be started: {error.strerror}") from error
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

    def _exchange(self, job: Job) -> tuple[Answer, float]:
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
            if job.task.sink is not None:
                job.task.sink.restart()
            answer = worker.receive(job.task.sink.write if job.task.sink is not None else None)
        finally:
            with self._lock:
                self._deadline = None
        return answer, time.monotonic() - started

    def _start_failed(self, failure: StartFailed) -> None:
        self._replace()
        self._bad_starts += 1
        if self._pool.closing:
            self._drop_flight(UsageError("the worker pool was closed"))
        elif failure.final or self._bad_starts >= _STARTS_IN_A_ROW:
            error = UsageError(failure.message) if failure.usage else PoolError(failure.message)
            self._give_up(error)

    def _give_up(self, error: FakeprintError) -> None:
        """Fail every task, here and in the queue: no worker can be had."""
        self._pool.break_down(error)
        self._drop_flight(error)

    def _lost(self, job: Job, gone: WorkerGone) -> None:
        """The worker ended under ``job``: try it once more alone, then report it.  The one behind it goes back to the queue."""
        worker = self._worker
        late = self._late
        behind = deque(list(self._flight)[1:])
        self._flight = deque([job])
        self._pool.give_back(behind)
        self._replace()
        if self._pool.closing:
            self._drop_flight(UsageError("the worker pool was closed"))
            return
        job.failures += 1
        if job.failures == 1:
            return
        ended = worker.ending() if worker is not None else str(gone)
        if late or (worker is not None and worker.out_of_cpu_time()):
            code, message = ErrorCode.E_TIMEOUT, f"no answer within {job.task.seconds:g} s, twice"
        else:
            code, message = ErrorCode.E_CRASH, f"the worker process ended while it had this file, twice; the second time {ended}"
        job.future.set_result(Outcome(job.task.index, None, error=_error(code, message), seconds=job.task.seconds if late else 0.0))
        self._flight.clear()

    def _refused(self, job: Job) -> None:
        """The sink takes no more: end the worker, which knows nothing of it, and the task."""
        behind = deque(list(self._flight)[1:])
        self._flight.clear()
        self._pool.give_back(behind)
        if self._worker is not None:
            self._worker.kill()
        self._replace()
        message = "the file made from it cannot be written, or would be larger than allowed"
        job.future.set_result(Outcome(job.task.index, None, error=_error(ErrorCode.E_TOO_LARGE, message)))

    def _drop_flight(self, error: FakeprintError) -> None:
        for job in self._flight:
            if not job.future.done() and job.claim():
                job.future.set_exception(error)
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
