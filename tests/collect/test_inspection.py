from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from fakeprint.collect.image_facts import ImageFacts
from fakeprint.collect.inspect_worker import inspect
from fakeprint.collect.inspector import Inspector
from fakeprint.collect.placeholders import Placeholders, read_placeholders
from fakeprint.core.errors import ErrorCode, MediaError, UsageError
from fakeprint.core.limits import Limits

LIMITS = Limits()


def saved(image: Image.Image, fmt: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_the_short_way_finds_what_the_long_way_finds(make: ModuleType, fmt: str, orientation: int, tmp_path: Path) -> None:
    image = Image.open(BytesIO(make.picture(3, "PNG", 60))).resize((60, 40))
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {} if fmt in ("GIF", "BMP") else {"exif": exif}
    (tmp_path / "x").write_bytes(saved(image, fmt, **options))
    long, short = inspect(tmp_path / "x", LIMITS), inspect(tmp_path / "x", LIMITS, encoding=False)
    names = ("format", "mime", "width", "height", "mode", "phash", "deviation")
    assert [getattr(long, name) for name in names] == [getattr(short, name) for name in names]
    turned = orientation == 6 and options
    assert (long.width, long.height) == ((40, 60) if turned else (60, 40))
    if fmt == "JPEG":
        assert (long.quality, long.subsampling, long.has_exif, short.quality) == (75, "4:2:0", True, None)


@pytest.mark.parametrize("encoding", [True, False])
def test_damage_has_its_code(make: ModuleType, encoding: bool, tmp_path: Path) -> None:
    good = make.picture(1)
    cases = {good[: len(good) // 2]: ErrorCode.E_TRUNCATED, b"<html>": ErrorCode.E_FORMAT_REFUSED, b"\1\2\3": ErrorCode.E_FORMAT_UNKNOWN}
    for data, code in cases.items():
        (tmp_path / "x").write_bytes(data)
        with pytest.raises(MediaError) as caught:
            inspect(tmp_path / "x", LIMITS, encoding=encoding)
        assert caught.value.code is code


def test_a_batch_keeps_its_order_and_its_failures_to_themselves(make: ModuleType, tmp_path: Path) -> None:
    paths = []
    for number in range(70):
        path = tmp_path / str(number)
        path.write_bytes(make.picture(number) if number % 7 else b"no picture")
        paths.append(path)
    with Inspector(LIMITS, 1) as inspector:
        found = list(inspector.inspect_all([*paths, tmp_path / "absent"]))
    assert [one.facts is None for one in found] == [*(number % 7 == 0 for number in range(70)), True]
    assert found[1].facts == inspect(paths[1], LIMITS)


def test_placeholders(tmp_path: Path) -> None:
    facts = ImageFacts(format="png", mime="image/png", width=9, height=9, mode="RGB", phash="ff" * 8, deviation=20)
    listing = tmp_path / "list"
    listing.write_text(f"# known\n{'fe' + 'ff' * 7}\n{'0' * 64}  # another\n")
    listed = read_placeholders(listing)
    assert listed.reason(facts, "1" * 64) == "it looks like a listed placeholder"
    assert listed.reason(facts.model_copy(update={"phash": "00" * 8}), "0" * 64) == "its bytes are on the list of placeholders"
    assert Placeholders().reason(facts, "0" * 64) is None
    assert Placeholders().reason(facts.model_copy(update={"deviation": 0.3}), "0" * 64) is not None
    listing.write_text("xyz\n")
    with pytest.raises(UsageError, match="line 1"):
        read_placeholders(listing)
