"""What a download would do, without asking anybody anything."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from fakeprint.collect.address import RefusedAddress, parse_address
from fakeprint.collect.ledger import read_ledger
from fakeprint.collect.naming import BadKey, safe_key
from fakeprint.collect.outcome import Status
from fakeprint.collect.rules import DownloadConfig
from fakeprint.collect.wanted import Wanted
from fakeprint.core.record import Record


class Preview(Record):
    """Keys that would be asked for, by host, and keys that would not, by what is known of them already."""

    asked: int
    hosts: dict[str, int]
    not_asked: dict[str, int]
    seconds_at_least: float


def preview(wanted: Iterable[Wanted], folder: Path, config: DownloadConfig) -> Preview:
    """Go through the list; nothing is resolved, connected or written.

    ``seconds_at_least`` follows from the pause between two requests at the busiest host.
    """
    known = {row.key: row.status for row in read_ledger(folder)}
    hosts: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for one in wanted:
        status = known.get(one.key)
        if status is Status.OK or (status is not None and not status.transient and not config.retry_failed):
            others[f"known: {status}"] += 1
            continue
        try:
            safe_key(one.key)
            if one.url is None:
                others[Status.NO_URL] += 1
            else:
                hosts[parse_address(one.url, config.allowed).host] += 1
        except BadKey:
            others[Status.BAD_KEY] += 1
        except RefusedAddress:
            others[Status.REFUSED_ADDRESS] += 1
    busiest = max(hosts.values(), default=0)
    return Preview(
        asked=sum(hosts.values()),
        hosts=dict(hosts.most_common(20)),
        not_asked=dict(sorted(others.items())),
        seconds_at_least=round(max(0, busiest - 1) * config.pace.delay_s, 1),
    )
