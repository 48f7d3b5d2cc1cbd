"""What all pages share: templates, style, and a content policy that lets nothing in from outside."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Path(__file__).parent / "templates"


def policy(style: str, script: str, *, pictures: str = "'none'") -> str:
    """Return a content security policy: our style and script by hash, pictures from ``pictures``, nothing else.

    >>> policy("", "").split(";")[0]
    "default-src 'none'"
    """
    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in (style, script)]
    own = f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'"
    return f"default-src 'none'; img-src {pictures}; {own}; base-uri 'none'; form-action 'none'"


@cache
def asset(*names: str) -> str:
    """Return template files joined as they are."""
    return "".join((_TEMPLATES / name).read_text("utf-8") for name in names)


@cache
def environment(**names: object) -> Environment:
    """Return the template environment, everything escaped, in which templates see ``names``."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.update(names)
    return made
