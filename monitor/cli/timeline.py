"""Timeline: ``timeline``: what developed in a storyline, in order, and what was held back on the way."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import plain
from monitor.cli.asked import AsJson, now, of
from monitor.cli.show import Line, Span
from monitor.cli.times import moment, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.alerts.words import Words
    from monitor.pipeline.explain import OfStoryline
    from monitor.store.database import Database
    from monitor.store.signals import Raised

_ALL = 10_000
_INSET = 4
_EDGE = 12  # columns beside the chart: its scale, and what the screen keeps free


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(timeline)


def timeline(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="The storyline.")],
    held: Annotated[bool, typer.Option("--held", help="Also the items that were held back, with the reason.")] = False,
    since: Annotated[str, typer.Option("--since", help="A date, a moment, or how long ago: 2025-03-18, 7d.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what developed in a storyline, in order.

    Oldest first, with how many items and origins tell it and to which routes it was told; signals between them. On a
    terminal a chart of its items stands above, with a mark where something developed.
    """
    asked = of(ctx)
    settings = asked.usable()
    start = moment(since, "--since", now()) if since else None
    from monitor.alerts import words
    from monitor.pipeline import explain

    screen = asked.screen
    with asked.reading(settings) as db:
        found = explain.storyline(db, slug, since=start, developments=_ALL, held=_ALL if held else 0)
        raised = _raised(db, slug, start)
        drawn = _chart(db, slug, start, found) if screen.terminal and not as_json else []
    if as_json:
        screen.json(plain.data(found) | {"signals": plain.data(raised)})
        return
    for line in drawn:
        screen.line(line)
    say = words.load(settings.language)
    signalled = ((one.at, _signal_line(one, say)) for one in raised if not _at_once(one, found))
    for _, line in sorted((*_lines(found), *signalled), key=lambda told: told[0]):
        screen.line(line)
    if not found.developments:
        screen.line(Span(f"{slug}: nothing has developed{' since then' if since else ' yet'}", "warn"))


def _chart(db: Database, slug: str, since: datetime | None, found: OfStoryline) -> list[Line]:
    """The storyline's items over time, as wide as the terminal is."""
    from monitor.cli import bars
    from monitor.store import coverage

    span = coverage.span(db, slug)
    if span is None or not found.developments:
        return []
    begin = max(span[0], since) if since else span[0]
    width = max(20, shutil.get_terminal_size().columns - _EDGE)
    opened = [d.opened_at for d in found.developments]
    shown = bars.steps(coverage.volume(db, slug, begin, span[1]), opened, begin, max(begin, span[1]), width)
    return [*bars.chart(shown, bars.glyphs(sys.stdout.encoding)), ""]


def _raised(db: Database, slug: str, since: datetime | None) -> list[Raised]:
    from datetime import UTC, datetime

    from monitor.store import signals

    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    return signals.raised(db, slug, since or first, last)


def _at_once(one: Raised, found: OfStoryline) -> bool:
    """Whether the number of origins says it: the development opened with several."""
    opened = {(d.number, d.opened_at) for d in found.developments}
    return one.signal.value == "CORROBORATED" and (one.development, one.at) in opened


def _signal_line(one: Raised, say: Words) -> Line:
    return [
        Span(f"{stamp(one.at)}  ", "dim"),
        Span(f"{one.signal.value}{f' #{one.development}' if one.development else ''}  ", "dim"),
        Span(say.reason(one.signal.value), "dim"),
    ]


def _lines(found: OfStoryline) -> Iterator[tuple[datetime, Line]]:
    from monitor.cli.explained import development_line, held_line, regrouped_lines

    for development in found.developments:
        routes = sorted({e.route for e in found.told.get(development.number, ()) if e.state.value == "told"})
        told = Span(f"  told {', '.join(routes)}", "good") if routes else Span("  not told", "dim")
        yield development.opened_at, [*development_line(development), told]
        for line in regrouped_lines(development):
            yield development.opened_at, [" " * _INSET, *line]
    for held in found.held:
        yield held.decision.at, held_line(held)
