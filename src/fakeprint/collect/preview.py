"""What a download would do, without asking anybody anything."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from fakeprint.collect.intake import Intake, Job
from fakeprint.collect.ledger import Known, read_ledger
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
    intake = Intake(folder, config, {row.key: Known(row.status, row.path, row.bytes) for row in read_ledger(folder)})
    hosts: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for one in wanted:
        taken = intake.take(one)
        if isinstance(taken, Job):
            hosts[taken.address.host] += 1
        elif taken is not None:
            others[f"known: {taken.status}" if isinstance(taken, Known) else taken.status] += 1
    busiest = max(hosts.values(), default=0)
    return Preview(
        asked=sum(hosts.values()),
        hosts=dict(hosts.most_common(20)),
        not_asked=dict(sorted(others.items())),
        seconds_at_least=round(max(0, busiest - 1) * config.pace.delay_s, 1),
    )
