"""Agenda: the timers that are set, in the order in which they become due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from heapq import heapify, heappop, heappush

from monitor.model.alert import Timer, TimerKind

_Key = tuple[str, str, str, int]


class Agenda:
    """Memory of the timer rows. A timer set again under the same key moves; ties run in the order of their keys."""

    def __init__(self, timers: Iterable[Timer] = ()) -> None:
        """Start from the timers that stand in the store."""
        self._timers: dict[_Key, Timer] = {_key(t): t for t in timers}
        self._heap = [(t.due_at, key) for key, t in self._timers.items()]
        heapify(self._heap)

    def next(self, until: datetime) -> Timer | None:
        """The earliest timer due at or before ``until``; it stays until ``change`` takes it out."""
        due_at = self.next_due_at()
        return self._timers[self._heap[0][1]] if due_at is not None and due_at <= until else None

    def next_due_at(self) -> datetime | None:
        """When the earliest timer is due, None if none is set."""
        while self._heap:
            due_at, key = self._heap[0]
            timer = self._timers.get(key)
            if timer is not None and timer.due_at == due_at:
                return due_at
            heappop(self._heap)  # was cancelled or moved
        return None

    def of(self, kind: TimerKind) -> list[Timer]:
        """The timers of one kind, by when they are due."""
        return sorted((t for t in self._timers.values() if t.kind is kind), key=lambda t: (t.due_at, _key(t)))

    def change(self, timers: Iterable[Timer], cancel: Iterable[Timer] = ()) -> None:
        """Take ``cancel`` out, then set ``timers``."""
        for timer in cancel:
            self._timers.pop(_key(timer), None)
        for timer in timers:
            self._timers[_key(timer)] = timer
            heappush(self._heap, (timer.due_at, _key(timer)))


def _key(timer: Timer) -> _Key:
    return (timer.kind.value, timer.route, timer.storyline, timer.development)
