"""Bytes of metadata to text (specs: provenance 2)."""


def decode_text(data: bytes) -> str:
    """Decode text that is Latin-1 by its standard and UTF-8 in practice.

    >>> decode_text("Zürich".encode()), decode_text("Zürich".encode("latin-1"))
    ('Zürich', 'Zürich')
    """
    data = data.rstrip(b"\0")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def printable(text: str, most: int = 79) -> str:
    r"""Return up to ``most`` characters of a name with everything unprintable as ``?``, for a container path.

    >>> printable("a\x1b[0m")
    'a?[0m'
    """
    return "".join(char if char.isprintable() else "?" for char in text[:most])
