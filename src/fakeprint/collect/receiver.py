"""Whether the body of a response is wanted, decided by its head."""

from collections.abc import Callable
from pathlib import Path

from fakeprint.collect.body import Body
from fakeprint.collect.connection import Head
from fakeprint.collect.opt_out import opted_out
from fakeprint.collect.outcome import Refusal, Status
from fakeprint.collect.rules import AGENT, Rules


class Receiver:
    """Takes one response; ``body`` is set once a body that is wanted has begun."""

    def __init__(self, part: Path, rules: Rules) -> None:
        self.body: Body | None = None
        self._part = part
        self._rules = rules

    def on_head(self, head: Head) -> Callable[[bytes], None] | None:
        """Return where the body goes, None for anything but a file.

        Raises:
            Refusal: the headers opt out, or announce too much.
        """
        if head.status != 200:
            return None
        if self._rules.no_ai and (header := opted_out(head.headers, AGENT)) is not None:
            raise Refusal(Status.REFUSED_NO_AI, header, http=200)
        declared = head.get("content-length") or ""
        if declared.isdigit() and int(declared) > self._rules.max_bytes:
            raise Refusal(Status.TOO_LARGE, f"{declared} bytes; the limit is {self._rules.max_bytes}", http=200)
        self.body = Body(self._part, self._rules.max_bytes, head.get("content-encoding"))
        return self.body.write

    def drop(self) -> None:
        """Remove what has been written."""
        if self.body is not None:
            self.body.drop()
