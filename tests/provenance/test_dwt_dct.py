import math

import numpy as np
import pytest

import watermark
from fakeprint.provenance.dwt_dct import MESSAGES, Carrier, Message, _cells, decode, encode, low_band, peaks

BY_KEY = {message.key: message for message in MESSAGES}


def naive_bits(rgb: np.ndarray, n: int, *, as_float: bool, swapped: bool) -> list[int]:
    """The decoder of the specification, step by step, in plain Python."""
    height, width = rgb.shape[0] // 4 * 4, rgb.shape[1] // 4 * 4
    u = [[0.0] * width for _ in range(height)]
    for y in range(height):
        for x in range(width):
            r, g, b = (float(value) for value in (rgb[y, x, ::-1] if swapped else rgb[y, x]))
            value = 0.492 * (b - (0.299 * r + 0.587 * g + 0.114 * b)) + (0.5 if as_float else 128)
            u[y][x] = value if as_float else float(min(255, max(0, round(value))))
    low = [[(u[y][x] + u[y][x + 1] + u[y + 1][x] + u[y + 1][x + 1]) / 2 for x in range(0, width, 2)] for y in range(0, height, 2)]
    votes: list[list[int]] = [[] for _ in range(n)]
    number = 0
    for top in range(0, len(low) // 4 * 4, 4):
        for left in range(0, len(low[0]) // 4 * 4, 4):
            flat = [low[top + i][left + j] for i in range(4) for j in range(4)]
            value = max(flat[1:], key=abs)
            votes[number % n].append(int(math.fmod(abs(value), 36) > 18))
            number += 1
    return [int(sum(bit) / len(bit) > 127 / 255) for bit in votes]


def naive_find(rgb: np.ndarray, message: Message) -> int:
    return max(
        sum(bit == int(want) for bit, want in zip(naive_bits(rgb, len(message.bits), as_float=f, swapped=s), message.bits, strict=True))
        for f in (False, True)
        for s in (False, True)
    )


def test_messages_are_those_of_the_specification() -> None:
    assert {message.key: (len(message.bits), message.bits.count("1"), message.needed) for message in MESSAGES} == {
        "sd1": (136, 68, 102),
        "sd2": (32, 13, 30),
        "sdxl": (48, 27, 41),
        "flux": (46, 28, 40),
        "invokeai": (64, 33, 52),
    }
    assert int(BY_KEY["sdxl"].bits, 2) == 0xB3EC907BB19E
    assert int(BY_KEY["sd1"].bits, 2).to_bytes(17) == b"StableDiffusionV1"


@pytest.mark.parametrize("key", BY_KEY)
@pytest.mark.parametrize("carrier", Carrier)
def test_every_message_in_every_carrier_against_a_plain_decoder(key: str, carrier: Carrier) -> None:
    rng = np.random.default_rng(list(BY_KEY).index(key))
    picture = watermark.synthetic_photo(rng, 262)[:, :258]
    marked = encode(picture, BY_KEY[key], carrier)
    found = decode(marked)
    matches = naive_find(marked, BY_KEY[key])
    assert (found is not None) == (matches >= BY_KEY[key].needed)
    if found is not None:
        assert found.message.key == key
        assert found.matches == matches


@pytest.mark.parametrize("carrier", Carrier)
def test_peaks_equal_a_plain_loop(carrier: Carrier) -> None:
    rgb = np.random.default_rng(5).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    cells, index = _cells(rgb, 1000)
    assert index.tolist() == list(range(6))
    as_float, swapped = carrier.value
    band, chosen = low_band(cells, carrier), peaks(cells, carrier)
    for number in range(6):
        top, left = number // 3 * 8, number % 3 * 8
        block = rgb[top : top + 8, left : left + 8, :: -1 if swapped else 1].astype(np.float64)
        u = 0.492 * (block[..., 2] - block @ [0.299, 0.587, 0.114]) + (0.5 if as_float else 128)
        u = u if as_float else np.rint(u)
        low = np.array([u[i : i + 2, j : j + 2].sum() / 2 for i in range(0, 8, 2) for j in range(0, 8, 2)])
        assert np.allclose(band[:, number], low, atol=1e-3)
        assert chosen[number] == pytest.approx(max(low[1:], key=abs), abs=1e-3)


def test_encoder_writes_the_phase_it_should() -> None:
    """Away from clipping, the largest coefficient of a block ends at 9 or 27 modulo 36, within the rounding of colours."""
    rng = np.random.default_rng(1)
    picture = np.clip(rng.normal(128, 6, (256, 256, 3)), 90, 160).astype(np.uint8)
    picture[..., 2] += 60  # keeps U far enough from a step that the chosen coefficient stays the largest
    message = BY_KEY["sdxl"]
    values = np.abs(peaks(_cells(encode(picture, message, Carrier.FLOAT_BGR), 10**6)[0], Carrier.FLOAT_BGR)) % 36
    expected = np.where(message.array()[np.arange(len(values)) % 48], 27, 9)
    assert np.median(np.abs(values - expected)) < 1.5


def test_edges_that_are_no_multiple_of_four_stay() -> None:
    picture = watermark.synthetic_photo(np.random.default_rng(2), 263)
    marked = encode(picture, BY_KEY["flux"], Carrier.FLOAT_BGR)
    assert marked.shape == picture.shape
    assert np.abs(marked[260:].astype(int) - picture[260:]).max() <= 2
    assert np.abs(marked[:, 260:].astype(int) - picture[:, 260:]).max() <= 2


def test_small_images_are_never_decoded() -> None:
    picture = watermark.synthetic_photo(np.random.default_rng(0), 256)
    assert decode(encode(picture, BY_KEY["sdxl"], Carrier.FLOAT_BGR)) is not None
    assert decode(encode(picture[:255], BY_KEY["sdxl"], Carrier.FLOAT_BGR)) is None


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 30, 60), (0, 0, 255), (255, 255, 0)])
def test_flat_images_give_nothing(colour: tuple[int, int, int]) -> None:
    flat = np.empty((300, 300, 3), np.uint8)
    flat[:] = colour
    assert decode(flat, pretest=False) is None


def test_fewer_than_four_blocks_per_bit_are_not_enough() -> None:
    """8 x 8,192 pixels hold 1,024 blocks, but 4 x 16,384 pixels none."""
    assert decode(np.zeros((4, 16_384, 3), np.uint8), pretest=False) is None
    assert decode(np.zeros((7, 70_000, 3), np.uint8)) is None


def test_capped_decode_reads_every_bit() -> None:
    picture = watermark.synthetic_photo(np.random.default_rng(4), 256).repeat(6, 0)[:1536].repeat(6, 1)[:, :1536]
    for message in MESSAGES:
        index = _cells(picture, 16_384)[1]
        counts = np.bincount(index % len(message.bits), minlength=len(message.bits))
        assert counts.min() > 0.7 * counts.mean()


@pytest.mark.parametrize("key", BY_KEY)
def test_rates_on_marked_pictures(key: str) -> None:
    """The short form of ``benchmarks/watermark.py``."""
    rng = np.random.default_rng(11)
    pictures = [watermark.synthetic_photo(rng, 320) for _ in range(24)]
    carrier = watermark.WRITERS[key]
    found = [decode(watermark.through_png(encode(picture, BY_KEY[key], carrier))) for picture in pictures]
    hits = sum(one is not None and one.message.key == key for one in found)
    assert watermark.wilson(hits, len(found))[1] >= watermark.TARGETS[key]
    assert hits >= 8


def test_unmarked_pictures_give_nothing() -> None:
    rng = np.random.default_rng(12)
    assert all(decode(watermark.synthetic_photo(rng, 264), pretest=False) is None for _ in range(40))
