"""Fetch a list of trusted signers, by explicit command alone (specs: provenance 3.4, PROV-13).

Nothing else in the package fetches a list, and no examiner imports this module.
"""

import http.client
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from fakeprint.core.durable import write_atomic
from fakeprint.core.errors import FakeprintError, UsageError
from fakeprint.core.pinned_url import open_pinned
from fakeprint.provenance.trust import MAX_BYTES, ListKind, StoredList, certificates_of, default_folder


@dataclass(frozen=True)
class ListSource:
    """Where a public list lies."""

    name: str
    kind: ListKind
    url: str
    file: str


_OFFICIAL = "https://raw.githubusercontent.com/c2pa-org/conformance-public/main/trust-list/"
SOURCES: dict[str, ListSource] = {
    "official": ListSource("C2PA trust list", ListKind.SIGNERS, _OFFICIAL + "C2PA-TRUST-LIST.pem", "c2pa-trust-list.pem"),
    "official-time-stamps": ListSource(
        "C2PA time-stamp trust list", ListKind.TIME_STAMPS, _OFFICIAL + "C2PA-TSA-TRUST-LIST.pem", "c2pa-tsa-trust-list.pem"
    ),
    "interim": ListSource(
        "C2PA interim trust list, frozen 2026-01-01",
        ListKind.FROZEN_SIGNERS,
        "https://raw.githubusercontent.com/contentauth/verify-site/main/static/trust/anchors.pem",
        "c2pa-interim-trust-list.pem",
    ),
}
OFFICIAL_SOURCES = (SOURCES["official"], SOURCES["official-time-stamps"])


@dataclass(frozen=True)
class Fetched:
    """One downloaded list; ``stored`` is where it was put, or None where no expected digest was given."""

    source: ListSource
    sha256: str
    certificates: int
    bytes: int
    stored: Path | None


def update(
    sources: tuple[ListSource, ...] = OFFICIAL_SOURCES,
    *,
    digests: Collection[str] = (),
    folder: Path | None = None,
    timeout_s: float = 30.0,
) -> tuple[Fetched, ...]:
    """Fetch lists and store those whose sha256 is among ``digests``; without digests store nothing and tell what was found.

    This is the only function of the package that fetches a trust list, and it is called by an explicit command only.

    Raises:
        UsageError: a digest does not match (then nothing at all is stored), no folder to store in, or a URL that is not https.
        FakeprintError: the download failed.
    """
    folder = folder or default_folder()
    wanted = {digest.strip().lower() for digest in digests}
    if wanted and folder is None:
        raise UsageError("there is no user data folder (HOME is not set); set XDG_DATA_HOME")
    data = {source: _download(source.url, timeout_s) for source in sources}
    found = {source: sha256(content).hexdigest() for source, content in data.items()}
    pems = {source: certificates_of(content) for source, content in data.items()}
    if wanted and (strange := [source for source in sources if found[source] not in wanted]):
        listed = "; ".join(f"{source.name}: sha256 {found[source]}" for source in strange)
        raise UsageError(f"not among the expected digests, nothing was stored: {listed}")
    results = []
    for source in sources:
        count = pems[source].count("-----BEGIN")
        stored = _store(source, data[source], found[source], count, folder) if wanted and folder else None
        results.append(Fetched(source, found[source], count, len(data[source]), stored))
    return tuple(results)


def _store(source: ListSource, data: bytes, digest: str, count: int, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / source.file
    today = datetime.now(UTC).date().isoformat()
    record = StoredList(name=source.name, kind=source.kind, url=source.url, date=today, sha256=digest, certificates=count)
    path.unlink(missing_ok=True)
    write_atomic(path.with_suffix(".json"), record.model_dump_json(indent=2).encode())
    write_atomic(path, data)
    return path


def _download(url: str, timeout_s: float) -> bytes:
    deadline = time.monotonic() + timeout_s
    chunks: list[bytes] = []
    size = 0
    try:
        with open_pinned(url, seconds=min(timeout_s, 10.0)) as response:
            while chunk := response.read1(1 << 16):
                chunks.append(chunk)
                size += len(chunk)
                if size > MAX_BYTES:
                    raise FakeprintError(f"{url} sent more than {MAX_BYTES} bytes; nothing was stored")
                if time.monotonic() > deadline:
                    raise FakeprintError(f"{url} did not finish within {timeout_s:g} s; nothing was stored")
            declared = response.headers.get("Content-Length", "")
    except (http.client.HTTPException, OSError) as error:
        raise FakeprintError(f"could not fetch {url}: {error}") from error
    if declared.isdigit() and int(declared) != size:
        raise FakeprintError(f"{url} broke off after {size} of {declared} bytes; nothing was stored")
    return b"".join(chunks)
