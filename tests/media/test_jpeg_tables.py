import struct
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fakeprint.core.media import MediaKind
from fakeprint.media.container.model import Container, Part, PartKind
from fakeprint.media.jpeg_tables import MAX_TABLES, Quality, estimate_quality, read_jpeg_header, standard_table


def pillow_tables(quality: int) -> dict[int, list[int]]:
    buffer = BytesIO()
    Image.new("RGB", (32, 32), (10, 200, 90)).save(buffer, "JPEG", quality=quality)
    return Image.open(BytesIO(buffer.getvalue())).quantization


def container(*payloads: bytes, sof: bytes | None, key: str = "SOF0") -> Container:
    parts = [Part(PartKind.QUANTISATION, "", "jpeg/DQT", 0, len(data), data) for data in payloads]
    if sof is not None:
        parts.append(Part(PartKind.FRAME, key, "jpeg/SOF", 0, len(sof), sof))
    return Container("jpeg", "image/jpeg", MediaKind.IMAGE, tuple(parts))


def frame(*components: tuple[int, int, int], height: int = 33, width: int = 47, precision: int = 8) -> bytes:
    head = struct.pack(">BHHB", precision, height, width, len(components))
    return head + b"".join(bytes([i + 1, h << 4 | v, table]) for i, (h, v, table) in enumerate(components))


ZIGZAG = [(i, j) for s in range(15) for i, j in ((a, s - a) if s % 2 else (s - a, a) for a in range(s + 1)) if i < 8 and j < 8]


def dqt(table: np.ndarray, key: int = 0, *, wide: bool = False) -> bytes:
    values = [int(table.reshape(8, 8)[i, j]) for i, j in ZIGZAG]
    return bytes([wide << 4 | key]) + (struct.pack(">64H", *values) if wide else bytes(values))


@pytest.mark.parametrize("quality", range(1, 101))
def test_standard_tables_equal_libjpeg(quality: int) -> None:
    tables = pillow_tables(quality)
    assert standard_table(quality).tolist() == tables[0]
    assert standard_table(quality, chroma=True).tolist() == tables[1]
    assert estimate_quality(standard_table(quality)) == Quality(quality, True)


@pytest.mark.parametrize("quality", [0, 101, -3])
def test_quality_out_of_range_is_refused(quality: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        standard_table(quality)


def test_nearest_quality_is_flagged() -> None:
    table = standard_table(80)
    table[5] += 1
    assert estimate_quality(table) == Quality(80, False)


@pytest.mark.parametrize("wide", [False, True])
def test_header_of_a_colour_file(wide: bool) -> None:
    payload = dqt(standard_table(77), 0, wide=wide) + dqt(standard_table(60, chroma=True), 1, wide=wide)
    header = read_jpeg_header(container(payload, sof=frame((2, 2, 0), (1, 1, 1), (1, 1, 1)), key="SOF2"))
    assert header is not None
    assert (header.width, header.height, header.components, header.precision) == (47, 33, 3, 8)
    assert (header.process, header.subsampling, header.definitions) == ("progressive", "4:2:0", 2)
    assert header.quality == Quality(77, True)
    assert header.chroma_quality == Quality(60, True)


@pytest.mark.parametrize(
    ("factors", "name"),
    [
        ([(1, 1)], "grey"),
        ([(1, 1)] * 3, "4:4:4"),
        ([(2, 1), (1, 1), (1, 1)], "4:2:2"),
        ([(1, 2), (1, 1), (1, 1)], "4:4:0"),
        ([(4, 1), (1, 1), (1, 1)], "4:1:1"),
        ([(2, 2), (2, 1), (2, 1)], "4:4:0"),
        ([(2, 2), (1, 2), (1, 1)], "2x2,1x2,1x1"),
        ([(0, 0), (1, 1), (1, 1)], "0x0,1x1,1x1"),
        ([(3, 1), (2, 1), (2, 1)], "3x1,2x1,2x1"),
        ([(1, 1)] * 4, "1x1,1x1,1x1,1x1"),
    ],
)
def test_subsampling(factors: list[tuple[int, int]], name: str) -> None:
    header = read_jpeg_header(container(sof=frame(*((h, v, 0) for h, v in factors))))
    assert header is not None
    assert header.subsampling == name
    assert header.quality is None


def test_a_later_table_replaces_an_earlier_one() -> None:
    header = read_jpeg_header(container(dqt(standard_table(20)), dqt(standard_table(90)), sof=frame((1, 1, 0))))
    assert header is not None
    assert (header.quality, header.definitions) == (Quality(90, True), 2)


@pytest.mark.parametrize("sof", [None, b"", b"\x08\x00", frame((1, 1, 0))[:-1], frame()])
def test_no_usable_frame(sof: bytes | None) -> None:
    assert read_jpeg_header(container(dqt(standard_table(50)), sof=sof)) is None


def test_other_formats_have_no_header() -> None:
    assert read_jpeg_header(Container("png", "image/png", MediaKind.IMAGE)) is None


def test_definitions_are_capped() -> None:
    header = read_jpeg_header(container(dqt(standard_table(50)) * 900, sof=frame((1, 1, 0))))
    assert header is not None
    assert header.definitions == MAX_TABLES


@given(st.lists(st.binary(max_size=200), max_size=4), st.binary(max_size=40))
def test_malformed_bytes_never_raise(payloads: list[bytes], sof: bytes) -> None:
    read_jpeg_header(container(*payloads, sof=sof))
