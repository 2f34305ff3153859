"""Timeline: ``timeline``: what developed in a storyline, in order, and what was held back on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import plain
from monitor.cli.asked import AsJson, now, of
from monitor.cli.show import Line, Span
from monitor.cli.times import moment

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.pipeline.explain import OfStoryline

_ALL = 10_000


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

    Oldest first, with how many items and origins tell it and to which routes it was told.
    """
    asked = of(ctx)
    settings = asked.usable()
    start = moment(since, "--since", now()) if since else None
    from monitor.pipeline import explain

    with asked.reading(settings) as db:
        found = explain.storyline(db, slug, since=start, developments=_ALL, held=_ALL if held else 0)
    screen = asked.screen
    if as_json:
        screen.json(plain.data(found))
        return
    for _, line in sorted(_lines(found), key=lambda told: told[0]):
        screen.line(line)
    if not found.developments:
        screen.line(Span(f"{slug}: nothing has developed{' since then' if since else ' yet'}", "warn"))


def _lines(found: OfStoryline) -> Iterator[tuple[datetime, Line]]:
    from monitor.cli.explained import development_line, held_line

    for development in found.developments:
        routes = sorted({e.route for e in found.told.get(development.number, ()) if e.state.value == "told"})
        told = Span(f"  told {', '.join(routes)}", "good") if routes else Span("  not told", "dim")
        yield development.opened_at, [*development_line(development), told]
    for held in found.held:
        yield held.decision.at, held_line(held)
