"""Whose turn it is: requests by host, each host with its own pace (specs: dflip3k R28)."""

import asyncio
import heapq
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, TypeVar

J = TypeVar("J")
_HOSTS_KEPT = 50_000


@dataclass
class _Host(Generic[J]):
    jobs: list[tuple[float, int, J]] = field(default_factory=list)
    active: int = 0
    free_at: float = 0.0
    listed: float | None = None
    """The time under which the host stands in the list of ready ones, if it does."""


class HostQueue(Generic[J]):
    """Gives out jobs so that no host has more than ``per_host`` at a time nor two starts within ``delay_s`` seconds.

    A host that must rest holds nobody else up.  Single event loop; times are ``time.monotonic``.
    """

    def __init__(self, per_host: int, delay_s: float) -> None:
        self._per_host = per_host
        self._delay_s = delay_s
        self._hosts: dict[str, _Host[J]] = {}
        self._ready: list[tuple[float, int, str]] = []
        self._order = count()
        self._waiters: deque[asyncio.Future[J | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._purge_at = _HOSTS_KEPT
        self.waiting = 0
        """Jobs that were put and not yet given out."""

    def put(self, host: str, job: J, *, not_before: float = 0.0) -> None:
        """Add a job; it is not given out before that time."""
        if len(self._hosts) > self._purge_at:
            self._purge()
        entry = self._hosts.setdefault(host, _Host())
        heapq.heappush(entry.jobs, (not_before, next(self._order), job))
        self.waiting += 1
        self._schedule(host, entry)
        self._pump()

    def rest(self, host: str, until: float) -> None:
        """Give out no job of this host before that time."""
        entry = self._hosts.setdefault(host, _Host())
        entry.free_at = max(entry.free_at, until)

    async def next(self) -> J | None:
        """Wait for a job; None once the queue is closed."""
        if self._closed:
            return None
        job = self._take()
        if job is not None:
            return job
        waiter: asyncio.Future[J | None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._arm()
        return await waiter

    def done(self, host: str) -> None:
        """Say that a job of this host, given out before, has ended."""
        entry = self._hosts[host]
        entry.active -= 1
        if entry.jobs:
            self._schedule(host, entry)
            self._pump()
        elif not entry.active and entry.free_at <= time.monotonic():
            del self._hosts[host]

    def drop(self, host: str) -> list[J]:
        """Take back all jobs of a host that were not given out."""
        entry = self._hosts.get(host)
        if entry is None:
            return []
        jobs = [job for _, _, job in entry.jobs]
        entry.jobs.clear()
        self.waiting -= len(jobs)
        return jobs

    def close(self) -> None:
        """Give out nothing any more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)

    def _purge(self) -> None:
        """Forget hosts that have rested and have nothing to do."""
        now = time.monotonic()
        self._hosts = {name: one for name, one in self._hosts.items() if one.jobs or one.active or one.free_at > now}
        self._purge_at = max(_HOSTS_KEPT, 2 * len(self._hosts))

    def _schedule(self, name: str, entry: _Host[J]) -> None:
        if not entry.jobs or entry.active >= self._per_host:
            return
        when = max(entry.free_at, entry.jobs[0][0])
        if entry.listed is None or when < entry.listed:
            entry.listed = when
            heapq.heappush(self._ready, (when, next(self._order), name))

    def _take(self) -> J | None:
        now = time.monotonic()
        while self._ready and self._ready[0][0] <= now:
            when, _, name = heapq.heappop(self._ready)
            entry = self._hosts.get(name)
            if entry is None or entry.listed != when:
                continue
            entry.listed = None
            if not entry.jobs or entry.active >= self._per_host:
                continue
            if max(entry.free_at, entry.jobs[0][0]) > now:
                self._schedule(name, entry)
                continue
            _, _, job = heapq.heappop(entry.jobs)
            entry.active += 1
            entry.free_at = now + self._delay_s
            self.waiting -= 1
            self._schedule(name, entry)
            return job
        return None

    def _pump(self) -> None:
        while self._waiters and not self._closed:
            if self._waiters[0].done():
                self._waiters.popleft()
                continue
            job = self._take()
            if job is None:
                break
            self._waiters.popleft().set_result(job)
        self._arm()

    def _arm(self) -> None:
        """Wake up when the first resting host is ready, if anybody waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiters and self._ready and not self._closed:
            delay = max(0.0, self._ready[0][0] - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay + 0.001, self._pump)
