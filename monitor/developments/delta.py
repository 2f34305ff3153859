"""Delta: what a reading changes in what its storyline knows: figures, stages, dates; and the Reason that follows."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.developments.reading import Reading
from monitor.model.development import Change, Development, Fact, Reason

_MOST_FACTS = 60  # kept with one development


class Known:
    """The facts that a storyline's developments have stated."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], list[str]] = {}
        self._stage = ""

    @property
    def stage(self) -> str:
        """The stage last reported, "" for none."""
        return self._stage

    def take(self, development: Development) -> None:
        """Learn the facts of a development."""

    def changes(self, reading: Reading) -> tuple[Change, ...]:
        """Return what ``reading`` states that was not known."""
        return ()


def telling(changes: Iterable[Change], reading: Reading, rise: float) -> str:
    """Return, in words, the change that by itself makes a reading new; "" when none does."""
    return ""


def reason(reading: Reading, changes: Iterable[Change], *, first: bool, known: Known) -> Reason:
    """Return why a new development is one."""
    return Reason.OPENED if first else Reason.NEWS


def corrections(before: Reading, after: Reading) -> tuple[Change, ...]:
    """Return the facts that an edited title states otherwise than it did."""
    return ()


def merged(*facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Return all facts, each value once, in order."""
    return tuple(dict.fromkeys(f for group in facts for f in group))[:_MOST_FACTS]


def in_words(changes: Iterable[Change]) -> str:
    """Return the changes as a person says them: "44 dead, was 36"."""
    return ""
