"""Stopping a run in order: the first signal ends the taking of work, the second one waits for nothing."""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopper:
    """Within the block, SIGINT and SIGTERM are noted instead of ending the program.  ``signal`` is the first one's number."""

    def __init__(self, on_stop: Callable[[], None]) -> None:
        self.signal: int | None = None
        self.hurried = False
        self._on_stop = on_stop
        self._installed = False

    def __enter__(self) -> "Stopper":
        """Start to listen, where that is possible: in the main thread of a POSIX system."""
        if threading.current_thread() is threading.main_thread():
            try:
                for number in _SIGNALS:
                    asyncio.get_running_loop().add_signal_handler(number, self._note, int(number))
                self._installed = True
            except NotImplementedError:
                pass  # Windows has no signal handlers in event loops; Ctrl-C then ends the run at once
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give the signals back."""
        if self._installed:
            for number in _SIGNALS:
                asyncio.get_running_loop().remove_signal_handler(number)

    def _note(self, number: int) -> None:
        self.hurried = self.signal is not None
        if self.signal is None:
            self.signal = number
        self._on_stop()
