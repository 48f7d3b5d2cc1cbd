"""The prompt safety filter: on by default wherever prompts are stored or shown (specs: dflip3k 6.2).

Rules, no model: words, beginnings of words and phrases in folded text, and what occurs together.  A term for a minor beside a sexual
term, or in a record that is flagged as sexual, is ``minor_sexual``; such text is never stored or shown, by no option.  The other
categories hide a record by default.

>>> [one.value for one in categories_of("a n-u-d-e portrait, mail me: ada@example.org")]
['sexual', 'personal_data']
>>> categories_of("a bowl of oranges on a wooden table")
()
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from hashlib import sha256

from fakeprint.core.generation import Generation
from fakeprint.datasets import prompt_terms

MOST_CHARS = 20_000
"""Text beyond this many characters is not looked at and may not be shown."""


class Category(StrEnum):
    """What a prompt was flagged for.  Only ``minor_sexual`` cannot be allowed."""

    MINOR_SEXUAL = "minor_sexual"
    SEXUAL = "sexual"
    VIOLENCE = "violence"
    HATE = "hate"
    REAL_PERSON = "real_person"
    PERSONAL_DATA = "personal_data"


ALLOWABLE = tuple(one for one in Category if one is not Category.MINOR_SEXUAL)
_FLAGS_OF_A_SEXUAL_RECORD = frozenset({Category.SEXUAL.value, "nsfw", "adult", "explicit"})

_LOOKALIKES = str.maketrans("авеёкмнорстухіјѕοαερνικ", "abeekmhopctyxijsoaepvik")
_LEET = str.maketrans("013457@$!", "oieastasi")
_SPACED = re.compile(r"(?<![a-z])[a-z](?:[\s._*|/-]{1,3}[a-z](?![a-z])){2,64}")
_INSIDE_WORD = re.compile(r"(?<=[a-z])[-_.*|~](?=[a-z])")
_WORD = re.compile(r"[a-z0-9]+")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_AGE = re.compile(r"(?<!\d)(\d{1,2}) ?(?:yo|y o|yrs?|years?) ?(?:olds?)?(?![a-z])")
_AGE_WORD = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen) years? old\b"
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_NUMBERS = (
    re.compile(r"(?<![\w.])\+\d{1,3}[\s.-]?\(?\d{1,4}\)?(?:[\s.-]?\d{2,4}){2,4}(?!\d)"),
    re.compile(r"(?<![\w.-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\w-])"),
    re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"),
    re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?!\w)"),
    re.compile(r"(?<![\w-])(?:\d{4}[ -]){3}\d{4}(?![\w-])"),
)


_LISTS = ("MINOR", "SEXUAL", "SUGGESTIVE", "VIOLENCE", "HATE", "REAL_PERSON")


def categories_of(text: str, *, flagged: bool = False) -> tuple[Category, ...]:
    """Return the categories of one text, in the order of :class:`Category`.

    ``flagged`` says that the record it belongs to is flagged as sexual by another source.
    """
    if not text:
        return ()
    text = text[:MOST_CHARS]
    lines = _lines(fold(text))
    hits = _hits(lines)
    minor = "MINOR" in hits or _age_below_18(lines[0]) or any(one in text for one in prompt_terms.MINOR_INSIDE)
    sexual = "SEXUAL" in hits or any(one in text for one in prompt_terms.SEXUAL_INSIDE)
    found = {
        Category.MINOR_SEXUAL: minor and (sexual or flagged or "SUGGESTIVE" in hits),
        Category.SEXUAL: sexual,
        Category.VIOLENCE: "VIOLENCE" in hits,
        Category.HATE: "HATE" in hits,
        Category.REAL_PERSON: "REAL_PERSON" in hits,
        Category.PERSONAL_DATA: _has_personal_data(text),
    }
    return tuple(category for category, holds in found.items() if holds)


def fold(text: str) -> str:
    """Return lower-case text without accents, invisible characters and look-alike letters.

    >>> fold("N\u200büdé Ѕex")
    'nude sex'
    """
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in parts if unicodedata.category(char) not in {"Mn", "Cf", "Me"})
    return text.casefold().translate(_LOOKALIKES)


def _lines(folded: str) -> tuple[str, ...]:
    """Read text as it stands, with digits as letters, and with spaced or hyphenated letters joined.

    Each reading is its words joined by single spaces, with a space at either end.
    """
    letters = folded.translate(_LEET)
    joined = _SPACED.sub(_join, letters)
    texts = dict.fromkeys((folded, letters, joined, _INSIDE_WORD.sub("", joined)))
    squeezed = dict.fromkeys(_REPEATED.sub(r"\1", text) for text in texts)
    return tuple(f" {' '.join(_WORD.findall(text))} " for text in texts | squeezed)


def _join(found: re.Match[str]) -> str:
    """Join spaced letters, with and without the first one, which may be the article before them."""
    word = "".join(_WORD.findall(found[0]))
    return f"{word} {word[1:]}"


def _hits(lines: Iterable[str]) -> set[str]:
    words: set[str] = set()
    hits: set[str] = set()
    for line in lines:
        words.update(line.split())
        hits.update(name for name, phrases in _phrases().items() if any(phrase in line for phrase in phrases))
    return hits.union(*map(_lists_of, words))


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    """Return the phrases of each list; the end of one that is marked as a beginning stays open."""
    lists = {name: _listed(name) for name in _LISTS}
    return {name: tuple(f" {one} ".replace("* ", "") for one in listed if " " in one) for name, listed in lists.items()}


@lru_cache(1 << 17)
def _lists_of(word: str) -> frozenset[str]:
    """Return the names of the lists that a word is on."""
    found = {name for name in _LISTS if word in _words(name) or word.startswith(_beginnings(name))}
    if sha256(word.encode()).hexdigest()[:16] in prompt_terms.HATE_DIGESTS:
        found.add("HATE")
    return frozenset(found)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(one for one in _listed(name) if " " not in one and not one.endswith("*"))


@cache
def _beginnings(name: str) -> tuple[str, ...]:
    return tuple(one[:-1] for one in _listed(name) if " " not in one and one.endswith("*"))


def _listed(name: str) -> tuple[str, ...]:
    listed: tuple[str, ...] = getattr(prompt_terms, name)
    return listed


def _has_personal_data(text: str) -> bool:
    return ("@" in text and _ADDRESS.search(text) is not None) or any(pattern.search(text) for pattern in _NUMBERS)


def _age_below_18(line: str) -> bool:
    return any(int(age) < 18 for age in _AGE.findall(line)) or _AGE_WORD.search(line) is not None


def digest_of(text: str, salt: bytes) -> str:
    """Return what is kept of a text that may not be stored: its keyed hash, 64 hexadecimal digits."""
    return hmac.new(salt, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()


@dataclass(frozen=True)
class Screened:
    """A record's generation after the filter.

    ``generation`` has no prompt text where the text may not be stored; ``categories`` are those of record and prompt together;
    ``digest`` is the keyed hash of the prompt that was taken out, else None.
    """

    generation: Generation | None
    categories: tuple[Category, ...]
    digest: str | None = None

    @property
    def blocked(self) -> bool:
        """Whether the record may not be stored or shown with its text, whatever the options."""
        return Category.MINOR_SEXUAL in self.categories


def screen(generation: Generation | None, safety: Iterable[str] = (), *, salt: bytes) -> Screened:
    """Screen one record; ``safety`` are the flags it came with.

    A negative prompt lists what should *not* be in the picture, so it says nothing about the record; it is screened by itself, and
    taken out where it may not be stored.
    """
    given = frozenset(safety)
    before = {one for one in Category if one.value in given}
    if generation is None:
        return Screened(None, tuple(one for one in Category if one in before))
    flagged = bool(given & _FLAGS_OF_A_SEXUAL_RECORD)
    prompt = generation.prompt or ""
    found = before | set(categories_of(prompt, flagged=flagged))
    categories = tuple(one for one in Category if one in found)
    changes: dict[str, str | None] = {}
    if Category.MINOR_SEXUAL in found:
        changes = {"prompt": None, "negative_prompt": None, "raw": None}
    elif Category.MINOR_SEXUAL in categories_of(generation.negative_prompt or ""):
        changes = {"negative_prompt": None, "raw": None}
    digest = digest_of(prompt, salt) if Category.MINOR_SEXUAL in found and prompt else None
    return Screened(generation.model_copy(update=changes) if changes else generation, categories, digest)
