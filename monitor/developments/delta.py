"""Delta: what a reading changes in what its storyline knows: figures, stages, dates; and the Reason that follows."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

from monitor.developments.facts import Facts
from monitor.model.development import Change, Development, Fact, Reason

_MOST_FACTS = 60  # kept with one development
_TURNS = frozenset({"cancelled", "postponed", "over"})  # stages that are a turn whatever was known before
_DENIED = "denied"
_AGAINST = frozenset({"cancelled", "postponed", "denied"})  # turns that undo what was told
_FORTH = frozenset({"confirmed", "underway"})  # after one of those: it goes on after all
_LATEST = 3  # stages told last: one of them told again is no turn
_MOVED = 0.01  # part by which a price or a rate must move; tolls creep, so they need more


class Known:
    """The facts that a storyline's developments have stated, by development, so that order of learning is no matter."""

    def __init__(self, facts: Facts) -> None:
        """``facts`` says which figures can be compared."""
        self._figures = facts.figures
        self._facts: dict[int, tuple[Fact, ...]] = {}
        self._stages: dict[int, str] = {}

    @property
    def stage(self) -> str:
        """The stage that the latest development with one reports, "" for none."""
        return self._stages[max(self._stages)] if self._stages else ""

    def take(self, development: Development) -> None:
        """Learn the facts of a development, or what it has grown to."""
        self._facts[development.number] = development.facts
        if development.stage:
            self._stages[development.number] = development.stage

    def instead(self, development: Development) -> Known:
        """Return what would be known if ``development`` had always been so."""
        other = copy(self)
        other._facts, other._stages = dict(self._facts), dict(self._stages)  # noqa: SLF001 - its own kind
        other.take(development)
        return other

    def drop(self, number: int) -> None:
        """Let go of a development."""
        self._facts.pop(number, None)
        self._stages.pop(number, None)

    def changes(self, facts: Iterable[Fact]) -> tuple[Change, ...]:
        """Return which of ``facts`` are new here, each with what was known of the same quantity before.

        A rising count (dead, injured) that is smaller than one known is an older report, not a change.
        """
        made = [self._change(fact) for fact in facts]
        return tuple(change for change in made if change is not None)

    def telling(self, changes: Iterable[Change], rise: float) -> Change | None:
        """Return the change that is news by itself, however much a title repeats; None when there is none.

        A first count of dead, a toll that moved by ``rise``, a price or rate that moved at all, or a turn: postponed,
        cancelled or denied where none of the latest stages was, or under way after all.
        """
        told = (c for c in changes if (self._moved(c, rise) if c.fact.kind == "figure" else self._turns(c)))
        return next(told, None)

    def resumed(self, change: Change | None) -> frozenset[int]:
        """Return the latest developments that a stage going forth would undo; none for any other ``change``."""
        if change is None or change.fact.kind != "stage" or change.fact.value not in _FORTH:
            return frozenset()
        return frozenset(n for n in sorted(self._stages)[-_LATEST:] if self._stages[n] in _AGAINST)

    def _moved(self, change: Change, rise: float) -> bool:
        fact = change.fact
        if not change.before:
            return fact.what in self._figures.first
        if not self._figures.tells(fact.what):
            return False
        before = float(change.before)
        needed = rise if fact.what in self._figures.rising else _MOVED
        return abs(float(fact.value) - before) >= needed * abs(before)

    def _turns(self, change: Change) -> bool:
        fact = change.fact
        latest = [self._stages[number] for number in sorted(self._stages)[-_LATEST:]]
        if fact.kind != "stage" or fact.value in latest:
            return False
        return fact.value in _AGAINST or (fact.value in _FORTH and self.stage in _AGAINST)

    def _change(self, fact: Fact) -> Change | None:
        if fact.kind == "stage":
            return Change(fact, self.stage) if fact.value != self.stage else None
        values = self._values(fact.kind, fact.what)
        if fact.value in values:
            return None
        if fact.kind != "figure" or not values or not self._figures.comparable(fact.what):
            return Change(fact)
        if fact.what in self._figures.rising:
            most = max(values, key=float)
            return Change(fact, most) if float(fact.value) > float(most) else None
        return Change(fact, values[-1])

    def _values(self, kind: str, what: str) -> list[str]:
        return [
            fact.value
            for number in sorted(self._facts)
            for fact in self._facts[number]
            if fact.kind == kind and fact.what == what
        ]


def reason(changes: Iterable[Change], *, stage: str, first: bool) -> Reason:
    """Return why a new development is one, from what it changes and the ``stage`` it reports."""
    if first:
        return Reason.OPENED
    if stage == _DENIED:
        return Reason.DENIED
    changed = list(changes)
    if any(c.fact.kind == "figure" and c.before for c in changed):
        return Reason.FIGURE
    turns = (c for c in changed if c.fact.kind == "stage" and (c.before or c.fact.value in _TURNS))
    return Reason.STAGE if any(turns) else Reason.NEWS


def corrections(before: Iterable[Fact], after: Iterable[Fact]) -> tuple[Change, ...]:
    """Return the figures, dates and stages that an edited title states otherwise than it did."""
    old, new = list(before), list(after)
    made = []
    for fact in new:
        was = [f.value for f in old if (f.kind, f.what) == (fact.kind, fact.what)]
        now = {f.value for f in new if (f.kind, f.what) == (fact.kind, fact.what)}
        if was and fact.value not in was and not now & set(was):
            made.append(Change(fact, was[-1]))
    return tuple(made)


def merged(*facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return all facts, each value once, in order."""
    kept: dict[tuple[str, str, str, str], Fact] = {}
    for group in facts:
        for fact in group:
            kept.setdefault((fact.kind, fact.what, fact.value, fact.by if fact.kind == "stage" else ""), fact)
    return tuple(kept.values())[:_MOST_FACTS]


def news(change: Change | None) -> str:
    """Return in words why ``change`` is news by itself, "" for None."""
    return f"new: {said(change)}" if change else ""


def said(change: Change) -> str:
    """Return one change as a person says it: "44 dead, was 36"; "cancelled, was planned"; "date 2025-08-15"."""
    fact = change.fact
    was = f", was {change.before}" if change.before else ""
    if fact.kind == "figure":
        return f"{fact.value} {fact.what}{was}"
    return f"{fact.value}{was}" if fact.kind == "stage" else f"{fact.what} {fact.value}{was}"


def in_words(changes: Iterable[Change]) -> str:
    """Return several changes as a person says them."""
    return "; ".join(said(c) for c in changes)
