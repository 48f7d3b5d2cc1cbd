"""Every error the user can meet, in one tree.

::

    FakeprintError
    ├── UsageError              wrong call; exit code 2
    │   ├── UnknownNameError    a name that no table holds; suggests the nearest one
    │   ├── DuplicateNameError  two parts claim one name
    │   └── MissingExtraError   an optional dependency is not installed
    ├── MediaError              one input could not be used; becomes a row, never stops a run
    └── RecordError             records that do not fit together
        ├── AlignmentError      missing, duplicate or unknown sample ids
        ├── LeakageError        one group in two splits
        └── ArtifactError       a model artifact is incomplete or altered

Bugs are not part of the tree: they propagate.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Stage(StrEnum):
    """Where in the pipeline an input failed."""

    OPEN = "open"
    PROBE = "probe"
    DECODE = "decode"
    EXAMINE = "examine"
    JUDGE = "judge"


class ErrorCode(StrEnum):
    """Stable identifiers; messages may change, codes do not (specs: reliability, section 4)."""

    E_NOT_FOUND = "E_NOT_FOUND"
    E_PERMISSION = "E_PERMISSION"
    E_NOT_A_FILE = "E_NOT_A_FILE"
    E_PATH = "E_PATH"
    E_READ = "E_READ"
    E_EMPTY = "E_EMPTY"
    E_FORMAT_UNKNOWN = "E_FORMAT_UNKNOWN"
    E_FORMAT_REFUSED = "E_FORMAT_REFUSED"
    E_EXTRA_MISSING = "E_EXTRA_MISSING"
    E_TRUNCATED = "E_TRUNCATED"
    E_CORRUPT = "E_CORRUPT"
    E_NO_FRAMES = "E_NO_FRAMES"
    E_BOMB = "E_BOMB"
    E_TOO_LARGE = "E_TOO_LARGE"
    E_MEMORY = "E_MEMORY"
    E_TIMEOUT = "E_TIMEOUT"
    E_CRASH = "E_CRASH"
    E_INTERNAL = "E_INTERNAL"


class ErrorStatus(StrEnum):
    """The coarse class of a failure, one for each code."""

    READ = "error_read"
    DECODE = "error_decode"
    TOO_LARGE = "error_too_large"
    TIMEOUT = "error_timeout"
    UNSUPPORTED = "error_unsupported"
    CRASH = "error_crash"
    INTERNAL = "error_internal"


STATUS_OF_CODE: dict[ErrorCode, ErrorStatus] = {
    ErrorCode.E_NOT_FOUND: ErrorStatus.READ,
    ErrorCode.E_PERMISSION: ErrorStatus.READ,
    ErrorCode.E_NOT_A_FILE: ErrorStatus.READ,
    ErrorCode.E_PATH: ErrorStatus.READ,
    ErrorCode.E_READ: ErrorStatus.READ,
    ErrorCode.E_EMPTY: ErrorStatus.READ,
    ErrorCode.E_FORMAT_UNKNOWN: ErrorStatus.UNSUPPORTED,
    ErrorCode.E_FORMAT_REFUSED: ErrorStatus.UNSUPPORTED,
    ErrorCode.E_EXTRA_MISSING: ErrorStatus.UNSUPPORTED,
    ErrorCode.E_TRUNCATED: ErrorStatus.DECODE,
    ErrorCode.E_CORRUPT: ErrorStatus.DECODE,
    ErrorCode.E_NO_FRAMES: ErrorStatus.DECODE,
    ErrorCode.E_BOMB: ErrorStatus.TOO_LARGE,
    ErrorCode.E_TOO_LARGE: ErrorStatus.TOO_LARGE,
    ErrorCode.E_MEMORY: ErrorStatus.TOO_LARGE,
    ErrorCode.E_TIMEOUT: ErrorStatus.TIMEOUT,
    ErrorCode.E_CRASH: ErrorStatus.CRASH,
    ErrorCode.E_INTERNAL: ErrorStatus.INTERNAL,
}


class ErrorInfo(BaseModel):
    """What went wrong with one input, as it stands in a row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: ErrorCode
    status: ErrorStatus
    message: str
    stage: Stage


class FakeprintError(Exception):
    """Base of all errors that are shown without a traceback."""


class UsageError(FakeprintError):
    """The call cannot be carried out as written; the message says what to do next."""


class UnknownNameError(UsageError):
    """No part of that name."""


class DuplicateNameError(UsageError):
    """Two parts claim the same name."""


class MissingExtraError(UsageError):
    """An optional dependency is needed and not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; run: pip install 'fakeprint[{extra}]'")


class MediaError(FakeprintError):
    """One input cannot be used.  Becomes a row with status ``error``."""

    def __init__(self, code: ErrorCode, message: str, stage: Stage) -> None:
        super().__init__(message)
        self.code = code
        self.stage = stage

    def info(self) -> ErrorInfo:
        """Return the record that a row carries."""
        return ErrorInfo(code=self.code, status=STATUS_OF_CODE[self.code], message=str(self), stage=self.stage)


class RecordError(FakeprintError):
    """Records that do not fit together."""


class AlignmentError(RecordError):
    """Missing, duplicate or unknown sample ids."""


class LeakageError(RecordError):
    """One group lies in two splits."""


class ArtifactError(RecordError):
    """A model artifact is incomplete, altered or of an unknown version."""
