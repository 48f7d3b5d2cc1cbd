"""The header of a C2PA manifest store (specs: provenance 2, C2PA byte details)."""

_DESCRIPTION = b"\0\0\0\x1ejumd" + bytes.fromhex("6332706100110010800000AA00389B71") + b"\x03c2pa\0"
HEADER_BYTES = 8 + len(_DESCRIPTION)


def jumbf_header(data: bytes) -> int | None:
    r"""Return the declared length of the manifest store that ``data`` starts with, or None if it starts with something else.

    A store is a JUMBF superbox whose description box carries the C2PA type and the label ``c2pa``.  38 bytes are enough.

    >>> jumbf_header(b"\0\0\1\0jumb" + _DESCRIPTION)
    256
    >>> jumbf_header(b"\0\0\1\0jumb something else") is None
    True
    """
    if data[4:8] != b"jumb" or data[8:HEADER_BYTES] != _DESCRIPTION:
        return None
    length = int.from_bytes(data[:4], "big")
    return length if length >= HEADER_BYTES else None
