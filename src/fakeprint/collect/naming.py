"""From a key of a metadata file to the path of its file (specs: dflip3k 2.2, 3.3 b and h)."""

from hashlib import sha256

EXTENSION = {
    "jpeg": "jpg",
    "png": "png",
    "webp": "webp",
    "gif": "gif",
    "bmp": "bmp",
    "tiff": "tiff",
    "avif": "avif",
    "heic": "heic",
}
"""The suffix under which a format is stored."""

_ALIASES = {"jpg": "jpeg", "jpeg": "jpeg", "jpe": "jpeg", "jfif": "jpeg", "tif": "tiff", "heif": "heic"} | {
    name: name for name in EXTENSION
}
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{name}{digit}" for name in ("com", "lpt") for digit in range(1, 10))})
_SPECIAL = frozenset('<>:"|?*')
OWN_NAMES = frozenset({".parts", ".rejected", "ledger.jsonl", "ledger.parquet", "ledger.lock", "download.run.json"})
"""Names at the top of the folder that belong to the downloader."""


class BadKey(Exception):
    """The key cannot name a file; the message says why."""


def safe_key(key: str) -> str:
    r"""Return the key as a relative path with forward slashes.

    A Windows path without drive counts by the part after its last backslash.

    Raises:
        BadKey: empty, absolute, with a drive letter, ``..``, control characters, a reserved name, or too long.

    >>> safe_key("dalle/dalle0000001.jpg"), safe_key("set\\one.png")
    ('dalle/dalle0000001.jpg', 'one.png')
    """
    if not key.isprintable():
        raise BadKey("the key holds control characters")
    if key[1:2] == ":" or key.startswith(("/", "\\", "~")):
        raise BadKey("the key is an absolute path")
    if any(part == ".." for part in key.replace("\\", "/").split("/")):
        raise BadKey("the key leaves the folder")
    parts = [part for part in key.rpartition("\\")[2].split("/") if part not in ("", ".")]
    if not parts or len("/".join(parts).encode()) > 1000 or any(len(part.encode()) > 240 for part in parts):
        raise BadKey("the key is empty or too long for a file name")
    for part in parts:
        if part.partition(".")[0].lower() in _RESERVED or part.endswith((" ", ".")) or not _SPECIAL.isdisjoint(part):
            raise BadKey("the key is no usable file name on every system")
    if parts[0] in OWN_NAMES:
        raise BadKey("the key is a name that the downloader uses itself")
    return "/".join(parts)


def stem_of(path: str) -> str:
    """Return a path without its suffix, if that names an image format.

    >>> stem_of("a/b.v2.JPG"), stem_of("a/b.v2")
    ('a/b.v2', 'a/b.v2')
    """
    stem, dot, suffix = path.rpartition(".")
    known = dot and stem and not stem.endswith("/") and suffix.lower() in _ALIASES
    return stem if known else path


def stored_path(path: str, fmt: str, *, legacy: bool = False, shared_stem: bool = False) -> str:
    """Return where content of format ``fmt`` is stored for a key that :func:`safe_key` passed.

    A suffix that fits the content is kept, one that names another image format is replaced, anything else stays part of the name.
    Where several keys share a stem, the whole key and a hash of it stay in the name, so that no two keys have one path.  ``legacy``
    appends the media subtype, as the original did.

    >>> stored_path("x.JPEG", "jpeg"), stored_path("x.jpg", "png"), stored_path("v1.5", "png")
    ('x.JPEG', 'x.png', 'v1.5.png')
    >>> stored_path("x.jpg", "jpeg", legacy=True), stored_path("x.jpg", "png", shared_stem=True)
    ('x.jpg.jpeg', 'x.jpg~8f3c0b84.png')
    """
    if legacy:
        return f"{path}.{fmt}"
    stem = stem_of(path)
    if stem != path and _ALIASES[path.rpartition(".")[2].lower()] == fmt:
        return path
    name = f"{path}~{sha256(path.encode()).hexdigest()[:8]}" if shared_stem else stem
    return f"{name}.{EXTENSION[fmt]}"
