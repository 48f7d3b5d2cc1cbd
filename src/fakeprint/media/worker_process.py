"""The parent's end of one worker process: start it, talk to it, end it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from pydantic import JsonValue, ValidationError

import fakeprint
from fakeprint.core.errors import STATUS_OF_CODE, ErrorCode, ErrorInfo, Stage
from fakeprint.core.limits import Limits
from fakeprint.media.worker_protocol import Frame, FrameError, pack_frame, read_frame

_MESSAGE_CHARS = 2000
_TRACE_CHARS = 20_000
_GRACE_SECONDS = 2.0
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "OPENCV_IO_MAX_IMAGE_PIXELS": "50000000"}


class WorkerGone(Exception):
    """The worker ended, or broke the protocol, before it answered."""


class PartRefused(Exception):
    """The sink of a task takes no further part."""


class StartFailed(Exception):
    """The worker could not get ready.  ``final``: trying again is useless; ``usage``: the caller's setup was refused."""

    def __init__(self, message: str, *, final: bool = False, usage: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.final = final
        self.usage = usage


@dataclass(frozen=True)
class Answer:
    """What a worker said about one task.  ``leaving``: it will take no further task."""

    reply: bytes | None
    blobs: dict[str, bytes]
    error: ErrorInfo | None
    trace: str
    leaving: bool
    pid: int


class WorkerProcess:
    """One running worker.  ``pending`` counts the tasks sent and not yet answered, ``answered`` those answered."""

    def __init__(self) -> None:
        roots = [str(Path(fakeprint.__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        arguments = [sys.executable, "-P", *(["-X", "utf8"] if sys.flags.utf8_mode else []), "-m", "fakeprint.media.worker_main"]
        environment = {**_ENVIRONMENT, **os.environ, "PYTHONPATH": os.pathsep.join(roots)}
        start = partial(
            subprocess.Popen, arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        if sys.platform == "win32":
            self._process: subprocess.Popen[bytes] = start(creationflags=subprocess.CREATE_NEW_PROCESS_GROUP)
        else:
            self._process = start(process_group=0)
        self._to_worker = cast(BinaryIO, self._process.stdin)
        self._from_worker = cast(BinaryIO, self._process.stdout)
        self.pid = self._process.pid
        self.pending = 0
        self.answered = 0

    def greet(self, target: str, setup: Mapping[str, JsonValue], limits: Limits) -> tuple[str, ...]:
        """Tell the worker its target and wait until it is ready; return the sandbox measures that hold.

        Raises:
            StartFailed: the worker ended, or its target raised.
        """
        hello: dict[str, JsonValue] = {
            "target": target,
            "setup": dict(setup),
            "limits": limits.model_dump(mode="json"),
            "parent": os.getpid(),
            "path": [os.path.abspath(entry) for entry in sys.path],
        }
        try:
            self._write(pack_frame(hello))
            frame = self._read()
        except WorkerGone as gone:
            raise StartFailed(f"the worker process ended before it was ready: {self._wait_for_ending()}") from gone
        if frame.header.get("ready") is True:
            return frame.texts("measures")
        raise StartFailed(_clean(frame.text("failed"), _TRACE_CHARS), final=True, usage=frame.header.get("usage") is True)

    def send(self, frame: bytes) -> None:
        """Send one task.

        Raises:
            WorkerGone: it ended.
        """
        self._write(frame)
        self.pending += 1

    def receive(self, take: Callable[[int, bytes], bool] | None = None) -> Answer:
        """Wait for the answer to the oldest pending task; parts of a file that come before it go to ``take``.

        Raises:
            WorkerGone: it ended, was killed, or broke the protocol.
            PartRefused: ``take`` returned False.
        """
        frame = self._read()
        while (offset := frame.header.get("at")) is not None:
            if take is None or type(offset) is not int or len(frame.blobs) != 1:
                raise WorkerGone("it broke the protocol")
            if not take(offset, frame.blobs[0]):
                raise PartRefused
            frame = self._read()
        names = frame.texts("names")
        error = _error_in(frame)
        if error is None and len(names) + 1 != len(frame.blobs):
            raise WorkerGone("it broke the protocol")
        self.pending -= 1
        self.answered += 1
        leaving = frame.header.get("leaving") is True
        trace = _clean(frame.text("trace"), _TRACE_CHARS)
        if error is not None:
            return Answer(None, {}, error, trace, leaving, self.pid)
        return Answer(frame.blobs[0], dict(zip(names, frame.blobs[1:], strict=True)), None, trace, leaving, self.pid)

    def kill(self) -> None:
        """Kill the worker and whatever it started.  Its reader then sees the end of the stream."""
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Let an idle worker leave, kill any other, and reap it.  Closes both pipes."""
        if self.pending:
            self.kill()
        with suppress(OSError):
            self._to_worker.close()
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._from_worker.close()

    def ending(self) -> str:
        """Say how the ended process ended, for a message."""
        status = self._process.returncode
        if status is None or status >= 0:
            return f"with exit status {status}"
        name = _signal_name(-status)
        return f"by signal {name}" + (", as the system does when memory runs out" if name == "SIGKILL" else "")

    def out_of_cpu_time(self) -> bool:
        """Whether the system ended the process at its limit of processor time."""
        status = self._process.returncode
        return status is not None and status < 0 and _signal_name(-status) == "SIGXCPU"

    def _wait_for_ending(self) -> str:
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        return self.ending()

    def _write(self, data: bytes) -> None:
        try:
            self._to_worker.write(data)
            self._to_worker.flush()
        except OSError as error:
            raise WorkerGone("it ended") from error

    def _read(self) -> Frame:
        try:
            frame = read_frame(self._from_worker)
        except FrameError as error:
            raise WorkerGone(f"it broke the protocol: {error}") from error
        except OSError as error:
            raise WorkerGone("it ended") from error
        if frame is None:
            raise WorkerGone("it ended")
        return frame


def _error_in(frame: Frame) -> ErrorInfo | None:
    told = frame.header.get("error")
    if not isinstance(told, dict):
        return None
    try:
        code, stage = ErrorCode(str(told.get("code"))), Stage(str(told.get("stage")))
        message = _clean(str(told.get("message", "")), _MESSAGE_CHARS)
        return ErrorInfo(code=code, status=STATUS_OF_CODE[code], message=message, stage=stage)
    except (ValueError, ValidationError) as error:
        raise WorkerGone("it broke the protocol: unknown error code") from error


def _clean(text: str, length: int) -> str:
    """Cut a worker's text and remove control characters and lone surrogates, which must not reach logs."""
    return "".join(char if char == "\n" or char.isprintable() else " " for char in text[:length])


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
