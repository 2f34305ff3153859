"""Ledger: what each route was told, and what still waits for it. Memory of rows, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.model.alert import LedgerEntry, LedgerState, Line, TimerKind
from monitor.model.development import Change, Fact, Reason

Key = tuple[str, str, int, str]  # route, storyline, development, reason
_Place = tuple[str, str]  # route, storyline
_Slot = tuple[str, str]  # a fact's kind and what
_Told = tuple[datetime, int, str]  # when, by which development, which value

_REASONS = frozenset(r.value for r in Reason)
# Of these a storyline has many at a time: a new one does not take an older one's place.
_MANY = frozenset({"name", "quote", "place", "person", "organisation"})


class Ledger:
    """Every answer is a function of the entries put in, whatever order they came in."""

    def __init__(self, entries: Iterable[LedgerEntry] = ()) -> None:
        """Start from ``entries`` as they were written."""
        self._entries: dict[_Place, dict[Key, LedgerEntry]] = {}
        self._open: dict[Key, LedgerEntry] = {}
        self._facts: dict[_Place, dict[_Slot, dict[str, _Told]]] = {}
        for entry in entries:
            self.put(entry)

    def put(self, entry: LedgerEntry) -> None:
        """Remember ``entry`` in place of what was known under its key."""
        key = key_of(entry)
        self._entries.setdefault(key[:2], {})[key] = entry
        if entry.state in (LedgerState.WAITING, LedgerState.DIGEST):
            self._open[key] = entry
        else:
            self._open.pop(key, None)
        if entry.state is LedgerState.TOLD:
            for part in entry.line.delta:  # what else it states was told before, or is background
                self._learn(key[:2], part.fact, (entry.at, entry.development, part.fact.value))

    def since(self, moment: datetime) -> Ledger:
        """A ledger without what was told or left silent before ``moment``; what waits stays."""
        known = (e for place in self._entries.values() for e in place.values())
        return Ledger(e for e in known if e.at >= moment or key_of(e) in self._open)

    def get(self, key: Key) -> LedgerEntry | None:
        """The entry under ``key``."""
        return self._entries.get(key[:2], {}).get(key)

    def of(self, route: str, storyline: str, development: int) -> list[LedgerEntry]:
        """The entries of one development on one route: one for each reason it was routed for."""
        found = (e for e in self._entries.get((route, storyline), {}).values() if e.development == development)
        return sorted(found, key=lambda e: e.reason)

    def pending(self, by: TimerKind | None = None, route: str | None = None) -> list[LedgerEntry]:
        """What still waits (for a timer of kind ``by``; on ``route``), oldest first."""
        found = (e for e in self._open.values() if by in (None, e.by) and route in (None, e.route))
        return sorted(found, key=lambda e: (e.at, key_of(e)))

    def interruptions(self, route: str, storyline: str, since: datetime) -> int:
        """How many developments count against a budget: told after ``since`` or accepted and waiting."""
        return sum(_counts(e, since) for e in self._entries.get((route, storyline), {}).values())

    def delta(self, line: Line, route: str, fresh: Iterable[Line] = ()) -> tuple[Change, ...]:
        """What of the line's facts ``route`` was not told, with the value it was told last.

        A value told before counts again only where the storyline itself moved back to it (it stands in
        ``line.delta``): an older figure in the background of a report is no change. ``fresh`` are
        lines told before this one in the same message.
        """
        said = [c.fact for other in fresh if other.storyline == line.storyline for c in other.delta]
        known = self._facts.get((route, line.storyline), {})
        moved = {_value(c.fact) for c in line.delta}
        changes: dict[tuple[str, str, str], Change] = {}
        for fact in (*(c.fact for c in line.delta), *line.facts):
            slot = (fact.kind, fact.what)
            now_said = [f.value for f in said if (f.kind, f.what) == slot]
            last = now_said[-1] if now_said else _last(known.get(slot, {}))
            unheard = fact.value not in now_said and fact.value not in known.get(slot, {})
            if unheard or (fact.kind not in _MANY and fact.value != last and _value(fact) in moved):
                changes.setdefault(_value(fact), Change(fact, "" if fact.kind in _MANY else last))
        return tuple(changes.values())

    def _learn(self, place: _Place, fact: Fact, told: _Told) -> None:
        values = self._facts.setdefault(place, {}).setdefault((fact.kind, fact.what), {})
        values[fact.value] = max(told, values.get(fact.value, told))


def key_of(entry: LedgerEntry) -> Key:
    """The key under which the store keeps ``entry``."""
    return (entry.route, entry.storyline, entry.development, entry.reason)


def _last(values: dict[str, _Told]) -> str:
    return max(values.values())[2] if values else ""


def _value(fact: Fact) -> tuple[str, str, str]:
    return (fact.kind, fact.what, fact.value)


def _counts(entry: LedgerEntry, since: datetime) -> bool:
    if entry.reason not in _REASONS or entry.by in (TimerKind.DIGEST, TimerKind.CATCH_UP):
        return False
    if entry.state is LedgerState.WAITING:
        return True
    return entry.state is LedgerState.TOLD and entry.at > since
