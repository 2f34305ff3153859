"""Hours: at which hours of the day a feed publishes, and when to ask it for that. Pure.

What counts is when its items were published (else when they were found), by hours of UTC, fading over
weeks. Between the hours the counts are smoothed, and an even day is assumed until there is more to go by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import exp

_MEMORY_DAYS = 20.0
_EVEN = 4.0  # items' worth of belief in an even day
_MOST = 50  # of one poll: a document may claim anything
_HOUR_S = 3_600.0

Hours = tuple[float, ...]  # 24 fading counts, or none yet


def learned(hours: Hours, passed: timedelta, found: Iterable[datetime]) -> Hours:
    """Return the counts after ``passed``, with the moments ``found`` since."""
    moments = list(found)[:_MOST]
    if not moments:
        return hours
    fade = exp(-max(passed.total_seconds(), 0.0) / 86_400 / _MEMORY_DAYS)
    counts = [count * fade for count in hours] or [0.0] * 24
    for moment in moments:
        counts[moment.hour] += 1
    return tuple(round(count, 2) for count in counts)


def wait_s(at: datetime, even_s: float, power: float, hours: Hours, most_s: float) -> float:
    """Return after how many seconds to ask where ``even_s`` would be right on an even day; ``most_s`` at most.

    A faster hour shortens the wait by its rate to the ``power``, a slow one lengthens it; a wait
    that reaches into other hours runs at their pace.
    """
    if len(hours) != 24:
        return min(even_s, most_s)
    paces = _paces(hours, power)
    left_s, waited_s = even_s, 0.0
    hour, rest_s = at.hour, _HOUR_S - at.minute * 60 - at.second
    while waited_s < most_s:
        pace = paces[hour]
        if left_s <= rest_s * pace:
            return min(waited_s + left_s / pace, most_s)
        left_s -= rest_s * pace
        waited_s += rest_s
        hour, rest_s = (hour + 1) % 24, _HOUR_S
    return most_s


def _paces(hours: Sequence[float], power: float) -> list[float]:
    smooth = [(hours[i - 1] + 2 * hours[i] + hours[(i + 1) % 24]) / 4 for i in range(24)]
    total = sum(hours) + _EVEN
    return [((count + _EVEN / 24) / total * 24) ** power for count in smooth]
