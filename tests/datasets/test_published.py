import hashlib
from pathlib import Path

import pytest

from fakeprint.core.errors import UsageError
from fakeprint.datasets.published import Published, require_published


def test_size_and_beginning_of_the_hash_are_compared(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    require_published(path, {"a.zip": Published(7, digest[:16])})
    require_published(path, {"b.zip": Published(0, "")})
    with pytest.raises(UsageError, match="8"):
        require_published(path, {"a.zip": Published(8, digest)})
    with pytest.raises(UsageError, match="sha256"):
        require_published(path, {"a.zip": Published(7, "0" * 16)})
