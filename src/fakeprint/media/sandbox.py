"""What holds a worker process down before it sees an untrusted byte, as far as the platform has it (specs: reliability 3).

Every measure is applied for good and none can be taken back from inside.  A platform that lacks one simply does not list it; the
limits on pixels and the wall-clock kill by the parent hold everywhere.
"""

import ctypes
import errno
import json
import math
import os
import signal
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from fakeprint.core.limits import Limits

MEASURES: dict[str, str] = {
    "memory": "address space is limited",
    "processor time": "the system ends a worker that computes for twice its wall-clock limit",
    "open files": "the number of open files is limited",
    "no core dumps": "a crash leaves no memory image on disk",
    "no file growth": "no file can be made longer than zero bytes",
    "network namespace": "the worker has no network interface",
    "capabilities": "rights of the superuser are given up, except reading",
    "no new privileges": "no program can raise the worker's rights",
    "ends with parent": "the system ends the worker when its parent ends",
    "landlock": "the kernel refuses writing files, starting programs and, where it can, network ports",
    "audit hook": "Python itself refuses sockets, programs, forks, writing files and pickled classes",
}
"""Every measure by name, with its effect in a sentence."""

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CAP_DAC_READ_SEARCH = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAPSET = {"x86_64": 126, "aarch64": 91, "riscv64": 91}
_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_PATH_BENEATH = 1

_REFUSED_EVENTS = frozenset(
    {
        "socket.__new__",
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "pty.spawn",
        "pickle.find_class",
        "os.remove",
        "os.rename",
        "os.mkdir",
        "os.rmdir",
        "os.truncate",
        "os.link",
        "os.symlink",
        "os.chmod",
        "os.chown",
    }
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def enter_sandbox(limits: Limits, *, parent: int | None = None) -> tuple[str, ...]:
    """Apply every measure that this platform allows to this process, for good; return the names of those that hold.

    Must run while the process has one thread.  ``parent`` is the process that started this one: if it is gone already, so is this one.
    """
    held = [*_limit_resources(limits)]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        held += _leave_network(libc)
        held += _drop_capabilities(libc)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            held.append("no new privileges")
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0:
            held.append("ends with parent")
        if parent is not None and os.getppid() != parent:
            os._exit(0)
        held += _enter_landlock(libc)
    sys.addaudithook(_refuse)
    return (*held, "audit hook")


def limit_processor_time(seconds: float) -> None:
    """Allow twice ``seconds`` of processor time from now on; the system then ends the process."""
    if sys.platform == "win32":
        return
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(usage.ru_utime + usage.ru_stime + 2 * seconds) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard))


def describe() -> dict[str, bool]:
    """Try the sandbox in a process of its own; return every measure's name and whether it holds on this machine."""
    roots = [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "fakeprint.media.sandbox"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
        timeout=60,
        check=True,
    )
    held = json.loads(done.stdout)
    return {name: name in held for name in MEASURES}


def _limit_resources(limits: Limits) -> list[str]:
    if sys.platform == "win32":
        return []
    import resource

    held = []
    wanted = [
        ("open files", resource.RLIMIT_NOFILE, limits.worker_open_files),
        ("no core dumps", resource.RLIMIT_CORE, 0),
        ("no file growth", resource.RLIMIT_FSIZE, 0),
    ]
    if sys.platform == "linux":  # others accept an address-space limit and do not keep it
        wanted.insert(0, ("memory", resource.RLIMIT_AS, limits.worker_memory_bytes))
        held.append("processor time")
    for name, which, value in wanted:
        hard = resource.getrlimit(which)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(which, (bound, bound))
            held.append(name)
    return held


def _leave_network(libc: ctypes.CDLL) -> list[str]:
    """Move to an empty network namespace; without the right to do so, through a user namespace of our own."""
    if libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        return ["network namespace"]
    return []


def _drop_capabilities(libc: ctypes.CDLL) -> list[str]:
    """Keep at most the right to read: the parent may examine files of others."""
    number = _CAPSET.get(os.uname().machine)
    if number is None:
        return []
    status = Path("/proc/self/status")
    with suppress(OSError, ValueError):
        lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        keep = int(lines["CapPrm"], 16) & _CAP_DAC_READ_SEARCH
        header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
        data = struct.pack("=6I", keep, keep, 0, 0, 0, 0)
        if libc.syscall(number, header, data) == 0:
            return ["capabilities"]
    return []


def _enter_landlock(libc: ctypes.CDLL) -> list[str]:
    """Refuse, in the kernel, every access that is named and not granted; reading is not named, mapping libraries is reading."""
    abi = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if abi < 1:
        return []
    execute, write, remove_and_make, refer, truncate = 1 << 0, 1 << 1, 0x1FF << 4, 1 << 13, 1 << 14
    files = execute | write | remove_and_make | (refer if abi >= 2 else 0) | (truncate if abi >= 3 else 0)
    bind_and_connect, unix_sockets_and_signals = 0b11, 0b11
    fields = [files, *([bind_and_connect] if abi >= 4 else []), *([unix_sockets_and_signals] if abi >= 6 else [])]
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return []
    with open(os.devnull, "rb") as nowhere:  # libraries write to it as they load
        rule = struct.pack("=Qi", write | (truncate if abi >= 3 else 0), nowhere.fileno())
        libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _LANDLOCK_PATH_BENEATH, rule, 0)
    held = libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return ["landlock"] if held else []


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if not isinstance(flags, int) or not flags & _WRITING or path == os.devnull:
            return
    elif event not in _REFUSED_EVENTS:
        return
    raise PermissionError(errno.EPERM, f"refused in a worker: {event}")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(enter_sandbox(Limits())))
