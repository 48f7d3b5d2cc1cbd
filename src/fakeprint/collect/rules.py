"""The settings of a download: what is taken in, and how fast it is asked for (specs: dflip3k 3.2, reliability 2 and 7)."""

from pydantic import Field

import fakeprint
from fakeprint.core.limits import Limits
from fakeprint.core.record import Record

AGENT = "fakeprint"
"""The name by which robots.txt and response headers may address this program."""


class Rules(Record):
    """What decides which bytes are stored under which name; a folder is filled by one set of rules.

    ``min_side`` is the least number of pixels of the shorter side.  ``placeholders`` is the sha256 of the list in use.  ``robots`` and
    ``no_ai`` say whether ``robots.txt`` and headers against collecting for training are honoured.  ``unsafe_prompts`` takes in rows
    whose prompt is flagged as sexual, violent or hateful; rows flagged as sexual about minors are never fetched.
    """

    legacy_names: bool = False
    max_bytes: int = Field(20_000_000, gt=0)
    min_side: int = Field(2, ge=1)
    robots: bool = True
    no_ai: bool = True
    unsafe_prompts: bool = False
    placeholders: str | None = None


class Pace(Record):
    """How fast and how patiently the web is asked.

    ``delay_s`` lies between two starts at one host.  ``decoders`` are worker processes that check files.  ``durable`` brings files to
    the disk before their rows are written, so that a power cut loses nothing that the ledger claims.
    """

    workers: int = Field(32, ge=1, le=4096)
    per_host: int = Field(4, ge=1)
    delay_s: float = Field(1.0, ge=0)
    connect_s: float = Field(5.0, gt=0)
    read_s: float = Field(10.0, gt=0)
    total_s: float = Field(60.0, gt=0)
    retries: int = Field(3, ge=0, le=20)
    retry_base_s: float = Field(0.5, gt=0)
    longest_wait_s: float = Field(120.0, gt=0)
    redirects: int = Field(3, ge=0, le=20)
    host_failures: int = Field(20, ge=1)
    decoders: int = Field(2, ge=1)
    durable: bool = True


class DownloadConfig(Record):
    """Everything a download is told.

    ``allowed`` names ``host:port`` that may lead to loopback or private addresses.  ``keep_rejected`` keeps files that do not decode
    under ``.rejected`` by their hash.  ``retry_failed`` asks again for keys that failed for good.
    """

    rules: Rules = Rules()
    pace: Pace = Pace()
    limits: Limits = Limits()
    allowed: frozenset[str] = frozenset()
    keep_rejected: bool = False
    retry_failed: bool = False
    agent: str = f"{AGENT}/{fakeprint.__version__} (dataset collector; honours robots.txt)"
