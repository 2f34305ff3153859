"""Ledger: what each route was told, and what still waits for it. Memory of rows, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.model.alert import LedgerEntry, LedgerState, Line, TimerKind
from monitor.model.development import Change, Fact, Reason

Key = tuple[str, str, int, str]  # route, storyline, development, reason
_Place = tuple[str, str]  # route, storyline
_Slot = tuple[str, str]  # a fact's kind and what
_Said = tuple[int, int, str]  # by which development, at which place in its delta, which value

_REASONS = frozenset(r.value for r in Reason)
# Of these a storyline has many at a time: a new one does not take an older one's place.
_MANY = frozenset({"name", "quote", "place", "person", "organisation"})


class Ledger:
    """Every answer is a function of the entries put in, whatever order they came in."""

    def __init__(self, entries: Iterable[LedgerEntry] = ()) -> None:
        """Start from ``entries`` as they were written."""
        self._entries: dict[_Place, dict[int, dict[str, LedgerEntry]]] = {}  # by development and reason
        self._open: dict[_Place, dict[Key, LedgerEntry]] = {}
        self._told: dict[_Place, dict[_Slot, set[_Said]]] = {}
        self._messages: dict[str, dict[str, datetime]] = {}  # by route: when each alert was told
        self._last: dict[_Place, datetime] = {}
        for entry in entries:
            self.put(entry)

    def put(self, entry: LedgerEntry) -> None:
        """Remember ``entry`` in place of what was known under its key."""
        key = key_of(entry)
        place = key[:2]
        self._entries.setdefault(place, {}).setdefault(entry.development, {})[entry.reason] = entry
        if entry.state in (LedgerState.WAITING, LedgerState.DIGEST):
            self._open.setdefault(place, {})[key] = entry
        else:
            self._open.get(place, {}).pop(key, None)
        if entry.state is LedgerState.TOLD:
            self._note_message(entry, place)
            for slot, said in _said(entry.line):  # what else it states was told before, or is background
                self._told.setdefault(place, {}).setdefault(slot, set()).add(said)

    def _note_message(self, entry: LedgerEntry, place: _Place) -> None:
        if entry.alert:
            self._messages.setdefault(entry.route, {})[entry.alert] = entry.at
        if entry.by is not TimerKind.DIGEST:
            self._last[place] = max(entry.at, self._last.get(place, entry.at))

    def messages(self, route: str, since: datetime) -> int:
        """How many messages ``route`` was told after ``since``."""
        return sum(at > since for at in self._messages.get(route, {}).values())

    def last_told_at(self, route: str, storyline: str) -> datetime | None:
        """When a message of the storyline was last told, digests apart."""
        return self._last.get((route, storyline))

    def storm_ends_at(self, route: str) -> datetime | None:
        """When what the storm cap holds back on ``route`` is to be told, None when it holds nothing."""
        held = (e.due_at for e in self.pending(TimerKind.DIGEST, route) if e.due_at is not None)
        return min(held, default=None)

    def held_by_storm(self, route: str, storyline: str) -> bool:
        """Whether the storm cap holds something of ``storyline`` back on ``route``."""
        waiting = self._open.get((route, storyline), {}).values()
        return any(e.by is TimerKind.DIGEST and e.due_at is not None for e in waiting)

    def since(self, moment: datetime) -> Ledger:
        """A ledger without what was told or left silent before ``moment``; what waits stays."""
        known = (e for route, storyline in self._entries for e in self._all(route, storyline))
        return Ledger(e for e in known if e.at >= moment or key_of(e) in self._open.get(key_of(e)[:2], {}))

    def get(self, key: Key) -> LedgerEntry | None:
        """The entry under ``key``."""
        return self._entries.get(key[:2], {}).get(key[2], {}).get(key[3])

    def of(self, route: str, storyline: str, development: int) -> list[LedgerEntry]:
        """The entries of one development on one route: one for each reason it was routed for."""
        found = self._entries.get((route, storyline), {}).get(development, {})
        return sorted(found.values(), key=lambda e: e.reason)

    def pending(self, by: TimerKind | None = None, route: str | None = None) -> list[LedgerEntry]:
        """What still waits (for a timer of kind ``by``; on ``route``), oldest first."""
        places = (found for place, found in self._open.items() if route in (None, place[0]))
        waiting = (e for found in places for e in found.values() if by in (None, e.by))
        return sorted(waiting, key=lambda e: (e.at, key_of(e)))

    def collecting(self, by: TimerKind, route: str, storyline: str) -> datetime | None:
        """When the message that is being collected until the timer ``by`` is due, None when there is none."""
        waiting = self._open.get((route, storyline), {}).values()
        return next((e.due_at for e in waiting if e.by is by), None)

    def _all(self, route: str, storyline: str) -> Iterator[LedgerEntry]:
        for reasons in self._entries.get((route, storyline), {}).values():
            yield from reasons.values()

    def interruptions(self, route: str, storyline: str, since: datetime) -> int:
        """How many developments count against a budget: told after ``since`` or accepted and waiting."""
        return sum(_counts(e, since) for e in self._all(route, storyline))

    def delta(self, line: Line, route: str, fresh: Iterable[Line] = ()) -> tuple[Change, ...]:
        """What of the line's facts ``route`` was not told, with what it was told before.

        Values of one slot follow one another as they developed, whenever they were told. So what a
        later development already told is over, and an older figure in the background of a report is no
        change. What changed in a development that the route was not told is new to it when it is stated
        again. ``fresh`` are lines told before this one in the same message.
        """
        place = (route, line.storyline)
        mine = {_value(c.fact) for c in line.delta}
        changes: dict[tuple[str, str, str], Change] = {}
        for fact in (*(c.fact for c in line.delta), *line.facts):
            slot = (fact.kind, fact.what)
            heard = self._told.get(place, {}).get(slot, set()) | _fresh(line.storyline, slot, fresh)
            before = max(heard)[2] if heard and fact.kind not in _MANY else ""
            if _value(fact) not in changes and self._is_new(fact, line.development, mine, heard, place):
                changes[_value(fact)] = Change(fact, before)
        return tuple(changes.values())

    def _is_new(
        self, fact: Fact, number: int, mine: set[tuple[str, str, str]], heard: set[_Said], place: _Place
    ) -> bool:
        slot, changed = (fact.kind, fact.what), _value(fact) in mine
        if fact.kind in _MANY:
            return fact.value not in {value for *_, value in heard}
        if not heard:
            return changed or slot not in {value[:2] for value in mine}
        last = max(heard)
        if last[2] == fact.value or last[0] > number:
            return False
        return changed or fact.value == self._missed(place, slot, last[0], number)

    def _missed(self, place: _Place, slot: _Slot, after: int, before: int) -> str:
        """The latest value that came with a development between two, of which the route was not told."""
        untold = [e for e in self._all(*place) if e.state is not LedgerState.TOLD and after < e.development < before]
        values = [said for e in untold for found, said in _said(e.line) if found == slot]
        return max(values)[2] if values else ""


def key_of(entry: LedgerEntry) -> Key:
    """The key under which the store keeps ``entry``."""
    return (entry.route, entry.storyline, entry.development, entry.reason)


def _value(fact: Fact) -> tuple[str, str, str]:
    return (fact.kind, fact.what, fact.value)


def _said(line: Line) -> list[tuple[_Slot, _Said]]:
    return [((c.fact.kind, c.fact.what), (line.development, place, c.fact.value)) for place, c in enumerate(line.delta)]


def _fresh(storyline: str, slot: _Slot, fresh: Iterable[Line]) -> set[_Said]:
    return {said for line in fresh if line.storyline == storyline for found, said in _said(line) if found == slot}


def _counts(entry: LedgerEntry, since: datetime) -> bool:
    if entry.reason not in _REASONS or entry.by in (TimerKind.DIGEST, TimerKind.CATCH_UP):
        return False
    if entry.state is LedgerState.WAITING:
        return True
    return entry.state is LedgerState.TOLD and entry.at > since
