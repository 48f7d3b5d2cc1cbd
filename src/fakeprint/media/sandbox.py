"""Measures that hold a worker process down before it sees an untrusted byte; each as far as the platform has it (specs: reliability 3)."""

import os
import sys

from fakeprint.core.limits import Limits


def enter_sandbox(limits: Limits, *, parent: int | None = None) -> tuple[str, ...]:
    """Apply every measure that this platform allows to this process, for good; return the names of those that hold."""
    return ()


def limit_processor_time(seconds: float) -> None:
    """Allow twice ``seconds`` of processor time from now on; the system then ends the process."""
