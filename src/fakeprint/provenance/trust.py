"""Lists of trusted signers, read from a file or the user data folder (specs: provenance 3.4)."""

import base64
import binascii
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from fakeprint.core.errors import UsageError
from fakeprint.core.media import Sha256
from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.core.run import TrustListInfo

MAX_BYTES = 4 << 20
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END ([A-Z0-9 ]{1,40})-----")
_SEQUENCE, _BIT_STRING = 0x30, 0x03
_MARK = "fakeprint-trust-list: "


class ListKind(StrEnum):
    """What the certificates of a list may vouch for.  A frozen list is no longer kept up: its signers reach level 2, not level 1."""

    SIGNERS = "signers"
    FROZEN_SIGNERS = "frozen_signers"
    TIME_STAMPS = "time_stamps"


class StoredList(Record):
    """The record beside a stored list."""

    schema_version: str = SCHEMA_VERSION
    name: str
    kind: ListKind
    url: str
    date: str
    sha256: Sha256
    certificates: int


@dataclass(frozen=True)
class TrustSource:
    """One list: ``pem`` holds its certificates alone, ``sha256`` is of the file as it lies on disk, ``date`` the day it was fetched."""

    name: str
    kind: ListKind
    date: str | None
    sha256: str
    certificates: int
    pem: str

    def heading(self) -> "ListHeading":
        """Return everything but the certificates."""
        return ListHeading(name=self.name, kind=self.kind, date=self.date, sha256=self.sha256, certificates=self.certificates)


class ListHeading(Record):
    """What is said of one list in the joined text that goes to the workers."""

    name: str
    kind: ListKind
    date: str | None
    sha256: Sha256
    certificates: int


@dataclass(frozen=True)
class TrustList:
    """The lists that one run uses; ``sha256`` is that of the single file, or of the joined digests where there are several."""

    name: str
    date: str | None
    sha256: str
    certificates: int
    sources: tuple[TrustSource, ...]

    @property
    def pem(self) -> str:
        """All certificates of all lists, with a line before each list that :func:`from_text` reads back."""
        return "".join(f"{_MARK}{source.heading().model_dump_json()}\n{source.pem}" for source in self.sources)

    def of(self, *kinds: ListKind) -> "TrustList | None":
        """Return the lists of these kinds, or None where there is none."""
        return joined(tuple(source for source in self.sources if source.kind in kinds))

    def info(self) -> TrustListInfo:
        """Return what every report states about the list."""
        return TrustListInfo(name=self.name, date=self.date, sha256=self.sha256, certificates=self.certificates)


def default_folder() -> Path | None:
    """Return the user data folder of trust lists, or None where the environment names no home."""
    if os.name == "nt":
        base = os.environ.get("APPDATA")
        return Path(base) / "fakeprint" / "trust" if base else None
    data = os.environ.get("XDG_DATA_HOME", "")
    if Path(data).is_absolute():
        return Path(data) / "fakeprint" / "trust"
    home = os.environ.get("HOME")
    return Path(home) / ".local" / "share" / "fakeprint" / "trust" if home else None


def load(path: Path | None = None) -> TrustList | None:
    """Return the lists of a PEM file, or those in the user data folder; None where there is none.

    Raises:
        UsageError: the file cannot be read, is no list of certificates, or no longer matches the record of its download.
    """
    if path is not None:
        return joined((_read_source(path),))
    folder = default_folder()
    if folder is None or not folder.is_dir():
        return None
    return joined(tuple(_read_source(file) for file in sorted(folder.glob("*.pem"))))


def from_text(text: str) -> TrustList | None:
    """Return the lists that :attr:`TrustList.pem` joined; the text comes from this program, not from a user."""
    sources = []
    for section in text.split(_MARK)[1:]:
        line, _, pem = section.partition("\n")
        sources.append(TrustSource(**dict(ListHeading.model_validate_json(line)), pem=pem))
    return joined(tuple(sources))


def joined(sources: tuple[TrustSource, ...]) -> TrustList | None:
    """Join lists into what a run uses: signers first, then frozen lists, then time stamps; None without any."""
    if not sources:
        return None
    ranked = tuple(sorted(sources, key=lambda source: (list(ListKind).index(source.kind), source.name)))
    digests = [source.sha256 for source in ranked]
    return TrustList(
        name=" + ".join(source.name for source in ranked),
        date=min((source.date for source in ranked if source.date), default=None),
        sha256=digests[0] if len(digests) == 1 else sha256("".join(digests).encode()).hexdigest(),
        certificates=sum(source.certificates for source in ranked),
        sources=ranked,
    )


def certificates_of(data: bytes) -> str:
    """Return the certificates of a PEM file, one clean block after the other.

    Text between the blocks is ignored.  Each block must be a DER certificate in outline: a sequence of a sequence, a sequence and a bit
    string that fills the block to the last byte.

    Raises:
        UsageError: no certificate, a block of another type, or a damaged block.
    """
    blocks = [(found[1], found[2], found[3]) for found in _BLOCK.finditer(data)]
    if not blocks or len(blocks) != data.count(b"-----BEGIN "):
        raise UsageError("the trust list holds no certificates, or damaged ones; a list of PEM certificates is needed")
    clean = []
    for begin, body, end in blocks:
        if begin != b"CERTIFICATE" or end != b"CERTIFICATE":
            raise UsageError(f"the trust list holds a block {begin.decode()!r}; only certificates belong in it")
        try:
            der = base64.b64decode(b"".join(body.split()), validate=True)
        except binascii.Error as error:
            raise UsageError("the trust list holds a certificate that is not base64") from error
        if not _is_certificate(der):
            raise UsageError("the trust list holds a block that is not an X.509 certificate")
        clean.append(f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE-----\n")
    return "".join(clean)


def _is_certificate(der: bytes) -> bool:
    outer = _element(der, 0)
    if outer is None or outer[0] != _SEQUENCE or outer[2] != len(der):
        return False
    tags: list[int] = []
    position = outer[1]
    while position < len(der) and len(tags) < 4:
        inner = _element(der, position)
        if inner is None:
            return False
        tags.append(inner[0])
        position = inner[2]
    return tags == [_SEQUENCE, _SEQUENCE, _BIT_STRING]


def _element(der: bytes, start: int) -> tuple[int, int, int] | None:
    """Return tag, start of content and end of the DER element, or None where it does not fit."""
    if start + 2 > len(der):
        return None
    length, content = der[start + 1], start + 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or content + count > len(der):
            return None
        length, content = int.from_bytes(der[content : content + count], "big"), content + count
    return (der[start], content, content + length) if content + length <= len(der) else None


def _read_source(path: Path) -> TrustSource:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        record = path.with_suffix(".json")
        text = record.read_bytes() if record.is_file() else None
    except OSError as error:
        raise UsageError(f"the trust list {path.name!r} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"the trust list {path.name!r} is larger than {MAX_BYTES} bytes")
    pem, digest = certificates_of(data), sha256(data).hexdigest()
    count = pem.count("-----BEGIN")
    if text is None:
        return TrustSource(path.name, ListKind.SIGNERS, None, digest, count, pem)
    try:
        stored = StoredList.model_validate_json(text)
    except ValidationError as error:
        raise UsageError(f"{record.name!r} beside the trust list is not its record; remove it or fetch the list again") from error
    if stored.sha256 != digest:
        raise UsageError(f"the trust list {path.name!r} differs from what was fetched on {stored.date}; fetch it again")
    return TrustSource(stored.name, stored.kind, stored.date, digest, count, pem)
