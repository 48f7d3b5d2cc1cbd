import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakeprint.collect.connection import HEAD_BYTES, Connection, Head, request_bytes
from fakeprint.collect.outcome import Refusal, Status

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.sent += data

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def talk(pieces: list[bytes], *, lost: bool = True) -> tuple[Head | Exception, bytes, Connection]:
    """Send pieces as an answer, then close the connection."""

    async def run() -> tuple[Head | Exception, bytes, Connection]:
        connection, body = Connection(time.monotonic), bytearray()
        connection.connection_made(Wire())
        waiter = connection.exchange(b"GET", lambda head: body.extend if head.status == 200 else None)
        for piece in pieces:
            connection.data_received(piece)
        if lost:
            connection.connection_lost(None)
        if not waiter.done():
            waiter.cancel()
            return TimeoutError(), bytes(body), connection
        error = waiter.exception()
        return (error if isinstance(error, Exception) else waiter.result()), bytes(body), connection

    return asyncio.run(run())


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_answer_in_pieces(size: int) -> None:
    head, body, connection = talk([GOOD[at : at + size] for at in range(0, len(GOOD), size)], lost=False)
    assert isinstance(head, Head)
    assert (head.status, head.get("x-a"), body, connection.reusable) == (200, "b", b"hello", True)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", Status.CONNECTION),
        (b"HTTP/1.1 200 OK\r\nContent-Le", Status.CONNECTION),
        (GOOD[:-1], Status.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", Status.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Status.BAD_RESPONSE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", Status.BAD_RESPONSE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", Status.BAD_RESPONSE),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", Status.BAD_RESPONSE),
        (b"SSH-2.0-OpenSSH\r\n", Status.BAD_RESPONSE),
        (b"HTTP/1.1 200 OK\r\n" + b"A: " + b"b" * HEAD_BYTES, Status.BAD_RESPONSE),
        (b"HTTP/1.1 200 " + b"O" * (HEAD_BYTES + 10), Status.BAD_RESPONSE),
    ],
)
def test_broken_answers(data: bytes, status: Status) -> None:
    error, _, connection = talk([data])
    assert isinstance(error, Refusal)
    assert error.status is status
    assert not connection.reusable


def test_interim_answers_are_skipped() -> None:
    head, body, _ = talk([b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + GOOD], lost=False)
    assert isinstance(head, Head)
    assert (head.status, body, head.get("link")) == (200, b"hello", None)


def test_what_comes_after_the_answer_ends_the_connection() -> None:
    head, body, connection = talk([GOOD + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"], lost=False)
    assert isinstance(head, Head)
    assert body == b"hello"
    assert not (connection.open and connection.reusable)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(GOOD)), st.integers(1, 50))
def test_any_bytes_end_in_an_answer_or_a_refusal(noise: bytes, at: int, size: int) -> None:
    data = GOOD[:at] + noise + GOOD[at:]
    found, _, _ = talk([data[start : start + size] for start in range(0, len(data), size)])
    assert isinstance(found, Head | Refusal | TimeoutError) or type(found).__name__ == "StaleConnection"


def test_the_request_says_no_more_than_needed() -> None:
    text = request_bytes("/a", "example.org", "agent").decode()
    names = [line.partition(":")[0] for line in text.split("\r\n")[1:] if line]
    assert names == ["Host", "User-Agent", "Accept", "Accept-Encoding"]
