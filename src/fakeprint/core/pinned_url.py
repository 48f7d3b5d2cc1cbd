"""Opening a pinned URL: https alone (plain http on loopback, for tests), no redirects, no surprises."""

import http.client
import urllib.error
import urllib.parse
import urllib.request
from ipaddress import ip_address

from fakeprint.core.errors import FakeprintError, UsageError

SECONDS = 10.0


def open_pinned(url: str, *, start: int = 0, seconds: float = SECONDS) -> http.client.HTTPResponse:
    """Open a URL for reading, from byte ``start`` on if the server allows it; ``seconds`` bounds each wait for the server.

    Raises:
        UsageError: the URL is not https.
        FakeprintError: the server cannot be reached, or answers with an error or a redirect.
    """
    parts = urllib.parse.urlsplit(url)
    local = parts.scheme == "http" and _is_loopback(parts.hostname)
    if parts.scheme != "https" and not local:
        raise UsageError(f"only https is fetched, not {url!r}")
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})  # noqa: S310 (scheme is checked above)
    handlers = [_NoRedirect(), *([urllib.request.ProxyHandler({})] if local else [])]
    try:
        response: http.client.HTTPResponse = urllib.request.build_opener(*handlers).open(request, timeout=seconds)
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise FakeprintError(f"could not fetch {url}: {getattr(error, 'reason', None) or error}") from error
    return response


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: the URL is pinned."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


def _is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
