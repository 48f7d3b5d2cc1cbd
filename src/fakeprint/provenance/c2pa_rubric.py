"""What the actions of one C2PA manifest say about AI, by a dated table (specs: provenance 3.3; table: ``data/c2pa_rubric.json``)."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fakeprint.core.evidence import OriginStatement
from fakeprint.core.record import Record
from fakeprint.provenance.c2pa_store import Action
from fakeprint.provenance.digital_source_type import statement_of, tail_of

EDIT = "edit"


class Rule(Record):
    """What one DigitalSourceType means for one group of actions."""

    signal: str
    statement: OriginStatement


class Rubric(Record):
    """The table, with the date of its source."""

    source: str
    date: str
    specifications: tuple[str, ...]
    inception_actions: frozenset[str]
    not_editorial: frozenset[str]
    inception: dict[str, Rule]
    editorial: dict[str, Rule]


class GeneratorNames(Record):
    """Beginnings of claim generator names and the vendors behind them."""

    source: str
    date: str
    vendors: dict[str, str]


@dataclass(frozen=True)
class Signal:
    """One statement of a manifest: ``signal`` names the rule, ``actions`` what it rests on, ``agent`` the software named there."""

    signal: str
    statement: OriginStatement
    actions: tuple[str, ...]
    source_type: str | None = None
    agent: str | None = None


@cache
def rubric() -> Rubric:
    """Return the table, with the DigitalSourceType keys in lower case."""
    table = Rubric.model_validate_json(_data("c2pa_rubric.json"))
    lower = {name: {key.lower(): rule for key, rule in getattr(table, name).items()} for name in ("inception", "editorial")}
    return table.model_copy(update=lower)


@cache
def _generators() -> GeneratorNames:
    return GeneratorNames.model_validate_json(_data("c2pa_generators.json"))


def _data(name: str) -> str:
    return files("fakeprint.provenance").joinpath("data", name).read_text(encoding="utf-8")


def signals_of(actions: tuple[Action, ...]) -> tuple[Signal, ...]:
    """Apply the table to one manifest's actions, in order, each statement once.

    An inception action with a source type that the table does not list is read by the vocabulary itself.  Editorial actions without a
    source type that speaks of AI are joined into one signal ``edit``.

    >>> [one.statement.value for one in signals_of((Action("c2pa.created", "x/trainedAlgorithmicMedia"), Action("c2pa.converted")))]
    ['ai_generated']
    """
    signals: dict[Signal, None] = {}
    edits: dict[str, None] = {}
    for action in actions:
        if found := _inception(action) or _generative_edit(action) or _watermark(action):
            signals[found] = None
        elif action.name not in rubric().not_editorial:
            edits[action.name] = None
    if edits:
        signals[Signal(EDIT, OriginStatement.EDITED, tuple(edits))] = None
    return tuple(signals)


def vendor_of(generator: str | None) -> str | None:
    """Return the vendor whose claim generator has that name, or None.

    >>> vendor_of("Adobe_Firefly 1.0"), vendor_of("Canvas Pro")
    ('Adobe', None)
    """
    words = re.sub(r"[\W_]+", " ", generator or "").strip().lower() + " "
    return next((vendor for start, vendor in _generators().vendors.items() if words.startswith(start + " ")), None)


def _inception(action: Action) -> Signal | None:
    if action.name not in rubric().inception_actions or action.source_type is None:
        return None
    tail = tail_of(action.source_type)
    if rule := rubric().inception.get(tail):
        return Signal(rule.signal, rule.statement, (action.name,), tail, action.agent)
    statement = statement_of(action.source_type)
    return Signal("declared source", statement, (action.name,), tail, action.agent) if statement else None


def _generative_edit(action: Action) -> Signal | None:
    if action.name in rubric().not_editorial or action.source_type is None:
        return None
    tail = tail_of(action.source_type)
    rule = rubric().editorial.get(tail)
    return Signal(rule.signal, rule.statement, (action.name,), tail, action.agent) if rule else None


def _watermark(action: Action) -> Signal | None:
    if not action.name.startswith("c2pa.watermarked"):
        return None
    return Signal("watermark stated, not decoded here", OriginStatement.INFORMATIONAL, (action.name,), None, action.agent)
