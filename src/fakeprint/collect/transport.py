"""Connections to checked addresses: names are looked up once, every answer is checked, and the connection goes to what was checked."""

import asyncio
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address

from fakeprint.collect.address import IP, Address, RefusedAddress, check_public
from fakeprint.collect.connection import Connection, Head, OnHead, StaleConnection, request_bytes
from fakeprint.collect.outcome import Refusal, Status

NAME_SECONDS = 300.0
IDLE_SECONDS = 15.0
_ADDRESSES_TRIED = 3
_NAMES_KEPT = 100_000

Resolver = Callable[[str, int], Coroutine[None, None, tuple[IP, ...]]]


@dataclass(frozen=True)
class Timeouts:
    """Seconds allowed for opening a connection, between two pieces of an answer, and for one whole request."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 60.0


class Transport:
    """Opens, keeps and watches connections.  Use as an async context manager."""

    def __init__(self, agent: str, timeouts: Timeouts, *, resolver: Resolver | None = None, kept: int = 256) -> None:
        self._agent = agent
        self._timeouts = timeouts
        self._threads = ThreadPoolExecutor(64, thread_name_prefix="names")
        self._resolver = resolver or self._look_up
        self._names: dict[tuple[str, int], tuple[float, asyncio.Future[tuple[IP, ...]]]] = {}
        self._idle: dict[tuple[str, str, int], list[Connection]] = defaultdict(list)
        self._idle_count = 0
        self._kept = kept
        self._flights: set[Connection] = set()
        self._ends: dict[Connection, float] = {}
        self._tls: ssl.SSLContext | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Transport":
        """Start watching time limits."""
        self._sweeper = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        for connection in tuple(self._flights):
            connection.abort(Refusal(Status.CONNECTION, "the run ended"))
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.sleep(0)

    async def get(self, address: Address, on_head: OnHead) -> Head:
        """Send one GET request, without following redirects.

        Raises:
            Refusal: no file could be fetched; says why.
        """
        request = request_bytes(address.target, address.authority, self._agent)
        while True:
            connection, kept = await self._connection(address)
            self._flights.add(connection)
            self._ends[connection] = time.monotonic() + self._timeouts.total
            try:
                head = await connection.exchange(request, on_head)
            except StaleConnection:
                if kept:
                    continue
                raise Refusal(Status.CONNECTION, "closed before it answered") from None
            except asyncio.CancelledError:
                connection.close()
                raise
            finally:
                self._flights.discard(connection)
                self._ends.pop(connection, None)
            self._keep(address, connection)
            return head

    async def _connection(self, address: Address) -> tuple[Connection, bool]:
        idle = self._idle.get(address.endpoint)
        while idle:
            connection = idle.pop()
            self._idle_count -= 1
            if connection.open:
                return connection, True
        addresses = await self._addresses(address)
        return await self._open(address, addresses), False

    def _keep(self, address: Address, connection: Connection) -> None:
        if not connection.reusable or not connection.open or self._idle_count >= self._kept:
            connection.close()
        else:
            self._idle[address.endpoint].append(connection)
            self._idle_count += 1

    async def _open(self, address: Address, addresses: tuple[IP, ...]) -> Connection:
        loop = asyncio.get_running_loop()
        tls = self._tls_context() if address.scheme == "https" else None
        refusal = Refusal(Status.CONNECTION, "no address answered")
        for ip in addresses[:_ADDRESSES_TRIED]:
            opening = loop.create_connection(
                lambda: Connection(time.monotonic),
                host=str(ip),
                port=address.port,
                ssl=tls,
                server_hostname=address.host if tls else None,
            )
            try:
                _, connection = await asyncio.wait_for(opening, self._timeouts.connect)
            except TimeoutError:
                refusal = Refusal(Status.TIMEOUT, f"no connection within {self._timeouts.connect:g} s")
            except ssl.SSLError as error:
                refusal = Refusal(Status.TLS, f"TLS: {error.reason or error}"[:200])
            except OSError as error:
                refusal = Refusal(Status.CONNECTION, f"no connection: {error.strerror or error}"[:200])
            else:
                return connection
        raise refusal

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    async def _addresses(self, address: Address) -> tuple[IP, ...]:
        """Return the IP addresses of a host, all of them checked; one forbidden answer refuses the host."""
        if address.literal is not None:
            return (address.literal,)
        key, now = (address.host, address.port), time.monotonic()
        known = self._names.get(key)
        if known is None or known[0] < now:
            if len(self._names) > _NAMES_KEPT:
                self._names.clear()
            task = asyncio.ensure_future(self._resolver(*key))
            self._names[key] = known = (now + NAME_SECONDS, task)
        try:
            found = await asyncio.wait_for(asyncio.shield(known[1]), self._timeouts.connect)
        except TimeoutError:
            raise Refusal(Status.DNS, "the name was not found in time") from None
        except OSError as error:
            self._names.pop(key, None)
            raise Refusal(Status.DNS, f"the name was not found: {error.strerror or error}"[:200]) from error
        if not found:
            raise Refusal(Status.DNS, "the name has no address")
        if not address.exempt:
            try:
                for ip in found:
                    check_public(ip)
            except RefusedAddress as error:
                raise Refusal(Status.REFUSED_ADDRESS, str(error)) from None
        return found

    async def _look_up(self, host: str, port: int) -> tuple[IP, ...]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        unique = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
        return tuple(ip_address(text) for text in unique)

    async def _sweep(self) -> None:
        """End what takes too long and close what idles; one pass over all connections instead of a timer for each."""
        while True:
            await asyncio.sleep(0.1)
            now = time.monotonic()
            for connection in tuple(self._flights):
                if now > self._ends[connection]:
                    connection.abort(Refusal(Status.TIMEOUT, f"not complete within {self._timeouts.total:g} s"))
                elif now > connection.heard + self._timeouts.read:
                    connection.abort(Refusal(Status.TIMEOUT, f"silent for {self._timeouts.read:g} s"))
            for endpoint, connections in tuple(self._idle.items()):
                fresh = [one for one in connections if one.open and now < one.heard + IDLE_SECONDS]
                for one in set(connections).difference(fresh):
                    one.close()
                self._idle_count += len(fresh) - len(connections)
                connections[:] = fresh
                if not fresh:
                    del self._idle[endpoint]
