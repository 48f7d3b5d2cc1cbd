"""The worker process: enters the sandbox, builds its target, answers tasks one by one.  Started by the pool, not by hand.

A target that makes more than fits into one answer offers ``stream(payload, blobs, emit)`` instead of being called: ``blobs`` are the
task's, and each ``emit(offset, data)`` sends one part of the file that it makes to the task's sink, before the answer.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import BinaryIO

from pydantic import JsonValue

from fakeprint.core.errors import ErrorCode, MediaError, Stage, UsageError
from fakeprint.core.limits import Limits
from fakeprint.media.sandbox import enter_sandbox, limit_processor_time
from fakeprint.media.worker_protocol import Frame, pack_frame, read_frame

Handle = Callable[[Mapping[str, JsonValue]], tuple[bytes, dict[str, bytes]]]
Emit = Callable[[int, bytes], None]
Stream = Callable[[Mapping[str, JsonValue], tuple[bytes, ...], Emit], tuple[bytes, dict[str, bytes]]]


def main() -> None:
    """Serve the parent until it closes the pipe."""
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    commands, replies = _private_pipes()
    hello = read_frame(commands)
    if hello is None:
        return
    try:
        measures, handle = _prepare(hello)
    except UsageError as error:
        _send(replies, pack_frame({"failed": str(error), "usage": True}))
        return
    except Exception:  # the worker boundary: whatever the target's factory raises is told to the parent, which raises
        _send(replies, pack_frame({"failed": traceback.format_exc(), "usage": False}))
        return
    _send(replies, pack_frame({"ready": True, "measures": list(measures)}))
    while (task := read_frame(commands)) is not None:
        answer, leaving = _answer(handle, task, replies)
        _send(replies, answer)
        if leaving:
            return


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the pipes away from descriptors 0 and 1, so that nothing a library reads or prints disturbs them."""
    commands, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return os.fdopen(commands, "rb"), os.fdopen(replies, "wb", buffering=0)


def _prepare(hello: Frame) -> tuple[tuple[str, ...], Handle]:
    sys.path.extend(entry for entry in hello.texts("path") if entry not in sys.path)
    parent = hello.header["parent"]
    measures = enter_sandbox(Limits.model_validate(hello.header["limits"]), parent=parent if isinstance(parent, int) else None)
    module, _, attribute = hello.text("target").partition(":")
    handle: Handle = getattr(import_module(module), attribute)(hello.header["setup"])
    return measures, handle


def _answer(handle: Handle, task: Frame, replies: BinaryIO) -> tuple[bytes, bool]:
    """Run one task; return the frame of the answer and whether this process should be replaced."""
    payload, seconds = task.header["payload"], task.header["seconds"]
    if not isinstance(payload, dict) or not isinstance(seconds, int | float):
        raise TypeError("malformed task")
    limit_processor_time(seconds)
    try:
        stream: Stream | None = getattr(handle, "stream", None)
        reply, blobs = handle(payload) if stream is None else stream(payload, task.blobs, partial(_emit, replies))
        return pack_frame({"names": list(blobs)}, (reply, *blobs.values())), False
    except MediaError as error:
        return _failure(error.code, str(error), error.stage), error.code is ErrorCode.E_MEMORY
    except MemoryError:
        return _failure(ErrorCode.E_MEMORY, "needs more memory than a worker may use", Stage.EXAMINE), True
    except Exception as error:  # the worker boundary: a bug becomes E_INTERNAL with its traceback in the parent's log
        message = f"internal error: {type(error).__name__}; the log has the details"
        return _failure(ErrorCode.E_INTERNAL, message, Stage.EXAMINE, traceback.format_exc()), False


def _failure(code: ErrorCode, message: str, stage: Stage, trace: str = "") -> bytes:
    leaving = code is ErrorCode.E_MEMORY
    return pack_frame(
        {
            "error": {"code": code.value, "message": message[:2000], "stage": stage.value},
            "trace": trace[-20_000:],
            "leaving": leaving,
        }
    )


def _emit(replies: BinaryIO, offset: int, data: bytes) -> None:
    _send(replies, pack_frame({"at": offset}, (data,)))


def _send(stream: BinaryIO, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[stream.write(view) :]


if __name__ == "__main__":
    main()
    os._exit(0)  # no interpreter teardown: native libraries may hang or crash there
