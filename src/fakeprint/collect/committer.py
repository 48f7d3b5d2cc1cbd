"""Gives finished files their names and writes their rows, in groups, off the event loop."""

import asyncio
import errno
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fakeprint.collect.ledger import Ledger
from fakeprint.collect.outcome import LedgerRow, Status
from fakeprint.collect.sync import sync_folder

GROUP = 1024
GROUP_SECONDS = 0.5
_NAME_TAKEN = frozenset({errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ENAMETOOLONG})


@dataclass(frozen=True)
class Finished:
    """A row, and the file that belongs under its ``path`` if its status is ok."""

    row: LedgerRow
    part: Path | None


class Committer:
    """Takes finished rows; :meth:`serve` runs beside the download until :meth:`finish` was called.

    The order is what makes a kill harmless: the data reaches the disk, then the file gets its name, then the row is written.  A row
    with status ``ok`` therefore always has its whole file.
    """

    def __init__(self, folder: Path, ledger: Ledger, *, durable: bool, on_rows: Callable[[list[LedgerRow]], None]) -> None:
        self._folder = folder
        self._ledger = ledger
        self._durable = durable
        self._on_rows = on_rows
        self._waiting: list[Finished] = []
        self._full = asyncio.Event()
        self._ending = False
        self._folders: set[Path] = set()

    def put(self, finished: Finished) -> None:
        """Queue a row."""
        self._waiting.append(finished)
        if len(self._waiting) >= GROUP:
            self._full.set()

    def finish(self) -> None:
        """Have everything written and :meth:`serve` end."""
        self._ending = True
        self._full.set()

    async def serve(self) -> None:
        """Write groups of rows as they come.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        while self._waiting or not self._ending:
            if not self._ending:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._full.wait(), GROUP_SECONDS)
                self._full.clear()
            group, self._waiting = self._waiting, []
            if group:
                self._on_rows(await asyncio.to_thread(self._commit, group))

    def _commit(self, group: list[Finished]) -> list[LedgerRow]:
        if self._durable and any(one.part for one in group):
            sync_folder(self._folder)
        rows = [self._named(one) for one in group]
        self._ledger.append(rows, durable=self._durable)
        return rows

    def _named(self, one: Finished) -> LedgerRow:
        """Move a file to its name; what cannot be a name on this file system is a row that says so."""
        if one.part is None or one.row.path is None:
            return one.row
        final = self._folder / one.row.path
        try:
            if final.parent not in self._folders:
                final.parent.mkdir(parents=True, exist_ok=True)
                self._folders.add(final.parent)
            one.part.replace(final)
        except OSError as error:
            if error.errno not in _NAME_TAKEN:
                raise
            one.part.unlink(missing_ok=True)
            return one.row.model_copy(update={"status": Status.BAD_KEY, "path": None, "error": f"cannot be a file name: {error.strerror}"})
        return one.row
