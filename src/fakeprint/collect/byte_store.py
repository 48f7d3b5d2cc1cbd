"""Encoded bytes as they came, each once, under their hash (specs: d3-code 2.1)."""

import os
import shutil
from hashlib import sha256
from pathlib import Path


class ByteStore:
    """Files named by the sha256 of their content, in 256 folders.  Whole or absent; adding the same bytes again changes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = folder / ".parts"
        shutil.rmtree(self._parts, ignore_errors=True)
        self._parts.mkdir(parents=True)

    def path_of(self, digest: str) -> Path:
        """Return where bytes of that hash lie, or would."""
        return self.folder / digest[:2] / digest

    def add(self, data: bytes) -> str:
        """Store bytes and return their sha256."""
        digest = sha256(data).hexdigest()
        path = self.path_of(digest)
        if not path.exists():
            part = self._parts / digest
            part.write_bytes(data)
            path.parent.mkdir(exist_ok=True)
            part.replace(path)
        return digest

    def adopt(self, source: Path, digest: str) -> None:
        """Take a file of known hash in; a second name for it where the file system allows, else a copy."""
        path = self.path_of(digest)
        if path.exists():
            return
        path.parent.mkdir(exist_ok=True)
        try:
            os.link(source, path)
        except OSError:
            part = self._parts / digest
            shutil.copyfile(source, part)
            part.replace(path)

    def read(self, digest: str) -> bytes:
        """Return the bytes of that hash.

        Raises:
            OSError: they are not there, or are not what they were.
        """
        data = self.path_of(digest).read_bytes()
        if sha256(data).hexdigest() != digest:
            raise OSError(f"{self.path_of(digest)} has changed since it was stored; remove it and build again")
        return data
