"""What can become of one address: the statuses of the ledger."""

from enum import StrEnum

from fakeprint.core.errors import ErrorCode, ErrorInfo
from fakeprint.core.record import Record


class Status(StrEnum):
    """Final status of one key.  ``transient`` ones are tried again by the next run, the others only on request."""

    OK = "ok"
    NO_URL = "no_url"
    BAD_KEY = "bad_key"
    BLOCKED_PROMPT = "blocked_prompt"
    REFUSED_ADDRESS = "refused_address"
    REFUSED_ROBOTS = "refused_robots"
    REFUSED_NO_AI = "refused_no_ai"
    HTTP_ERROR = "http_error"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    DNS = "dns"
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    BAD_RESPONSE = "bad_response"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    CORRUPT = "corrupt"
    TOO_SMALL = "too_small"
    PLACEHOLDER = "placeholder"
    INTERNAL = "internal"

    @property
    def transient(self) -> bool:
        """Whether another attempt may end otherwise."""
        return self in _TRANSIENT


_TRANSIENT = frozenset({Status.SERVER_ERROR, Status.RATE_LIMITED, Status.DNS, Status.CONNECTION, Status.TIMEOUT, Status.TRUNCATED})

_TOO_LARGE = frozenset({ErrorCode.E_TOO_LARGE, ErrorCode.E_BOMB, ErrorCode.E_MEMORY})
_NOT_AN_IMAGE = frozenset({ErrorCode.E_FORMAT_UNKNOWN, ErrorCode.E_FORMAT_REFUSED, ErrorCode.E_EXTRA_MISSING})


def status_of(error: ErrorInfo | None) -> Status:
    """Return the status of a file that failed its inspection."""
    code = error.code if error else ErrorCode.E_INTERNAL
    if code is ErrorCode.E_INTERNAL:
        return Status.INTERNAL
    if code in _TOO_LARGE:
        return Status.TOO_LARGE
    return Status.NOT_AN_IMAGE if code in _NOT_AN_IMAGE else Status.CORRUPT


class Refusal(Exception):
    """One attempt ended without a file; carries what the ledger says of it."""

    def __init__(self, status: Status, message: str, *, http: int | None = None, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.http = http
        self.wait_s = wait_s


class LedgerRow(Record):
    """One key and what became of it (specs: dflip3k 3.2).

    ``sniffed`` is the format by content, ``path`` relative to the folder, ``time`` UTC.  ``final_url`` is set after a redirect.
    ``http`` is the last response code, ``attempts`` counts requests, redirects included.
    """

    key: str
    url: str | None = None
    status: Status
    http: int | None = None
    attempts: int = 0
    bytes: int | None = None
    sha256: str | None = None
    sniffed: str | None = None
    mime: str | None = None
    width: int | None = None
    height: int | None = None
    phash: str | None = None
    path: str | None = None
    final_url: str | None = None
    error: str | None = None
    time: str
