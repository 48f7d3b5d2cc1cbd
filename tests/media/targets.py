"""Worker targets for tests and benchmarks: what a sandboxed worker is asked to do there."""

import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Handle = Callable[[Mapping[str, Any]], tuple[bytes, dict[str, bytes]]]


def echo(setup: Mapping[str, Any]) -> Handle:
    """Answer with the payload, what it asks for done first: ``do`` is one of the keys of ``deeds``."""
    deeds: dict[str, Callable[[], object]] = {
        "": lambda: None,
        "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
        "hang": lambda: time.sleep(3600),
        "spin": _spin,
        "bug": lambda: 1 // 0,
        "memory": lambda: bytearray(1 << 40),
        "exit": lambda: os._exit(3),
        "print": lambda: os.write(1, b"noise on the standard output\n"),
        "sleep": lambda: time.sleep(setup.get("sleep", 0.01)),
        "media error": _media_error,
        "unsendable": lambda: setup["missing"],
    }

    def handle(payload: Mapping[str, Any]) -> tuple[bytes, dict[str, bytes]]:
        deeds[payload.get("do", "")]()
        blobs = {"pid": str(os.getpid()).encode(), "zeros": bytes(payload.get("bytes", 0))}
        return json.dumps({"n": payload.get("n")}).encode(), blobs

    return handle


def _spin() -> None:
    while True:
        pass


def _media_error() -> None:
    from fakeprint.core.errors import ErrorCode, MediaError, Stage

    raise MediaError(ErrorCode.E_CORRUPT, "told \x1b[31mby the worker", Stage.DECODE)


def refuses(setup: Mapping[str, Any]) -> Handle:
    """Fail in the factory, in the way that the setup names."""
    from fakeprint.core.errors import UsageError

    if setup["how"] == "usage":
        raise UsageError("the setup is not usable")
    if setup["how"] == "exit":
        os._exit(5)
    raise RuntimeError("factory bug")


def liar(setup: Mapping[str, Any]) -> Handle:
    """Break the protocol: write garbage to every pipe the process has."""

    def handle(payload: Mapping[str, Any]) -> tuple[bytes, dict[str, bytes]]:
        if payload["n"] == 1:
            for descriptor in range(3, 12):
                try:
                    os.write(descriptor, bytes.fromhex(setup["bytes"]))
                except OSError:
                    continue
        return b"{}", {}

    return handle


def attempts(setup: Mapping[str, Any]) -> Handle:
    """Try one forbidden thing per task and tell how it ended."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)

    def c_open() -> str:
        return "done" if libc.open(setup["file"].encode(), os.O_CREAT | os.O_WRONLY, 0o600) >= 0 else os.strerror(ctypes.get_errno())

    def c_connect() -> str:
        import struct

        sock = libc.socket(2, 1, 0)
        address = struct.pack("=HH4s8x", 2, int.from_bytes(struct.pack(">H", setup["port"]), "little"), bytes([127, 0, 0, 1]))
        return "done" if libc.connect(sock, address, 16) == 0 else os.strerror(ctypes.get_errno())

    def c_run() -> str:
        return "done" if libc.system(b"exit 0") == 0 else "refused"

    def python(code: str) -> Callable[[], str]:
        def run() -> str:
            try:
                exec(code, {"setup": setup})
            except (OSError, PermissionError) as error:
                return f"{type(error).__name__}"
            return "done"

        return run

    deeds: dict[str, Callable[[], str]] = {
        "c open": c_open,
        "c connect": c_connect,
        "c run": c_run,
        "open": python("open(setup['file'], 'w')"),
        "os.open": python("import os; os.open(setup['file'], os.O_WRONLY | os.O_CREAT)"),
        "mkdir": python("import os; os.mkdir(setup['file'])"),
        "remove": python("import os; os.remove(setup['existing'])"),
        "socket": python("import socket; socket.socket()"),
        "subprocess": python("import subprocess; subprocess.run(['true'])"),
        "system": python("import os; os.system('true')"),
        "fork": python("import os; os.fork()"),
        "pickle": python("import pickle; pickle.loads(b'cos\\nsystem\\n.')"),
        "read": python("assert open(setup['existing']).read() == 'kept'"),
        "libraries": python("import PIL.Image, av, onnxruntime, ctypes; PIL.Image.init()"),
    }

    def handle(payload: Mapping[str, Any]) -> tuple[bytes, dict[str, bytes]]:
        return json.dumps(deeds[payload["do"]]()).encode(), {}

    return handle


def decode(setup: Mapping[str, Any]) -> Handle:
    """Open and decode one file; answer with its error code or ``ok``, and the peak memory of this process in bytes."""
    from fakeprint.core.errors import MediaError
    from fakeprint.core.limits import Limits
    from fakeprint.core.media import MediaKind
    from fakeprint.media.image import decode_image
    from fakeprint.media.probe import open_media
    from fakeprint.media.video import Even, sample_frames

    limits = Limits.model_validate(setup.get("limits", {}))

    def outcome(path: Path) -> str:
        opened = open_media(path, limits)
        if opened.media is None or opened.container is None or opened.media.kind is MediaKind.OTHER:
            assert opened.error is not None
            return opened.error.code.value
        try:
            if opened.media.kind is MediaKind.IMAGE:
                image = decode_image(path, opened.container, limits)
                assert image.rgb.shape[2] == 3
            else:
                for frame in sample_frames(path, opened.container, Even(setup.get("frames", 8)), limits):
                    assert frame.rgb.shape[2] == 3
        except MediaError as error:
            return error.code.value
        return "ok"

    def handle(payload: Mapping[str, Any]) -> tuple[bytes, dict[str, bytes]]:
        started = time.perf_counter()
        told = outcome(Path(payload["path"]))
        seconds = time.perf_counter() - started
        return json.dumps({"outcome": told, "seconds": seconds, "peak": peak_memory()}).encode(), {}

    return handle


def peak_memory() -> int:
    """Return the peak resident size of this process in bytes, 0 where the platform does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


class Writer:
    """Streams: each ``(offset, text)`` of the payload's ``parts`` is one part; ``do`` as for ``liar`` of streams."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self.setup = setup

    def stream(
        self, payload: Mapping[str, Any], blobs: tuple[bytes, ...], emit: Callable[[int, bytes], None]
    ) -> tuple[bytes, dict[str, bytes]]:
        for offset, text in payload["parts"]:
            emit(offset, text.encode())
        for _ in range(payload.get("many", 0)):
            emit(0, bytes(1 << 16))
        if payload.get("do") == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        if payload.get("do") == "endless":
            while True:
                emit(0, b"x" * 1000)
        return json.dumps({"blobs": [blob.decode() for blob in blobs]}).encode(), {}
