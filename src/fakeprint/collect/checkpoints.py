"""From checkpoint hashes to the names that a catalogue gives them, remembered on disk (specs: dflip3k 3.5)."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from pydantic import JsonValue, ValidationError

from fakeprint.collect.address import RefusedAddress, parse_address
from fakeprint.collect.outcome import Refusal, Status
from fakeprint.collect.retry import retry_after
from fakeprint.collect.rules import DownloadConfig
from fakeprint.collect.transport import Resolver, Timeouts, Transport
from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import UsageError
from fakeprint.core.record import Record
from fakeprint.core.run import now

CATALOGUE = "https://civitai.com/api/v1/model-versions/by-hash/{hash}"
ANSWER_BYTES = 2_000_000
_OLD_HASH_AT, _OLD_HASH_BYTES = 1 << 20, 64 << 10


class Checkpoint(Record):
    """What a catalogue says of one hash; ``found`` is False where it does not know it.  Text is the catalogue's, untrusted."""

    hash: str
    found: bool
    model: str | None = None
    version: str | None = None
    model_id: int | None = None
    version_id: int | None = None
    base_model: str | None = None
    url: str | None = None
    asked: str = ""


class CheckpointCache:
    """Answers by hash, in one JSON file; also those that say "unknown"."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: dict[str, Checkpoint] = {}
        if path.exists():
            try:
                entries = (Checkpoint.model_validate(entry) for entry in json.loads(path.read_bytes()))
                self._entries = {entry.hash: entry for entry in entries}
            except (ValueError, TypeError, ValidationError) as error:
                raise UsageError(f"the cache {path} cannot be read ({type(error).__name__}); remove it to ask anew") from None

    def get(self, value: str) -> Checkpoint | None:
        """Return what is remembered of a hash."""
        return self._entries.get(value)

    def put(self, checkpoint: Checkpoint) -> None:
        """Remember an answer; :meth:`save` writes it."""
        self._entries[checkpoint.hash] = checkpoint

    def save(self) -> None:
        """Write the file, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        entries = [self._entries[value].model_dump(mode="json") for value in sorted(self._entries)]
        write_atomic(self.path, (json.dumps(entries, indent=1) + "\n").encode())


def normal_hash(text: str) -> str | None:
    """Return a checkpoint hash in lower case if it has 8 or 10 hexadecimal digits, else None.

    >>> normal_hash(" FC2511737A "), normal_hash("xyz")
    ('fc2511737a', None)
    """
    value = text.strip().lower()
    return value if len(value) in (8, 10) and all(char in "0123456789abcdef" for char in value) else None


def old_hash(path: Path) -> str:
    """Return the 8-digit hash of a checkpoint file: of the 64 KiB that begin at 1 MiB."""
    with path.open("rb") as stream:
        stream.seek(_OLD_HASH_AT)
        return sha256(stream.read(_OLD_HASH_BYTES)).hexdigest()[:8]


def resolve(
    hashes: Iterable[str],
    cache: CheckpointCache,
    *,
    online: bool = False,
    catalogue: str = CATALOGUE,
    config: DownloadConfig | None = None,
    resolver: Resolver | None = None,
) -> dict[str, Checkpoint | None]:
    """Return what is known of each hash, from the cache, and with ``online`` from the catalogue.

    None means: not asked, or no answer could be had this time.  Answers are remembered as they come.

    Raises:
        UsageError: a text is no checkpoint hash, or the catalogue's address has no ``{hash}``.
    """
    if "{hash}" not in catalogue:
        raise UsageError("the catalogue is an address with {hash} in it")
    wanted = []
    for text in hashes:
        value = normal_hash(text)
        if value is None:
            raise UsageError(f"{text[:40]!r} is no checkpoint hash; they have 8 or 10 hexadecimal digits")
        wanted.append(value)
    missing = [value for value in dict.fromkeys(wanted) if cache.get(value) is None]
    if online and missing:
        try:
            asyncio.run(_ask(missing, cache, catalogue, config or DownloadConfig(), resolver))
        finally:
            cache.save()
    return {value: cache.get(value) for value in dict.fromkeys(wanted)}


def named_classes(found: Mapping[str, Checkpoint | None], images: Mapping[str, int], threshold: int = 200) -> dict[str, str]:
    """Return the class name of every hash whose model has more than ``threshold`` images over all its hashes.

    Hashes of one model share one name, a single word: the most frequent one's, without what is no letter, digit or underscore.
    """
    totals: Counter[int] = Counter()
    for value, entry in found.items():
        if entry is not None and entry.model_id is not None:
            totals[entry.model_id] += images.get(value, 0)
    names: dict[int, str] = {}
    for value in sorted(found, key=lambda one: (-images.get(one, 0), one)):
        entry = found[value]
        if entry is not None and entry.model_id is not None and totals[entry.model_id] > threshold:
            word = "".join(char for char in entry.model or "" if char.isalnum() or char == "_")
            names.setdefault(entry.model_id, word or f"model{entry.model_id}")
    return {value: names[entry.model_id] for value, entry in found.items() if entry and entry.model_id in names}


def model_urls(found: Mapping[str, Checkpoint | None]) -> str:
    """Return the original's text list: hash, tab, address or ``None``, one line for each hash."""
    return "".join(f"{value}\t{entry.url if entry and entry.url else None}\n" for value, entry in found.items())


async def _ask(hashes: list[str], cache: CheckpointCache, catalogue: str, config: DownloadConfig, resolver: Resolver | None) -> None:
    """Ask for one hash after the other, with the pause of the configuration between two."""
    pace = config.pace
    async with Transport(config.agent, Timeouts(pace.connect_s, pace.read_s, pace.total_s), resolver=resolver) as transport:
        for number, value in enumerate(hashes):
            if number:
                await asyncio.sleep(pace.delay_s)
            for attempt in range(pace.retries + 1):
                try:
                    cache.put(await _ask_one(transport, value, catalogue, config))
                    break
                except Refusal as refusal:
                    if not refusal.status.transient or attempt == pace.retries:
                        break
                    await asyncio.sleep(min(refusal.wait_s or pace.retry_base_s * 2**attempt, pace.longest_wait_s))
            if number % 50 == 49:
                cache.save()


async def _ask_one(transport: Transport, value: str, catalogue: str, config: DownloadConfig) -> Checkpoint:
    try:
        address = parse_address(catalogue.replace("{hash}", value), config.allowed)
    except RefusedAddress as error:
        raise UsageError(f"the catalogue's address is refused: {error}") from None
    text = bytearray()

    def take(piece: bytes) -> None:
        text.extend(piece)
        if len(text) > ANSWER_BYTES:
            raise Refusal(Status.TOO_LARGE, "the catalogue's answer is too long")

    head = await transport.get(address, lambda head: take if head.status == 200 else None)
    if head.status == 404:
        return Checkpoint(hash=value, found=False, asked=now())
    if head.status == 429 or head.status >= 500:
        wait = retry_after(head.get("retry-after"))
        raise Refusal(Status.SERVER_ERROR, f"the catalogue answers {head.status}", http=head.status, wait_s=wait)
    if head.status != 200:
        raise Refusal(Status.HTTP_ERROR, f"the catalogue answers {head.status}", http=head.status)
    try:
        answer = json.loads(bytes(text))
    except (ValueError, RecursionError):
        raise Refusal(Status.BAD_RESPONSE, "the catalogue's answer is not JSON") from None
    if not isinstance(answer, dict):
        raise Refusal(Status.BAD_RESPONSE, "the catalogue's answer is no object")
    return _checkpoint(value, answer)


def _checkpoint(value: str, answer: dict[str, JsonValue]) -> Checkpoint:
    model, files = answer.get("model"), answer.get("files")
    first = files[0] if isinstance(files, list) and files and isinstance(files[0], dict) else {}
    return Checkpoint(
        hash=value,
        found=True,
        model=_word(model.get("name")) if isinstance(model, dict) else None,
        version=_word(answer.get("name")),
        model_id=_number(answer.get("modelId")),
        version_id=_number(answer.get("id")),
        base_model=_word(answer.get("baseModel")),
        url=_word(first.get("downloadUrl")),
        asked=now(),
    )


def _word(value: JsonValue) -> str | None:
    return value[:500] if isinstance(value, str) and value else None


def _number(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
