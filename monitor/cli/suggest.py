"""Suggest: ``rule suggest``: what could be changed in a rule, with what each change would have done."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import plain
from monitor.cli.asked import AsJson, now, of, rule_of
from monitor.cli.show import Screen, Span, count
from monitor.cli.times import moment

if TYPE_CHECKING:
    from monitor.pipeline.suggest import Suggested

_NEWEST = 50_000  # items that are read at most: half a minute


def suggest(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="The rule.")],
    since: Annotated[str, typer.Option("--since", help="From here on: 2025-03-18, 21d.")] = "21d",
    as_json: AsJson = False,
) -> None:
    """Say what could be changed in a rule.

    Words for its groups, names and exclusions, from what it met and nearly met lately; each is tried on the stored
    items, and shown with the matches that it would gain or lose. Nothing is written.
    """
    asked = of(ctx)
    settings = asked.usable()
    rule = rule_of(settings, slug)
    begin = moment(since, "--since", now())
    from monitor.pipeline import suggest as suggesting
    from monitor.store import items as item_rows

    with asked.reading(settings) as db:
        items = deque(item_rows.between(db, begin), maxlen=_NEWEST)
    found = suggesting.suggest(rule.storyline, tuple(items))
    if as_json:
        asked.screen.json({"rule": slug, **plain.data(found)})
    else:
        _print(asked.screen, slug, found)


def _print(screen: Screen, slug: str, found: Suggested) -> None:
    met = f"{count(found.matches, 'match').replace('matchs', 'matches')}, {found.possible} possible"
    screen.line([Span(f"{slug}: ", "head"), f"{count(found.items, 'item')} read, {met}"])
    if not found.suggestions:
        screen.line("nothing to suggest: no other word tells this story, or other stories, plainly enough")
    for one in found.suggestions:
        screen.line()
        change = f'"{one.word}"'
        screen.line(
            [Span(f"{one.key}: ", "name"), "add ", Span(change, "head"), f"  +{one.gained} -{one.lost} matches"]
        )
        for example in one.examples:
            screen.line(Span(example[:160], "dim"), indent=4)
