"""The engine of a download: takes rows in, sends requests host by host, has files checked, hands finished rows to the committer."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from urllib.parse import urljoin

from fakeprint.collect.address import RefusedAddress, parse_address
from fakeprint.collect.body import Body
from fakeprint.collect.committer import Committer, Finished
from fakeprint.collect.connection import Head
from fakeprint.collect.host_queue import HostQueue
from fakeprint.collect.image_facts import ImageFacts, Inspected
from fakeprint.collect.inspector import Inspector, describe
from fakeprint.collect.intake import URL_CHARS, Intake, Job
from fakeprint.collect.ledger import Known, Ledger
from fakeprint.collect.naming import EXTENSION, stem_of, stored_path
from fakeprint.collect.outcome import LedgerRow, Refusal, Status, status_of
from fakeprint.collect.placeholders import Placeholders
from fakeprint.collect.receiver import Receiver
from fakeprint.collect.retry import back_off, retry_after
from fakeprint.collect.robots_guard import RobotsGuard
from fakeprint.collect.rules import AGENT, DownloadConfig
from fakeprint.collect.stopping import Stopper
from fakeprint.collect.transport import Resolver, Timeouts, Transport
from fakeprint.collect.wanted import Wanted
from fakeprint.core.errors import FakeprintError
from fakeprint.core.run import now
from fakeprint.media.container.sniff import sniff

WINDOW = 10_000
"""Rows that are taken in before any of them has ended."""
UNCHECKED = 4096
"""Files that may wait for their inspection before new requests wait too."""
GRACE_SECONDS = 3.0
"""How long requests under way may go on after a signal."""
_GIVEN_UP = "given up: the host failed too often in a row"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOST_FAILURES = frozenset({Status.DNS, Status.CONNECTION, Status.TIMEOUT})


class Collector:
    """One run; ``counts``, ``kept``, ``requests``, ``fetched_bytes``, ``seconds`` and ``signal`` tell how it went."""

    def __init__(
        self,
        folder: Path,
        ledger: Ledger,
        config: DownloadConfig,
        placeholders: Placeholders,
        shared: frozenset[str],
        *,
        on_row: Callable[[LedgerRow], None] | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.kept = self.requests = self.fetched_bytes = 0
        self.seconds = 0.0
        self.signal: int | None = None
        self._folder, self._ledger, self._config, self._placeholders, self._shared = folder, ledger, config, placeholders, shared
        self._on_row = on_row
        self._resolver = resolver
        self._draw = Random(0)  # noqa: S311 (spreads waiting times)
        self._open = self._active = self._unchecked = self._parts = 0
        self._fatal: BaseException | None = None
        self._host_failures: Counter[str] = Counter()

    async def run(self, wanted: Iterable[Wanted]) -> None:
        """Take every row to its end, or stop at a signal.

        Raises:
            FakeprintError: the folder cannot be written, or no worker can be started.
        """
        pace, started = self._config.pace, time.monotonic()
        timeouts = Timeouts(pace.connect_s, pace.read_s, pace.total_s)
        self._queue = HostQueue[Job](pace.per_host, pace.delay_s)
        self._progress = asyncio.Event()
        self._committer = Committer(self._folder, self._ledger, durable=pace.durable, on_rows=self._committed)
        with (
            Stopper(self._progress_made) as self._stopper,
            Inspector(self._config.limits, pace.decoders, encoding=False) as self._inspector,
        ):
            async with Transport(self._config.agent, timeouts, resolver=self._resolver, kept=2 * pace.workers) as self._transport:
                self._robots = RobotsGuard(self._transport, AGENT, self._config.allowed)
                try:
                    await self._run(wanted)
                except BaseExceptionGroup as group:
                    first = _first(group)
                    if isinstance(first, OSError):
                        raise FakeprintError(f"cannot write into {self._folder}: {first.strerror or first}") from first
                    raise first from None
        self.signal = self._stopper.signal
        self.seconds = time.monotonic() - started

    async def _run(self, wanted: Iterable[Wanted]) -> None:
        self._inspector.warm()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._committer.serve())
            workers = [tasks.create_task(self._work()) for _ in range(self._config.pace.workers)]
            await self._feed(wanted)
            while self._open and not self._stopping:
                await self._wait()
            self._queue.close()
            end = time.monotonic() + GRACE_SECONDS
            while self._stopping and (self._active or self._unchecked) and time.monotonic() < end and not self._stopper.hurried:
                await asyncio.sleep(0.02)
            for worker in workers:
                worker.cancel()
            self._committer.finish()

    # Taking rows in

    async def _feed(self, wanted: Iterable[Wanted]) -> None:
        intake = Intake(self._folder, self._config, self._ledger.known())
        for number, one in enumerate(wanted):
            if self._stopping:
                break
            self._begin(intake.take(one))
            if number % 256 == 0:
                await asyncio.sleep(0)
            while self._open >= WINDOW and not self._stopping:
                await self._wait()

    def _begin(self, taken: "Job | LedgerRow | Known | None") -> None:
        if isinstance(taken, Known):
            self.kept += 1
            self.counts[taken.status] += 1
        elif isinstance(taken, LedgerRow):
            self._end(taken)
        elif taken is not None:
            self._open += 1
            if self._given_up(taken.address.host):
                self._close(taken, Status.CONNECTION, error=_GIVEN_UP)
            else:
                self._queue.put(taken.address.host, taken)

    # Asking

    async def _work(self) -> None:
        while (job := await self._queue.next()) is not None:
            host = job.address.host
            self._active += 1
            try:
                await self._attempt(job)
            finally:
                self._active -= 1
                self._queue.done(host)
            while self._unchecked >= UNCHECKED:
                await self._wait()

    async def _attempt(self, job: Job) -> None:
        address = job.address
        try:
            if self._given_up(address.host):
                raise Refusal(Status.CONNECTION, _GIVEN_UP)
            if self._config.rules.robots:
                await self._robots.check(address)
            job.attempts += 1
            self.requests += 1
            self._parts += 1
            receiver = Receiver(self._folder / ".parts" / str(self._parts), self._config.rules)
            try:
                head = await self._transport.get(address, receiver.on_head)
            except BaseException:
                receiver.drop()
                raise
            self._host_failures.pop(address.host, None)
            if receiver.body is None:
                self._answered(job, head)
            else:
                self._received(job, receiver.body)
        except Refusal as refusal:
            self._refused(job, refusal)
            if refusal.status in _HOST_FAILURES:
                self._count_failure(address.host)

    def _count_failure(self, host: str) -> None:
        """Give up on a host that fails again and again; its keys are tried anew by the next run."""
        self._host_failures[host] += 1
        if self._given_up(host):
            for job in self._queue.drop(host):
                self._close(job, Status.CONNECTION, error=_GIVEN_UP)

    def _given_up(self, host: str) -> bool:
        return self._host_failures[host] >= self._config.pace.host_failures

    def _answered(self, job: Job, head: Head) -> None:
        """Follow a redirect or read an error code."""
        status, wait = head.status, retry_after(head.get("retry-after"))
        location = _as_text(head.get("location"))
        if status in _REDIRECTS and location:
            if job.hops >= self._config.pace.redirects:
                raise Refusal(Status.TOO_MANY_REDIRECTS, f"more than {self._config.pace.redirects} redirects", http=status)
            try:
                target = parse_address(urljoin(job.address.url, location), self._config.allowed)
            except (RefusedAddress, ValueError) as error:
                raise Refusal(Status.REFUSED_ADDRESS, f"redirect: {error}", http=status) from None
            job.hops += 1
            job.address = target
            self._queue.put(target.host, job)
        elif status == 429:
            raise Refusal(Status.RATE_LIMITED, "too many requests", http=status, wait_s=wait)
        elif status == 408 or status >= 500:
            raise Refusal(Status.SERVER_ERROR, f"the server answers {status}", http=status, wait_s=wait)
        else:
            raise Refusal(Status.HTTP_ERROR, f"the server answers {status}", http=status)

    def _refused(self, job: Job, refusal: Refusal) -> None:
        """Ask again later, or write the row."""
        pace = self._config.pace
        wait = refusal.wait_s if refusal.wait_s is not None else 0.0
        again = refusal.status.transient and job.failures < pace.retries and wait <= pace.longest_wait_s
        if not again or self._given_up(job.address.host) or self._stopping:
            self._close(job, refusal.status, http=refusal.http, error=str(refusal))
            return
        job.failures += 1
        host, time_now = job.address.host, time.monotonic()
        if refusal.wait_s is not None:
            self._queue.rest(host, time_now + wait)
        job.address, job.hops = job.origin, 0
        self._queue.put(job.address.host, job, not_before=time_now + max(wait, back_off(job.failures, self._draw, pace.retry_base_s)))

    # Checking what came

    def _received(self, job: Job, body: Body) -> None:
        sniffed = sniff(body.head)
        if sniffed.format not in EXTENSION:
            body.drop()
            self._close(job, Status.NOT_AN_IMAGE, http=200, body=body, sniffed=sniffed.format, error=f"the content is {sniffed.format}")
            return
        body.store()
        self._unchecked += 1
        self._inspector.submit(body.part).add_done_callback(lambda future: self._inspected(job, body, future))

    def _inspected(self, job: Job, body: Body, future: "asyncio.Future[Inspected]") -> None:
        self._unchecked -= 1
        self._progress_made()
        if future.cancelled():
            return
        if (error := future.exception()) is not None:
            self._fatal = self._fatal or error
            return
        found = future.result()
        if found.facts is None:
            self._reject(job, body, status_of(found.error), describe(found.error))
            return
        facts = found.facts
        reason = self._placeholders.reason(facts, body.sha256)
        if reason is not None:
            self._reject(job, body, Status.PLACEHOLDER, reason, facts)
        elif min(facts.width, facts.height) < self._config.rules.min_side:
            self._reject(job, body, Status.TOO_SMALL, f"{facts.width} x {facts.height} pixels", facts)
        else:
            shared = stem_of(job.path).casefold() in self._shared
            path = stored_path(job.path, facts.format, legacy=self._config.rules.legacy_names, shared_stem=shared)
            self._close(job, Status.OK, http=200, body=body, facts=facts, path=path)

    def _reject(self, job: Job, body: Body, status: Status, reason: str, facts: ImageFacts | None = None) -> None:
        if self._config.keep_rejected:
            folder = self._folder / ".rejected"
            folder.mkdir(exist_ok=True)
            body.part.replace(folder / body.sha256)
        else:
            body.part.unlink(missing_ok=True)
        self._close(job, status, http=200, body=body, facts=facts, error=reason)

    # Ending rows

    def _close(
        self,
        job: Job,
        status: Status,
        *,
        http: int | None = None,
        body: Body | None = None,
        facts: ImageFacts | None = None,
        sniffed: str | None = None,
        path: str | None = None,
        error: str | None = None,
    ) -> None:
        row = LedgerRow(
            key=job.key,
            url=job.origin.url[:URL_CHARS],
            status=status,
            http=http,
            attempts=job.attempts,
            bytes=body.size if body else None,
            sha256=body.sha256 if body else None,
            sniffed=facts.format if facts else sniffed,
            mime=facts.mime if facts else None,
            width=facts.width if facts else None,
            height=facts.height if facts else None,
            phash=facts.phash if facts else None,
            path=path,
            final_url=job.address.url[:URL_CHARS] if job.address is not job.origin else None,
            error=error,
            time=now(),
        )
        self._open -= 1
        self._progress_made()
        self._end(row, body.part if body and path else None)

    def _end(self, row: LedgerRow, part: Path | None = None) -> None:
        self._committer.put(Finished(row, part))

    def _committed(self, rows: list[LedgerRow]) -> None:
        for row in rows:
            self.counts[row.status] += 1
            self.fetched_bytes += row.bytes or 0
            if self._on_row is not None:
                self._on_row(row)

    # Stopping and waiting

    @property
    def _stopping(self) -> bool:
        return self._stopper.signal is not None

    def _progress_made(self) -> None:
        self._progress.set()

    async def _wait(self) -> None:
        """Wait until anything has changed."""
        if self._fatal is not None:
            raise self._fatal
        self._progress.clear()
        await self._progress.wait()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of nested groups."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _as_text(header: str | None) -> str | None:
    """Return a header that may hold UTF-8, which headers are not decoded as."""
    if header is None or header.isascii():
        return header
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return header
