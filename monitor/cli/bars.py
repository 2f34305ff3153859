"""Bars: volumes drawn with block characters, developments marked on them. Pure: numbers in, lines out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.cli.show import Line, Span

BLOCKS = " ▁▂▃▄▅▆▇█"
ASCII = " .:-=+*#@"
_TALL = 4  # rows of a chart
_GAP = 20  # spaces that a span keeps
_HOURLY = timedelta(days=3)  # what is no longer is drawn by the hour
_LABEL = 12  # columns for a date below, at least
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Steps:
    """Counts in equal steps of time from ``start`` on, and how many developments opened in each."""

    start: datetime
    step: timedelta
    counts: tuple[int, ...]
    marks: tuple[int, ...]


def glyphs(encoding: str | None) -> str:
    """The characters for levels that an output of this encoding can show, from nothing to full."""
    try:
        BLOCKS.encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return ASCII
    return BLOCKS


def steps(hours: Mapping[str, int], opened: Sequence[datetime], since: datetime, until: datetime, most: int) -> Steps:
    """Gather ``hours`` ("2025-03-18T12" UTC: items) and developments in about ``most`` steps: hours, or whole days."""
    if until - since <= min(_HOURLY, timedelta(hours=most)):
        start, step = since.replace(minute=0, second=0, microsecond=0), timedelta(hours=1)
    else:
        start = since.replace(hour=0, minute=0, second=0, microsecond=0)
        step = timedelta(days=max(1, -(-((until - start).days + 1) // most)))
    number = max(1, (until - start) // step + 1)
    counts, marks = [0] * number, [0] * number
    for hour, count in hours.items():
        place = (datetime.fromisoformat(f"{hour}:00:00+00:00") - start) // step
        if 0 <= place < number:
            counts[place] += count
    for at in opened:
        place = (at - start) // step
        if 0 <= place < number:
            marks[place] += 1
    return Steps(start, step, tuple(counts), tuple(marks))


def chart(found: Steps, levels: str) -> list[Line]:
    """Draw ``found``: a row of marks, some of bars, one of dates; each step is one column."""
    peak = max((*found.counts, 1))
    scale = f"{peak} "
    lines = [[_pad(len(scale)), *_marks(found.marks, levels)]]
    for row in reversed(range(_TALL)):
        drawn = "".join(_level(count, peak, row, levels) for count in found.counts)
        label = Span(scale, "dim") if row == _TALL - 1 else _pad(len(scale))
        lines.append([label, *_spaced(drawn, "name")])
    lines.append([_pad(len(scale)), *_spaced(_dates(found), "dim")])
    return list(lines)


def spark(days: Mapping[str, int], opened: Sequence[datetime], last: date, length: int, levels: str) -> Line:
    """One row for the ``length`` days (UTC) up to ``last``; days on which something developed stand out."""
    names = [(last - timedelta(days=n)).isoformat() for n in reversed(range(length))]
    marked = {at.astimezone(UTC).date().isoformat() for at in opened}
    peak = max((*(days.get(name, 0) for name in names), 1))
    spans: list[Span] = []
    for name in names:
        count = days.get(name, 0)
        drawn = levels[max(1, round(count / peak * (len(levels) - 1)))] if count else levels[1]
        style = "warn" if name in marked else "name" if count else "dim"
        if spans and spans[-1].style == style:
            spans[-1] = Span(spans[-1].text + drawn, style)
        else:
            spans.append(Span(drawn, style))
    return spans


def _level(count: int, peak: int, row: int, levels: str) -> str:
    full = len(levels) - 1
    height = max(1, round(count / peak * _TALL * full)) if count else 0
    return levels[min(full, max(0, height - row * full))]


def _marks(marks: Sequence[int], levels: str) -> list[Span]:
    sign = "●" if levels == BLOCKS else "o"
    row = "".join(" " if not n else sign if n == 1 else str(n) if n < 10 else "+" for n in marks)
    return _spaced(row, "warn")


def _dates(found: Steps) -> str:
    row = ""
    hourly = found.step < timedelta(days=1)
    for place in range(len(found.counts)):
        if place < len(row) or (row and place % _LABEL):
            continue
        at = found.start + place * found.step
        label = f"{at:%H:%M}" if hourly and row else f"{at.day} {_MONTHS[at.month - 1]}"
        if place + len(label) <= max(len(found.counts), len(label)):
            row = row.ljust(place) + label + " "
    return row.rstrip()


def _spaced(row: str, style: str) -> list[Span]:
    """``row`` as spans that keep its spaces: a span keeps few of them, and only at its ends."""
    spans: list[Span] = []
    for word in row.split(" "):
        if word:
            spans.append(Span(word, style))
        spans.append(Span(" "))
    gathered: list[Span] = []
    for span in spans[:-1]:
        before = gathered[-1] if gathered else None
        if before and span.text == " " and before.text.isspace() and len(before.text) < _GAP:
            gathered[-1] = Span(before.text + " ")
        else:
            gathered.append(span)
    return gathered


def _pad(width: int) -> Span:
    return Span(" " * width)
