"""Verdicts: a ruling on an item as the decision that is stored, with its numbers. Pure."""

from __future__ import annotations

from monitor.developments.decide import Ruling
from monitor.developments.reading import Reading
from monitor.model.development import Decision, Development, Verdict
from monitor.model.item import Item


def decision_of(
    storyline: str,
    item: Item,
    ruling: Ruling,
    reading: Reading,
    rule_hash: str,
    development: Development | None = None,
) -> Decision:
    """Return what ``ruling`` says of ``item``; what came as history only teaches.

    ``development`` is the one that the item opens or joins, as it is from now on.
    """
    verdict, because = ruling.verdict, ruling.because
    if item.history and verdict is not Verdict.HELD:
        verdict, because = Verdict.HISTORY, f"history, only teaches: {because}"
    return Decision(
        storyline=storyline,
        item=item.id,
        at=item.arrival_at,
        verdict=verdict,
        because=because,
        development=development,
        cue=reading.cue.name if reading.cue else "",
        nearest=ruling.development,
        numbers=_numbers(ruling),
        rule_hash=rule_hash,
    )


def _numbers(ruling: Ruling) -> tuple[tuple[str, float], ...]:
    numbers = [("alike", round(ruling.score, 4)), ("bar", round(ruling.bar, 4)), ("signs", float(ruling.signs))]
    if ruling.nearest is not None:
        numbers.append(("nearest_alike", round(ruling.nearest.plain, 4)))
        numbers.append(("nearest_faded", round(ruling.nearest.faded, 4)))
    return tuple(numbers)
