"""What an evaluation is told: suite, split, detector, seeds."""

from pathlib import PurePath

from pydantic import Field

from fakeprint.core.limits import Limits
from fakeprint.core.record import Record
from fakeprint.core.sample import Split
from fakeprint.metrics.bootstrap import RESAMPLES
from fakeprint.suites.suite import Suite, suite_of


class EvalConfig(Record):
    """Everything that decides what an evaluation measures.

    ``detector`` is the name of a shipped artifact, ``generator`` or a folder, ``conditions`` replace those of the suite where given,
    ``threshold`` is a fixed threshold in the unit of foreign scores, chosen before these rows were read.  ``frames`` are read of each
    video.
    """

    suite: str = "delivery"
    conditions: tuple[str, ...] = ()
    split: Split = Split.DEV
    task: str | None = None
    detector: str | None = None
    threshold: float | None = None
    seed: int = Field(0, ge=0)
    resamples: int = Field(RESAMPLES, ge=1000)
    frames: int = Field(32, gt=0)
    limits: Limits = Limits()

    def protocol(self) -> Suite:
        """Return the suite with the conditions that are measured."""
        suite = suite_of(self.suite)
        if not self.conditions:
            return suite
        return suite.model_copy(update={"name": f"{suite.name} (chosen conditions)", "conditions": tuple(dict.fromkeys(self.conditions))})

    def shareable(self) -> "EvalConfig":
        """Return what a run record may hold: an artifact folder by its last name, since the weights are named by their hash."""
        return self if self.detector is None else self.model_copy(update={"detector": PurePath(self.detector).name})
