"""Charts: counts turned into the geometry of inline SVG. Pure: numbers in, numbers and labels out.

Across, everything is in percent of the plot's width, so that a chart is as legible on a phone as on a wide screen;
down, in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.lang.safe import one_line
from monitor.model.development import Signal
from monitor.store.page import Mark
from monitor.store.signals import Raised
from monitor.web.times import Times

HEIGHT, TOP, FLOOR = 194, 52, 166  # pixels: room for marks above the bars and for labels below the floor
LANE, LABELS = FLOOR + 9, FLOOR + 7  # of signals, of times
_ROOM = 12  # more, where there are signals
_POINTERS = 40  # steps with signals: where there are more, CORROBORATED alone gets no mark; the timeline tells it
_TELLING = (Signal.SURGED, Signal.REVIVED, Signal.QUIET, Signal.CORROBORATED)
_WIDE = 100.0  # percent
_STACKS = ((120, 5), (300, 3), (10**9, 2))  # marks above one bar, by how many there are in all
_MARK = 9  # pixels from one mark to the next
_LAST_TICK = 95.0  # percent: a label further right would be cut off
SPARK = (112, 26)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """How many items came in one step of time. ``day`` ("2025-03-18"), ``hour`` ("2025-03-18T15"): its clock."""

    x: float
    y: float
    width: float
    height: float
    count: int
    label: str
    day: str
    hour: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A development above its bar."""

    x: float
    y: float
    number: int
    reason: str
    label: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """The signals of one step of time as one mark below it: the most telling one's name, and all of them in words.

    ``number`` is the development it belongs to, else 0; ``item`` the item that raised it, "" for QUIET.
    """

    x: float
    name: str
    label: str
    number: int
    item: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on the axis of time; ``minor`` ones are left out where there is little room."""

    x: float
    label: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A volume chart. ``more`` tells above which bars there are more marks than are drawn: x, y, how many."""

    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    pointers: tuple[Pointer, ...]
    more: tuple[tuple[float, float, int], ...]
    ticks: tuple[Tick, ...]
    grid: tuple[tuple[float, int], ...]
    step: str
    total: int
    slots: int
    height: int = HEIGHT
    floor: int = FLOOR
    lane: int = LANE
    labels: int = LABELS


def volume(
    hours: Mapping[str, int],
    told: tuple[Sequence[Mark], Sequence[Raised]],
    span: tuple[datetime, datetime],
    step_h: int,
    times: Times,
) -> Chart:
    """Return the chart of ``hours`` ("2025-03-18T12" UTC: items) over ``span``, in steps of ``step_h`` hours.

    ``told``: the developments and the signals that are marked on it.
    """
    (marks, raised), (start, until) = told, span
    slots = max(1, -int((start - until) // (step_h * _HOUR)))
    counts = [0] * slots
    for text, count in hours.items():
        at = datetime.fromisoformat(f"{text}:00:00+00:00")
        counts[_slot(at, start, step_h, slots)] += count
    peak = max([*counts, 1])
    pitch = _WIDE / slots
    bars = tuple(_bar(n, count, peak, pitch, start, step_h, times) for n, count in enumerate(counts) if count)
    heights = {n: _height(count, peak) for n, count in enumerate(counts)}
    dots, more = _dots(marks, heights, pitch, start, step_h, times)
    step = "hour" if step_h == 1 else "day" if step_h == 24 else "week" if step_h == 168 else f"{step_h} hours"
    ticks = tuple(_ticks(start, step_h, slots, pitch, times))
    pointers = tuple(_pointers(raised, start, step_h, slots, times))
    room = _ROOM if pointers else 0
    return Chart(
        bars, dots, pointers, more, ticks, _grid(peak), step, sum(counts), slots, HEIGHT + room, labels=LABELS + room
    )


def _slot(at: datetime, start: datetime, step_h: int, slots: int) -> int:
    return min(slots - 1, max(0, (at - start) // (step_h * _HOUR)))


def _height(count: int, peak: int) -> float:
    return (FLOOR - TOP) * count / peak


def _bar(n: int, count: int, peak: int, pitch: float, start: datetime, step_h: int, times: Times) -> Bar:
    at = start + n * step_h * _HOUR
    height = max(2.0, _height(count, peak))
    when = times.short(at) if step_h < 24 else times.date(at) if step_h == 24 else f"week of {times.date(at)}"
    gap = min(0.25, pitch * 0.2)
    label = f"{when}: {count} item{'s' * (count != 1)}"
    here = times.here(at)
    return Bar(
        round(n * pitch + gap / 2, 2), _r(FLOOR - height), round(pitch - gap, 2), _r(height), count, label,
        f"{here:%Y-%m-%d}", f"{here:%Y-%m-%dT%H}",
    )  # fmt: skip


def _dots(
    marks: Sequence[Mark], heights: Mapping[int, float], pitch: float, start: datetime, step_h: int, times: Times
) -> tuple[tuple[Dot, ...], tuple[tuple[float, float, int], ...]]:
    stacked: dict[int, list[Mark]] = {}
    for mark in marks:
        stacked.setdefault(_slot(mark.opened_at, start, step_h, len(heights)), []).append(mark)
    words = 50 if len(marks) <= _STACKS[0][0] else 30
    most = next(height for marks_up_to, height in _STACKS if len(marks) <= marks_up_to)
    dots, more = [], []
    for n, stack in stacked.items():
        x, y = (n + 0.5) * pitch, FLOOR - heights[n] - 7
        shown = stack if len(stack) <= most else stack[: most - 1]
        for place, mark in enumerate(shown):
            label = f"#{mark.number} {mark.reason}, {times.short(mark.opened_at)}: {one_line(mark.headline, words)}"
            dots.append(Dot(round(x, 2), _r(y - place * _MARK), mark.number, mark.reason, label))
        if len(shown) < len(stack):
            more.append((round(x, 2), _r(y - len(shown) * _MARK + 3), len(stack) - len(shown)))
    return tuple(dots), tuple(more)


def _pointers(raised: Sequence[Raised], start: datetime, step_h: int, slots: int, times: Times) -> Iterator[Pointer]:
    steps: dict[int, list[Raised]] = {}
    for one in raised:
        steps.setdefault(_slot(one.at, start, step_h, slots), []).append(one)
    many = len(steps) > _POINTERS
    for n, found in steps.items():
        if many and all(one.signal is Signal.CORROBORATED for one in found):
            continue
        found.sort(key=lambda one: _TELLING.index(one.signal))
        said = [f"{one.signal.value}{f' #{one.development}' if one.development else ''}" for one in found]
        first = found[0]
        label = f"{times.short(first.at)}: {', '.join(said[:4])}{f' and {len(said) - 4} more' if len(said) > 4 else ''}"
        yield Pointer(round((n + 0.5) * _WIDE / slots, 2), first.signal.value, label, first.development, first.item)


def _grid(peak: int) -> tuple[tuple[float, int], ...]:
    values = sorted({peak, round(peak / 2)} - {0})
    return tuple((_r(FLOOR - _height(value, peak)), value) for value in values)


def _ticks(start: datetime, step_h: int, slots: int, pitch: float, times: Times) -> list[Tick]:
    every = max(1, -(-slots // 12))
    if step_h == 1:  # whole days, or hours that are easily read
        every = next(size for size in (1, 2, 3, 6, 12, 24, 48, 96, 10_000) if size >= every)
    ticks = []
    for place, n in enumerate(range(0, slots, every)):
        at = start + n * step_h * _HOUR
        label = times.clock(at) if step_h == 1 and every < 24 else times.date(at)
        if n * pitch < _LAST_TICK:
            ticks.append(Tick(round(n * pitch, 2), label, minor=place % 3 != 0))
    return ticks


def spark(days: Mapping[str, int], until: datetime, length: int) -> str:
    """Return the points of a line through the counts of the ``length`` days up to ``until`` (UTC days)."""
    width, height = SPARK
    last = until.astimezone(UTC).date()
    counts = [days.get((last - timedelta(days=n)).isoformat(), 0) for n in reversed(range(length))]
    peak = max([*counts, 1])
    step = width / max(1, length - 1)
    return " ".join(f"{_n(n * step)},{_n(height - 2 - (height - 4) * c / peak)}" for n, c in enumerate(counts))


def share(rows: Sequence[tuple[str, int]]) -> tuple[tuple[str, int, float], ...]:
    """Return each name and count with its share of the loudest, in percent."""
    peak = max([count for _, count in rows] or [1])
    return tuple((name, count, _r(100 * count / peak)) for name, count in rows)


def _r(value: float) -> float:
    return round(value, 1)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
