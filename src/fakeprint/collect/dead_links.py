"""What a ledger says of the web: by host, which addresses are gone and why, and which bytes came suspiciously often."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from fakeprint.collect.outcome import LedgerRow, Status
from fakeprint.core.durable import write_atomic
from fakeprint.core.record import SCHEMA_VERSION, Record
from fakeprint.core.sanitise import plain

REPEATED = 5
"""Bytes that come for so many keys of one host may be a placeholder of that host."""
_EXAMPLES = 3
_LISTED = 200


class HostCount(Record):
    """One host: keys by status, with the codes it answered and a few keys that failed."""

    host: str
    statuses: dict[str, int]
    codes: dict[str, int]
    examples: tuple[str, ...]

    @property
    def failed(self) -> int:
        """Keys of this host without a file."""
        return sum(count for status, count in self.statuses.items() if status != Status.OK)


class Repeated(Record):
    """Bytes that one host sent for many keys."""

    sha256: str
    host: str
    keys: int


class LinkReport(Record):
    """Counts over all keys, hosts with failures first, and bytes that came often."""

    schema_version: str = SCHEMA_VERSION
    statuses: dict[str, int]
    hosts: tuple[HostCount, ...]
    repeated: tuple[Repeated, ...]


def link_report(rows: Iterable[LedgerRow]) -> LinkReport:
    """Count a ledger by host."""
    total: Counter[str] = Counter()
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    examples: dict[str, list[str]] = defaultdict(list)
    sent: Counter[tuple[str, str]] = Counter()
    for row in rows:
        host = _host_of(row.url)
        total[row.status] += 1
        statuses[host][row.status] += 1
        if row.http is not None:
            codes[host][str(row.http)] += 1
        if row.status is not Status.OK and len(examples[host]) < _EXAMPLES:
            examples[host].append(row.key)
        if row.sha256 is not None:
            sent[row.sha256, host] += 1
    hosts = (
        HostCount(host=host, statuses=dict(statuses[host]), codes=dict(codes[host]), examples=tuple(examples[host])) for host in statuses
    )
    repeated = (Repeated(sha256=sha256, host=host, keys=count) for (sha256, host), count in sent.most_common(_LISTED) if count >= REPEATED)
    return LinkReport(
        statuses=dict(sorted(total.items())),
        hosts=tuple(sorted(hosts, key=lambda one: (-one.failed, one.host))),
        repeated=tuple(repeated),
    )


def write_report(report: LinkReport, path: Path) -> None:
    """Write the report as JSON, or as Markdown where the name ends in ``.md``."""
    if path.suffix.lower() == ".md":
        write_atomic(path, _markdown(report).encode())
    else:
        write_atomic(path, (json.dumps(report.model_dump(mode="json"), indent=1) + "\n").encode())


def _markdown(report: LinkReport) -> str:
    lines = ["# Links", "", "| status | keys |", "|---|---|", *(f"| {status} | {count} |" for status, count in report.statuses.items())]
    lines += ["", "| host | keys | without a file | why | codes | for example |", "|---|---|---|---|---|---|"]
    for one in report.hosts:
        why = ", ".join(f"{status} {count}" for status, count in sorted(one.statuses.items()) if status != Status.OK)
        codes = ", ".join(f"{code}: {count}" for code, count in sorted(one.codes.items()))
        cells = (one.host, str(sum(one.statuses.values())), str(one.failed), why, codes, ", ".join(one.examples))
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    if report.repeated:
        lines += ["", "Bytes that one host sent for many keys; they may be a placeholder:", "", "| sha256 | host | keys |", "|---|---|---|"]
        lines += [f"| {one.sha256} | {_cell(one.host)} | {one.keys} |" for one in report.repeated]
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return plain(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")[:300]


def _host_of(url: str | None) -> str:
    if not url:
        return "(none)"
    try:
        return urlsplit(url).hostname or "(none)"
    except ValueError:
        return "(malformed)"
