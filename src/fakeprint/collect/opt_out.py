"""Response headers by which a site keeps its pictures from being collected for training."""

from collections.abc import Iterable

_DIRECTIVES = frozenset({"noai", "noimageai", "noindex", "noimageindex", "none"})


def opted_out(headers: Iterable[tuple[str, str]], agent: str = "fakeprint") -> str | None:
    """Return the header that opts out, or None.

    ``X-Robots-Tag`` with ``noai, noimageai, noindex, noimageindex`` or ``none``, for everybody or for ``agent``; ``TDM-Reservation: 1``
    (the W3C community's protocol for text and data mining).  Header names are compared in lower case.

    >>> opted_out([("x-robots-tag", "otherbot: noai")]), opted_out([("x-robots-tag", "max-snippet: 5, noimageai")])
    (None, 'X-Robots-Tag: noimageai')
    """
    for name, value in headers:
        if name == "x-robots-tag":
            found = _directive(value.lower(), agent)
            if found:
                return f"X-Robots-Tag: {found}"
        elif name == "tdm-reservation" and value.strip() == "1":
            return "TDM-Reservation: 1"
    return None


def _directive(value: str, agent: str) -> str | None:
    addressee = ""
    for part in value.split(","):
        before, _, directive = (one.strip() for one in part.rpartition(":"))
        if before and directive in _DIRECTIVES:
            addressee = before  # "bot: noai" speaks to that bot, as do the directives after it
        if addressee in ("", agent) and directive in _DIRECTIVES:
            return directive
    return None
