"""What a training run tells: JSON lines always, TensorBoard where installed, one line of progress."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self


class TrainLog:
    """Appends rows to ``log.jsonl`` in the run's folder and repeats them to TensorBoard and to ``tell``.

    Use it as a context manager.  Rows carry the step; nothing else of the environment is written.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._stream = (folder / "log.jsonl").open("a", encoding="utf-8")
        self._tell = tell
        self._board = _board(folder)
        self._started = time.monotonic()
        self._first: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()
        if self._board is not None:
            self._board.close()

    def row(self, member: str, step: int, steps: int, values: dict[str, float]) -> None:
        """Write one row and one line of progress with the time left, estimated from this process's own steps."""
        self._stream.write(json.dumps({"member": member, "step": step, **{name: round(value, 6) for name, value in values.items()}}) + "\n")
        self._stream.flush()
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(f"{member}/{name}", value, step)
        if self._first is None or step < self._first:
            self._first, self._started = step, time.monotonic()
        done = step - self._first
        left = f", about {(time.monotonic() - self._started) / done * (steps - step) / 60:.0f} min left" if done > 0 else ""
        shown = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
        self._tell(f"{member} {step}/{steps}: {shown}{left}")


def _board(folder: Path):  # type: ignore[no-untyped-def]
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"))
