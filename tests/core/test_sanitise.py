import json
import time

from hypothesis import given
from hypothesis import strategies as st

from fakeprint.core.evidence import FactClaim
from fakeprint.core.run import RunRecord
from fakeprint.core.sanitise import base_name, cap, csv_cell, escape_surrogates, map_text, plain
from fakeprint.core.verdict import Answer, Level

any_text = st.text(st.characters(codec=None, categories=None), max_size=60)


@given(any_text)
def test_plain_leaves_nothing_that_moves_a_cursor_or_turns_text_around(text):
    for lines in (True, False):
        clean = plain(text, lines=lines)
        allowed = "\n\t" if lines else ""
        assert all(char in allowed or (ord(char) >= 32 and not 127 <= ord(char) < 160) for char in clean)
        assert not any(
            char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff\u2028\u2029" for char in clean
        )
        clean.encode()


@given(any_text)
def test_plain_twice_is_plain_once(text):
    assert plain(plain(text)) == plain(text)


@given(any_text)
def test_no_cell_starts_a_formula(text):
    cell = csv_cell(text)
    assert cell.lstrip(" \t\r\n\"'\u00a0\u3000")[:1] not in set("=+-@＝＋－＠") or cell.startswith("'")
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


def test_a_hidden_character_does_not_shield_a_formula():
    assert csv_cell("\x00=1+1") == "'=1+1"
    assert csv_cell("\u202e=1+1") == "'=1+1"
    assert csv_cell("\x1b[0m@SUM(A1)") == "'@SUM(A1)"


@given(any_text)
def test_escaped_text_is_utf8_and_only_surrogates_change(text):
    clean = escape_surrogates(text)
    clean.encode()
    if not any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        assert clean == text


def test_ansi_sequences_go_as_a_whole():
    assert plain("\x1b]0;title\x07a\x1b[2Jb\x1bcc\x9b31md") == "abcd"


def test_ordinary_writing_stays():
    for text in ("Zürich 東京 العربية हिन्दी", "👩‍👩‍👧 family", "naïve café", "a b"):
        assert plain(text) == text


def test_cap_counts_what_it_leaves_out():
    assert cap("x" * 25_000, 10_000).endswith("[15,000 more characters]")


def test_base_name_of_odd_paths():
    assert base_name("/") == "/"
    assert base_name("\\\\server\\share\\x.png") == "x.png"
    assert base_name("a/b\\c.png") == "b\\c.png"


def test_map_text_reaches_every_depth_and_keeps_hashes():
    claim = FactClaim(name="a", value="b", note=None)
    assert map_text(claim, str.upper) == FactClaim(name="A", value="B")
    assert map_text(claim, str) is claim
    answer = Answer(level=Level.SOME, text="t", because=("x", "y"))
    changed = map_text(answer, str.upper, frozenset({"text"}))
    assert (changed.text, changed.because, changed.level) == ("t", ("X", "Y"), Level.SOME)


def test_map_text_in_nested_configuration():
    run = RunRecord(
        id="i", command="c", config={"k": ["v", {"n": 1, "s": "w"}]}, config_sha256="0", commit=None, dirty=None, python="3", platform="p",
        packages={}, started="s",
    )  # fmt: skip
    assert json.dumps(map_text(run, str.upper).config) == '{"K": ["V", {"N": 1, "S": "W"}]}'


def test_hostile_text_takes_linear_time():
    for text in ("\x1b[" * 200_000, "\x1b]" * 200_000, "\x1bP" + "a" * 400_000, "\n" * 400_000, "\ud800" * 200_000):
        start = time.perf_counter()
        plain(text)
        csv_cell(text)
        assert time.perf_counter() - start < 2
