"""What becomes of a row before anybody is asked: kept from a former run, ended at once, or a job."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fakeprint.collect.address import Address, RefusedAddress, parse_address
from fakeprint.collect.ledger import Known
from fakeprint.collect.naming import BadKey, safe_key
from fakeprint.collect.outcome import LedgerRow, Status
from fakeprint.collect.rules import DownloadConfig
from fakeprint.collect.wanted import Wanted
from fakeprint.core.run import now
from fakeprint.datasets.prompt_safety import Category, categories_of

URL_CHARS = 2048
_KEY_CHARS = 1024
_UNSAFE = frozenset({Category.SEXUAL, Category.VIOLENCE, Category.HATE})


@dataclass
class Job:
    """One row on its way."""

    key: str
    path: str
    origin: Address
    address: Address
    attempts: int = 0
    failures: int = 0
    hops: int = 0


class Intake:
    """Takes the rows of one run; no two keys of it name one file."""

    def __init__(self, folder: Path, config: DownloadConfig, known: Mapping[str, Known]) -> None:
        self._folder = folder
        self._config = config
        self._known = known
        self._seen: set[str] = set()

    def take(self, one: Wanted) -> Job | LedgerRow | Known | None:
        """Return a job, the row of a key that cannot be fetched, what a former run left that stays, or None for a repeated row."""
        if one.key in self._seen:
            return None
        self._seen.add(one.key)
        known = self._known.get(one.key)
        if known is not None and self._stays(known):
            return known
        try:
            path = safe_key(one.key)
            if path != one.key and path in self._seen:
                raise BadKey("another key names the same file")
            self._seen.add(path)
        except BadKey as error:
            return _ended(one, Status.BAD_KEY, str(error))
        if one.url is None:
            return _ended(one, Status.NO_URL, "the row has no address")
        if (flag := self._unsafe(one.prompt)) is not None:
            return _ended(one, Status.BLOCKED_PROMPT, flag)
        try:
            address = parse_address(one.url, self._config.allowed)
        except RefusedAddress as error:
            return _ended(one, Status.REFUSED_ADDRESS, str(error))
        return Job(one.key, path, address, address)

    def _stays(self, known: Known) -> bool:
        if known.status is Status.OK:
            with suppress(OSError):
                return (self._folder / (known.path or "")).stat().st_size == known.bytes
            return False
        return not known.status.transient and known.status is not Status.INTERNAL and not self._config.retry_failed

    def _unsafe(self, prompt: str | None) -> str | None:
        if not prompt:
            return None
        found = set(categories_of(prompt))
        if Category.MINOR_SEXUAL in found:
            return "prompt: minor_sexual"
        unsafe = sorted(found & _UNSAFE) if not self._config.rules.unsafe_prompts else []
        return f"prompt: {', '.join(unsafe)}" if unsafe else None


def _ended(one: Wanted, status: Status, error: str) -> LedgerRow:
    return LedgerRow(key=one.key[:_KEY_CHARS], url=one.url[:URL_CHARS] if one.url else None, status=status, error=error, time=now())
