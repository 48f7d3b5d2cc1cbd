"""The run record: everything that is needed to repeat a run."""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from pydantic import Field, JsonValue

import fakeprint
from fakeprint.core.limits import Limits
from fakeprint.core.record import SCHEMA_VERSION, Record

_PACKAGES = ("numpy", "pillow", "av", "onnxruntime", "pydantic", "c2pa-python", "torch")


class TrustListInfo(Record):
    """Which list of trusted signers was used."""

    name: str
    date: str | None
    sha256: str
    certificates: int


class RunStamp(Record):
    """The part of a run record that every row carries."""

    id: str
    fakeprint: str
    config_sha256: str
    trust_list: TrustListInfo | None = None


class RunRecord(Record):
    """Command, resolved configuration, versions, host and times of one run.

    ``config`` is the verb's resolved configuration as JSON, ``counts`` is filled when the run closes.  No host name, user name or
    path of this machine is recorded.
    """

    schema_version: str = SCHEMA_VERSION
    id: str
    command: str
    config: dict[str, JsonValue]
    config_sha256: str
    limits: Limits | None = None
    trust_list: TrustListInfo | None = None
    fakeprint: str = fakeprint.__version__
    commit: str | None
    dirty: bool | None
    python: str
    platform: str
    packages: dict[str, str]
    seed: int | None = None
    started: str
    finished: str | None = None
    status: str = "running"
    counts: dict[str, int] = Field(default_factory=dict)

    def stamp(self) -> RunStamp:
        """Return the short form that rows carry."""
        return RunStamp(id=self.id, fakeprint=self.fakeprint, config_sha256=self.config_sha256, trust_list=self.trust_list)


def now() -> str:
    """Return the time in UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


def digest(text: str) -> str:
    """Return the sha256 of a text as lower-case hexadecimal."""
    return sha256(text.encode()).hexdigest()


@cache
def _source_state() -> tuple[str | None, bool | None]:
    root = Path(fakeprint.__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None, None
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True, timeout=5)
        dirty = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return None, None
    return commit.stdout.strip(), bool(dirty.stdout.strip())


def installed_versions(names: tuple[str, ...] = _PACKAGES) -> dict[str, str]:
    """Return the versions of those packages that are installed."""
    versions = {}
    for name in names:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def start_run(
    command: str,
    config: Record,
    *,
    limits: Limits | None = None,
    trust_list: TrustListInfo | None = None,
    seed: int | None = None,
) -> RunRecord:
    """Open the record of a run; its id derives from command, configuration and start time."""
    text = config.model_dump_json()
    commit, dirty = _source_state()
    started = now()
    return RunRecord(
        id=digest(f"{command}\0{text}\0{started}")[:16],
        command=command,
        config=config.model_dump(mode="json"),
        config_sha256=digest(text),
        limits=limits,
        trust_list=trust_list,
        commit=commit,
        dirty=dirty,
        python=sys.version.split()[0],
        platform=platform.platform(terse=True),
        packages=installed_versions(),
        seed=seed,
        started=started,
    )


def close_run(run: RunRecord, status: str, counts: dict[str, int]) -> RunRecord:
    """Return the record with end time, status and counts."""
    return run.model_copy(update={"finished": now(), "status": status, "counts": counts})
