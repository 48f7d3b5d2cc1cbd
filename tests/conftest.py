"""The whole suite runs with the network refused; tests marked ``network`` may use loopback.  Folders of ``examples`` are importable."""

import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "examples"), str(ROOT / "benchmarks")]

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_allowed: set[str] = set()


class NetworkRefused(AssertionError):
    pass


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        return
    if event == "socket.getaddrinfo" or event == "socket.gethostbyname":
        host = arguments[0]
    else:
        connection, address = arguments[0], arguments[1]
        if isinstance(connection, socket.socket) and connection.family == socket.AF_UNIX:
            return
        host = address[0] if isinstance(address, tuple) else address
    if host not in _allowed:
        raise NetworkRefused(f"{event} to {host!r}")


sys.addaudithook(_refuse)

# A suite that was started in the background ignores interrupts, and so would the programs that it starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _network_is_refused(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("network"):
        _allowed.update(_LOOPBACK)
    yield
    _allowed.clear()
