"""The scorecard as JSON: the record itself, indented."""

from fakeprint.core.scorecard import Scorecard


def scorecard_json(scorecard: Scorecard) -> bytes:
    """Return the record; reading it back gives an equal one."""
    return (scorecard.model_dump_json(indent=2) + "\n").encode()
