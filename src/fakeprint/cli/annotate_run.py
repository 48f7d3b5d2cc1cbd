"""What follows each row of a scan: its annotated copy, and the lists of the compatible form."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from fakeprint.annotate import Annotating, Annotation, Annotator
from fakeprint.cli.exit_codes import ExitCode
from fakeprint.core.errors import ErrorCode
from fakeprint.core.limits import Limits
from fakeprint.core.report import Report
from fakeprint.media.annotate.plan import Style, face_evidence
from fakeprint.reports.dfspot import LegacyLists, Prediction, kind_of, predict


@dataclass(frozen=True)
class Following:
    """What is wanted besides the report: copies, lists of the compatible form, or both."""

    annotating: Annotating | None = None
    lists: LegacyLists | None = None

    @property
    def scores_every_frame(self) -> bool:
        """Whether faces are to be read on every frame, as the compatible pictures need it."""
        return self.annotating is not None and self.annotating.style is Style.DFSPOT


NOTHING = Following()


def following(annotate: Path | None, *, compatible: bool, force: bool) -> Following:
    """Return what ``--annotate`` and ``--compat dfspot`` of a scan ask for; the lists go to the folder of copies, else to where one is."""
    how = None
    if annotate is not None:
        how = Annotating(annotate, Style.DFSPOT, suffix="", first_dot=True) if compatible else Annotating(annotate)
    return Following(how, LegacyLists(annotate or Path(), force=force) if compatible else None)


@dataclass
class Followers:
    """Use as a context manager: ``take`` each row, then ``finish_copies`` if all were taken, and ``finish_lists`` in any case."""

    following: Following
    limits: Limits
    jobs: int = 0
    quiet: bool = False
    predictions: list[Prediction] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Check that what is to be written can be, before anything is read."""
        if self.following.lists is not None:
            self.following.lists.check()
        how = self.following.annotating
        self._annotator = Annotator(how, self.limits, jobs=self.jobs) if how is not None else None

    def __enter__(self) -> "Followers":
        """Return this object."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the workers; unfinished copies leave no file."""
        if self._annotator is not None:
            self._annotator.__exit__(kind, error, trace)

    def take(self, path: Path, report: Report) -> None:
        """Begin what follows one row."""
        if self.following.lists is not None and kind_of(report) is not None:
            lists = self.following.lists
            models = lists.models or tuple((one.examiner, one.examiner) for one in face_evidence(report.evidence))
            self.predictions.append(predict(report, lists.terms, models, absent=lists.absent))
        if self._annotator is not None:
            self._annotator.submit(path, report)

    def finish_copies(self) -> set[ExitCode]:
        """Wait for the copies, say what failed, and return the exit codes that this asks for."""
        if self._annotator is None:
            return set()
        self._annotator.finish()
        codes = [self._code(one) for one in self._annotator.done]
        self._say_copies(self._annotator.done)
        return set().union(*codes)

    def finish_lists(self) -> set[ExitCode]:
        """Write the lists of the rows taken so far, and return the exit codes that this asks for."""
        lists = self.following.lists
        if lists is None:
            return set()
        for path in lists.write(self.predictions):
            self._say(f"wrote {path}")
        silent = [one for one in self.predictions if one.status != "ok"]
        for one in silent:
            self._say(f"{one.path}: not scored: {one.reason}")
        return {ExitCode.INPUT_FAILED} if silent else set()

    def _code(self, one: Annotation) -> set[ExitCode]:
        if one.status != "failed" or one.error is None:
            return set()
        self._say(f"{one.input}: no annotated copy: {one.error.message}")
        return {ExitCode.INTERNAL if one.error.code is ErrorCode.E_INTERNAL else ExitCode.INPUT_FAILED}

    def _say_copies(self, done: list[Annotation]) -> None:
        how = self.following.annotating
        if how is None:
            return
        counts = Counter(one.status for one in done)
        without = sum(one.reason == "no_face" or one.faces is False for one in done)
        texts = [f"{counts['copied']} annotated copies in {how.folder}"]
        texts += [f"{without} without a usable face"] if without else []
        texts += [f"{counts['failed']} failed"] if counts["failed"] else []
        self._say("; ".join(texts))

    def _say(self, text: str) -> None:
        if not self.quiet:
            print(f"fakeprint: {text}", file=sys.stderr)
