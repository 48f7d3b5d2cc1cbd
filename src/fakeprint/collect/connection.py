"""One HTTP/1.1 connection: a request out, a bounded response in.

The response is parsed by httptools (llhttp, the parser of Node.js); this module bounds it and hands the body on as it arrives.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fakeprint.collect.outcome import Refusal, Status
from fakeprint.core.errors import MissingExtraError

try:
    import httptools
except ImportError as error:
    raise MissingExtraError("httptools", "data") from error

HEAD_BYTES = 64 * 1024
DRAINED_BYTES = 64 * 1024
"""How much of an unwanted body is read so that the connection can be kept; a longer one costs the connection."""


@dataclass(frozen=True)
class Head:
    """Status code and headers of a response, names in lower case, in the order sent."""

    status: int
    headers: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str | None:
        """Return the first header of that name."""
        return next((value for found, value in self.headers if found == name), None)


OnHead = Callable[[Head], Callable[[bytes], None] | None]
"""Called with the head; returns where the body goes, or None where nobody wants it.  May raise Refusal, as may the sink."""


class StaleConnection(Exception):
    """A kept connection was closed by the server before it answered; the request may be sent again on a new one."""


class Connection(asyncio.Protocol):
    """One connection, used for one exchange at a time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Head] | None = None
        self._used = 0
        self.heard = clock()
        """When the other side last said something."""
        self.reusable = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport."""
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    @property
    def open(self) -> bool:
        """Whether the connection can still be used."""
        return self._transport is not None and not self._transport.is_closing()

    def exchange(self, request: bytes, on_head: OnHead) -> "asyncio.Future[Head]":
        """Send a request; the future ends when the whole response has arrived, or with a Refusal."""
        if self._transport is None:
            raise StaleConnection
        self._waiter = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._on_head = on_head
        self._headers: list[tuple[str, str]] = []
        self._head: Head | None = None
        self._sink: Callable[[bytes], None] | None = None
        self._head_bytes = self._drained = 0
        self._interim = False
        self.reusable = False
        self.heard = self._clock()
        self._transport.write(request)
        return self._waiter

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self.heard = self._clock()
        if self._waiter is None or self._waiter.done():
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            cause = error.__context__
            self._end(cause if isinstance(cause, Exception) else error)
        except httptools.HttpParserError as error:
            self._end(Refusal(Status.BAD_RESPONSE, f"not HTTP: {error}"))
        except httptools.HttpParserUpgrade:
            self._end(Refusal(Status.BAD_RESPONSE, "the server changed the protocol"))
        else:
            if self._head is None:
                self._count_head(len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        """Decide what a closed connection means for the response."""
        self._transport = None
        if self._waiter is None or self._waiter.done():
            return
        head = self._head
        if head is None:
            fresh = self._used == 0 or self._head_bytes
            self._fail(Refusal(Status.CONNECTION, "closed before it answered") if fresh else StaleConnection())
        elif exc is None and head.get("content-length") is None and head.get("transfer-encoding") is None:
            self._waiter.set_result(head)  # the end of the connection is the end of the body
        else:
            self._fail(Refusal(Status.TRUNCATED, "the connection closed in the middle of the body", http=head.status))

    def abort(self, refusal: Refusal) -> None:
        """End the exchange from outside, as a time limit does."""
        self._end(refusal)

    def close(self) -> None:
        """Close at once; nothing unsent matters."""
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    # What the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header; also trailers, which are counted and dropped."""
        self._count_head(len(name) + len(value) + 4)
        if self._head is None:
            self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Ask the caller what becomes of the body."""
        if self._waiter is None or self._waiter.done():
            self._sink = None
            self.close()  # nobody asked for a second answer
            return
        status = self._parser.get_status_code()
        self._interim = 100 <= status < 200
        if self._interim:
            self._headers.clear()
            return
        self._head = Head(status, tuple(self._headers))
        self._sink = self._on_head(self._head)

    def on_body(self, data: bytes) -> None:
        """Hand the body on, or let it go by up to a bound."""
        if self._sink is not None:
            self._sink(data)
            return
        self._drained += len(data)
        if self._drained > DRAINED_BYTES and self._head is not None and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(self._head)
            self.close()

    def on_message_complete(self) -> None:
        """End the exchange, unless that was an interim response."""
        if self._interim or self._waiter is None or self._waiter.done() or self._head is None:
            return
        self._used += 1
        self._sink = None
        self.reusable = self._parser.should_keep_alive()
        self._waiter.set_result(self._head)

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_BYTES:
            self._end(Refusal(Status.BAD_RESPONSE, f"more than {HEAD_BYTES} bytes of headers"))

    def _end(self, error: Exception) -> None:
        self._fail(error)
        self.close()

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)


def request_bytes(target: str, authority: str, agent: str) -> bytes:
    """Return a GET request without cookies, credentials or referrer."""
    lines = (
        f"GET {target} HTTP/1.1",
        f"Host: {authority}",
        f"User-Agent: {agent}",
        "Accept: image/*,*/*;q=0.5",
        "Accept-Encoding: identity",
        "\r\n",
    )
    return "\r\n".join(lines).encode("ascii")
