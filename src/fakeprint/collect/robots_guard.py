"""Asks each site once for its ``robots.txt`` and keeps the answer."""

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urljoin

from fakeprint.collect.address import Address, RefusedAddress, parse_address
from fakeprint.collect.connection import Head
from fakeprint.collect.outcome import Refusal, Status
from fakeprint.collect.robots import OPEN, ROBOTS_BYTES, RobotsRules, parse_robots
from fakeprint.collect.transport import Transport

REDIRECTS = 5
FAILURE_SECONDS = 60.0
_SITES_KEPT = 100_000


class RobotsGuard:
    """The rules of every site met so far.

    A site without the file (any 4xx) is open; one that cannot tell (5xx, no answer) is closed for a minute (RFC 9309, 2.3.1).
    """

    def __init__(self, transport: Transport, agent: str, allowed: frozenset[str]) -> None:
        self._transport = transport
        self._agent = agent
        self._allowed = allowed
        self._sites: dict[tuple[str, str, int], tuple[float, asyncio.Task[RobotsRules]]] = {}

    async def check(self, address: Address) -> None:
        """Return if the address may be fetched.

        Raises:
            Refusal: ``refused_robots``, or why the site's rules could not be had.
        """
        known = self._sites.get(address.endpoint)
        now = time.monotonic()
        if known is not None and known[1].done() and known[1].exception() is not None and now > known[0] + FAILURE_SECONDS:
            known = None
        if known is None:
            if len(self._sites) > _SITES_KEPT:
                self._sites.clear()
            known = self._sites[address.endpoint] = (now, asyncio.create_task(self._ask(address)))
        rules = await asyncio.shield(known[1])
        if not rules.allows(address.target):
            raise Refusal(Status.REFUSED_ROBOTS, "robots.txt of the site refuses this address")

    async def _ask(self, site: Address) -> RobotsRules:
        url = f"{site.scheme}://{site.authority}/robots.txt"
        for _ in range(REDIRECTS + 1):
            try:
                address = parse_address(url, self._allowed)
            except RefusedAddress:
                return OPEN  # a redirect that leads nowhere counts as no file
            text = _Text()
            head = await self._transport.get(address, text.on_head)
            if head.status == 200:
                return parse_robots(text.data.decode("utf-8", "replace"), self._agent)
            if head.status in (301, 302, 303, 307, 308) and head.get("location"):
                url = urljoin(url, head.get("location") or "")
            elif head.status >= 500 or head.status == 429:
                raise Refusal(Status.SERVER_ERROR, f"robots.txt answers {head.status}", http=head.status)
            else:
                return OPEN
        return OPEN


class _Text:
    """The beginning of a text; one that goes on for ever is not read for ever."""

    def __init__(self) -> None:
        self.data = b""
        self._seen = 0

    def on_head(self, head: Head) -> Callable[[bytes], None] | None:
        return self._take if head.status == 200 else None

    def _take(self, piece: bytes) -> None:
        self._seen += len(piece)
        if self._seen > 4 * ROBOTS_BYTES:
            raise Refusal(Status.SERVER_ERROR, "robots.txt is too long")
        self.data += piece[: ROBOTS_BYTES - len(self.data)]
