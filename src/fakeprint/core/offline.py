"""``--offline``: any attempt to reach a network is an error, wherever it comes from."""

import socket
import sys

from fakeprint.core.errors import UsageError

_EVENTS = frozenset(
    {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.sendto", "socket.bind"}
)


def forbid_network() -> None:
    """Refuse connections and name look-ups of this process for the rest of its life; local (UNIX) sockets stay possible."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _EVENTS:
        return
    subject = arguments[0] if arguments else None
    if isinstance(subject, socket.socket) and subject.family == getattr(socket, "AF_UNIX", None):
        return
    raise UsageError(f"{event} was attempted with --offline; run without it, or install what is needed beforehand")
