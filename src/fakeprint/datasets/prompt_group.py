"""The group of images that share a prompt (specs: dflip3k 3.6, evaluation 4)."""

import re
from hashlib import sha256

_SPACE = re.compile(r"\s+")


def prompt_group(prompt: str | None, otherwise: str) -> str:
    r"""Return a name shared by all samples of one prompt, case and white space aside; ``otherwise`` where there is no prompt.

    The name is a hash, so that a prompt which is not stored cannot be read from it.

    >>> prompt_group("A  cat\n", "x") == prompt_group("a cat", "y"), prompt_group(" ", "x")
    (True, 'x')
    """
    normal = _SPACE.sub(" ", prompt or "").strip().casefold()
    return f"prompt:{sha256(normal.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}" if normal else otherwise
