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
