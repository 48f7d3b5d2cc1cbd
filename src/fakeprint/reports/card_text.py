"""An artifact's card as plain text."""

from collections.abc import Iterator

from fakeprint.core.card import Card, Measured


def card_text(card: Card) -> str:
    """Return the card for a reader at a terminal, with a final newline."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Card) -> Iterator[str]:
    yield f"{card.title} ({card.name} {card.version}, {card.parameters:,} parameters)"
    yield ""
    yield card.description
    yield ""
    yield f"question         {card.question}"
    yield f"architecture     {card.architecture}"
    yield f"input            {card.input.crop.type}, {card.input.crop.size} pixels"
    yield f"made by          {card.command}"
    yield f"created          {card.created}; generators seen until {card.validated_until}"
    yield f"terms            {card.terms}"
    yield ""
    yield "learned from and calibrated on"
    for source in card.sources:
        yield f"  {source.role:5}  {source.authentic:5} + {source.positive:5}  {source.name}: {source.terms}"
    yield ""
    yield "measured (95 % intervals)"
    yield from (f"  {_measured(one)}" for one in card.measured)
    yield ""
    yield "known failures"
    yield from (f"  - {failure}" for failure in card.known_failures)
    yield ""
    yield "files"
    yield from (f"  {file.name}  {file.bytes} bytes  sha256 {file.sha256}" for file in card.files)


def _measured(one: Measured) -> str:
    interval = f"[{one.low:.3f}, {one.high:.3f}]" if one.low is not None and one.high is not None else "no interval"
    return f"{one.metric} {one.value:.3f} {interval}  {one.condition}, {one.split}, {one.group}, n {one.n_authentic} + {one.n_positive}"
