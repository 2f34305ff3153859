"""Rhythm: how many independent origins speak of a storyline in an hour, against its own habit."""

from __future__ import annotations

from collections import deque
from statistics import median

from monitor.developments.reading import Reading
from monitor.model.development import Development, Signal

_HOUR = 3600.0
_DAYS_S = 168 * _HOUR
_FEW = 4  # fewer origins in an hour are never a surge
_DEVIATIONS = 4.0  # median absolute deviations (scaled to sigma) above the median
_SCALE = 1.4826  # makes the median absolute deviation comparable to a standard deviation
_REST_S = 6 * _HOUR  # one surge is told once
_PAUSE_S = 72 * _HOUR  # a storyline silent for so long has paused


class Rhythm:
    """The arrivals of one storyline over the last week."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, str]] = deque()
        self._surged_at = float("-inf")

    def add(self, at: float, origin: str, *, surged: bool = False) -> None:
        """Remember that ``origin`` spoke ``at`` (seconds); ``surged``: the item raised SURGED."""
        self._heard.append((at, origin))
        while self._heard and at - self._heard[0][0] > _DAYS_S:
            self._heard.popleft()
        if surged:
            self._surged_at = max(self._surged_at, at)

    def surges(self, at: float, origin: str) -> bool:
        """Whether the last hour stands out: its origins exceed the median hour by four robust deviations.

        The habit is the number of distinct origins in each of the (up to 168) full hours before, silent ones
        included, as median and median absolute deviation, which one earlier surge cannot move.
        """
        if at - self._surged_at < _REST_S:
            return False
        recent = {origin}
        for when, who in reversed(self._heard):
            if at - when > _HOUR:
                break
            recent.add(who)
        if len(recent) < _FEW:
            return False
        counts = self._hours(at)
        middle = median(counts)
        spread = median(abs(c - middle) for c in counts) * _SCALE
        return len(recent) > middle + _DEVIATIONS * max(spread, 0.5)

    def revives(self, at: float) -> bool:
        """Whether nothing at all was heard for three days before ``at``."""
        return not self._heard or at - self._heard[-1][0] >= _PAUSE_S

    def signals(
        self, reading: Reading, made: Development | None, *, first: bool, surging: bool = False
    ) -> tuple[Signal, ...]:
        """Return the signals that come with ``reading``, which opened ``made`` (None: nothing).

        ``first``: the storyline's first development; ``surging``: a surge of sources is why it was told.
        """
        signals: list[Signal] = []
        if made is not None and len(made.origins) > 1:
            signals.append(Signal.CORROBORATED)
        if surging or self.surges(reading.at, reading.origin):
            signals.append(Signal.SURGED)
        if made is not None and not first and self.revives(reading.at):
            signals.append(Signal.REVIVED)
        return tuple(signals)

    def _hours(self, at: float) -> list[int]:
        hours: dict[int, set[str]] = {}
        for when, who in self._heard:
            back = int((at - when) // _HOUR)
            if back >= 1:
                hours.setdefault(back, set()).add(who)
        length = max(24, *hours) if hours else 24
        return [len(hours.get(back, ())) for back in range(1, length + 1)]
