"""The one module that loads the C2PA library, on first use (specs: provenance 3.1).  It opens no socket."""

import io
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

from fakeprint.core.errors import UsageError
from fakeprint.core.evidence import FindingStatus
from fakeprint.provenance.trust import ListKind, TrustList

EKU_LINES = "\n".join(
    (
        "1.3.6.1.5.5.7.3.4",
        "1.3.6.1.5.5.7.3.36",
        "1.3.6.1.5.5.7.3.8",
        "1.3.6.1.5.5.7.3.9",
        "1.3.6.1.4.1.311.76.59.1.9",
        "1.3.6.1.4.1.62558.2.1",
    )
)
REMOTE_ERROR = "Remote: must fetch remote manifests from url"
ERROR_CHARS = 200
URL_CHARS = 1024


class _Context(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True)
class Outcome:
    """What one call of the library gave: ``text`` is the store as JSON where the status is ``present``."""

    status: FindingStatus
    reason: str | None = None
    text: str | None = None
    message: str | None = None
    remote_url: str | None = None


def library_version() -> str | None:
    """Return the version of the native library, or None where it cannot be loaded."""
    library = _library()
    return str(library.sdk_version()) if library else None


def _library() -> ModuleType | None:
    try:
        import c2pa
    except (ImportError, OSError, RuntimeError, ValueError):  # the package raises the last two where its native part is missing
        return None
    library: ModuleType = c2pa
    return library


class CredentialReader:
    """Reads the credentials of one file after another; the library's context is made once for each choice of lists."""

    def __init__(self, trust: TrustList | None) -> None:
        self._trust = trust
        self._contexts: dict[tuple[ListKind, ...], _Context] = {}

    def read(self, path: Path, mime: str, kinds: tuple[ListKind, ...] = tuple(ListKind)) -> Outcome:
        """Read one file against the lists of these kinds.  ``mime`` is a hint: the library judges by content.

        Raises:
            OSError: the file cannot be opened.
            UsageError: the library refuses the trust list.
        """
        library = _library()
        if library is None:
            return Outcome(FindingStatus.NOT_CHECKED, "extra_missing")
        if kinds not in self._contexts:
            self._contexts[kinds] = _make_context(library, self._trust.of(*kinds) if self._trust else None)
        with path.open("rb") as stream:
            return _read(library, self._contexts[kinds], stream, mime)


def _read(library: ModuleType, context: _Context, stream: io.BufferedReader, mime: str) -> Outcome:
    try:
        with library.Reader(mime, stream, context=context) as reader:
            return Outcome(FindingStatus.PRESENT, text=reader.json(), remote_url=reader.get_remote_url())
    except library.C2paError as error:
        name, message = type(error).__name__, str(error)
        if name == "_C2paManifestNotFound":
            return Outcome(FindingStatus.ABSENT)
        if message.startswith(REMOTE_ERROR):
            url = message.removeprefix(REMOTE_ERROR).strip()[:URL_CHARS]
            return Outcome(FindingStatus.NOT_CHECKED, "remote_manifest_not_fetched", remote_url=url or None)
        return Outcome(FindingStatus.UNREADABLE, "library_error", message=f"{name}: {message[:ERROR_CHARS]}")


def _make_context(library: ModuleType, trust: TrustList | None) -> _Context:
    try:
        context: _Context = library.Context.from_dict(settings(trust))
    except library.C2paError as error:
        raise UsageError(f"the C2PA library refuses the trust list: {str(error)[:ERROR_CHARS]}") from error
    return context


def settings(trust: TrustList | None) -> dict[str, dict[str, object]]:
    """Return the library's settings: these lists, and no network of any kind."""
    anchors = [
        {
            "trust_anchors": source.pem,
            "trust_uri": source.name,
            "trust_kind": "tsa" if source.kind is ListKind.TIME_STAMPS else "manifest",
            "trust_config": EKU_LINES,
        }
        for source in (trust.sources if trust else ())
    ]
    return {
        "trust": {"anchors": anchors} if anchors else {},
        "verify": {"verify_trust": True, "verify_timestamp_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        "core": {"backing_store_memory_threshold_in_mb": 512, "allowed_network_hosts": [], "allow_redirects": False},
    }
