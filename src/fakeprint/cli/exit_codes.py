"""Exit codes and which one wins (specs: reliability 10)."""

from enum import IntEnum


class ExitCode(IntEnum):
    """0: the run completed, whatever the verdicts."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    INPUT_FAILED = 3
    LEVEL_REACHED = 4
    NO_INPUT = 5
    INTERRUPTED = 130
    TERMINATED = 143


_PRECEDENCE = (
    ExitCode.INTERNAL,
    ExitCode.USAGE,
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
    ExitCode.NO_INPUT,
    ExitCode.LEVEL_REACHED,
    ExitCode.INPUT_FAILED,
    ExitCode.OK,
)


def strongest(*codes: ExitCode) -> ExitCode:
    """Return the code that wins when several apply.

    >>> strongest(ExitCode.INPUT_FAILED, ExitCode.LEVEL_REACHED).name
    'LEVEL_REACHED'
    """
    return min(codes, key=_PRECEDENCE.index, default=ExitCode.OK)
