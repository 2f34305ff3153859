"""Compared: two rule sets side by side, as ``backtest --compare`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.cli.show import Column, Screen, Span, count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from monitor.pipeline.compare import Comparison, Labels, Told

_TITLE = 160
_WIDTH = 24  # of a bar


def show(screen: Screen, ours: Sequence[Told], others: Sequence[Told], known: Labels | None) -> None:
    """Print what was gained and lost against the other rules, the counts, the delays and a chart by day."""
    from monitor.pipeline import compare

    found = compare.compared(ours, others, known)
    _changed(screen, found)
    screen.line()
    _counts(screen, ours, others, known)
    screen.line()
    middle, mean = found.delay_min
    led = f" ({found.other_leads} by other items)" if found.other_leads else ""
    screen.line(
        f"{count(len(found.gained), 'alert')} gained, {len(found.lost)} lost, {len(found.both)} in both{led}; "
        f"those later than with the other rules by {middle:+.0f} min (median), {mean:+.0f} min (mean)"
    )
    _chart(screen, compare.by_day(ours, others))


def _changed(screen: Screen, found: Comparison) -> None:
    marked = [(one, "+") for one in found.gained] + [(one, "-") for one in found.lost]
    for one, mark in sorted(marked, key=lambda m: (m[0].at, m[1])):
        more = len(one.items) - 1
        screen.line(
            [
                Span(f"{mark} ", "good" if mark == "+" else "bad"),
                Span(f"{one.at:%Y-%m-%d %H:%M}  ", "dim"),
                Span(f"{one.storyline} {one.reason}  ", "name"),
                one.headline[:_TITLE],
                Span(f"  {one.items[0]}{f' +{more}' if more else ''}" if one.items else "", "dim"),
            ]
        )


def _counts(screen: Screen, ours: Sequence[Told], others: Sequence[Told], known: Labels | None) -> None:
    columns = [Column("rules"), Column("alerts", right=True)]
    rows = [["these", str(len(ours))], ["the other", str(len(others))]]
    if known is not None and known.belongs:
        from monitor.pipeline import compare

        columns += [Column(name, right=True) for name in ("new", "repeats", "false", "developments")]
        for row, alerts in zip(rows, (ours, others), strict=True):
            score = compare.scored(alerts, known)
            row += [str(score.new), str(score.repeat), str(score.false), str(score.developments)]
    screen.table(columns, rows)


def _chart(screen: Screen, days: Sequence[tuple[date, int, int]]) -> None:
    """Bars by day: these rules' to the left of the line, the other's to the right."""
    most = max((max(one, two) for _, one, two in days), default=0)
    if not most:
        return
    screen.line()
    sign = "█" if screen.terminal else "#"
    for day, one, two in days:
        left, right = (sign * (-(-n * min(most, _WIDTH) // most)) for n in (one, two))
        room = " " * (min(most, _WIDTH) - len(left))
        screen.line([Span(f"{day:%Y-%m-%d}  ", "dim"), f"{one:3} ", f"|{room}{left}|{right}", f" {two}"])
