"""``robots.txt``: what a site lets a collector fetch (RFC 9309)."""

from dataclasses import dataclass

ROBOTS_BYTES = 512 * 1024
_RULES = 10_000


@dataclass(frozen=True)
class RobotsRules:
    """The rules that hold for one agent: ``(allow, pattern)``; the longest matching pattern wins, allow wins a tie."""

    rules: tuple[tuple[bool, str], ...] = ()

    def allows(self, target: str) -> bool:
        """Say whether a path with query may be fetched; ``/robots.txt`` always may.

        >>> RobotsRules(((False, "/"), (True, "/open/*.jpg$"))).allows("/open/a.jpg")
        True
        """
        best = (0, True)
        for allow, pattern in self.rules:
            if _matches(pattern, target):
                best = max(best, (len(pattern), allow))
        return best[1]


OPEN = RobotsRules()


def parse_robots(text: str, agent: str = "fakeprint") -> RobotsRules:
    r"""Return the rules for ``agent``, or those for everybody where none name it.

    >>> parse_robots("User-agent: *\nDisallow: /x\n\nUser-agent: fakeprint\nDisallow: /y").rules
    ((False, '/y'),)
    """
    own: list[tuple[bool, str]] = []
    everybody: list[tuple[bool, str]] = []
    named = False
    agents: list[str] = []
    in_rules = False
    for line in text[:ROBOTS_BYTES].splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            agents = [] if in_rules else agents
            in_rules = False
            agents.append(value.lower())
            named = named or value.lower() == agent
        elif name in ("allow", "disallow"):
            in_rules = True
            if value and len(own) + len(everybody) < _RULES:
                rule = (name == "allow", value)
                if agent in agents:
                    own.append(rule)
                if "*" in agents:
                    everybody.append(rule)
    return RobotsRules(tuple(own if named else everybody))


def _matches(pattern: str, target: str) -> bool:
    """Match a prefix with ``*`` for anything and a final ``$`` for the end, in time proportional to both lengths."""
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    at = len(first)
    if not others:
        return not anchored or at == len(target)
    *middle, last = others
    for piece in middle:
        found = target.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if anchored:
        return target.endswith(last) and len(target) - len(last) >= at
    return target.find(last, at) >= 0
