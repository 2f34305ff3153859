"""Mute: ``mute`` and ``unmute``: a timed pause of a storyline, beside the running daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import plain
from monitor.cli.asked import AsJson, Asked, meant, now, of, rule_of
from monitor.cli.show import Column, Line
from monitor.cli.times import ago, span, stamp
from monitor.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model.alert import Mute
    from monitor.model.settings import Settings

_ALL = "everything"

Slug = Annotated[str, typer.Argument(help="The storyline. Without one: list what is muted.")]
Route = Annotated[str, typer.Option("--route", "-r", help="Only on this route. Default: on every route.")]
Everything = Annotated[bool, typer.Option("--all", help="Every storyline.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(mute)
    app.command()(unmute)


def mute(
    ctx: typer.Context,
    slug: Slug = "",
    lasting: Annotated[str, typer.Option("--for", help="For so long: 30m, 2h, 3d.")] = "",
    route: Route = "",
    everything: Everything = False,
    as_json: AsJson = False,
) -> None:
    """Say nothing of a storyline for a while.

    What develops meanwhile is kept in its timeline and not told later. Without a storyline: list what is muted.
    """
    asked = of(ctx)
    settings = asked.usable()
    at = now()
    if not (slug or everything):
        if lasting or route:
            raise UsageError("name the storyline to mute, or --all: storywatch mute SLUG --for 2h")
        _list(asked, settings, at, as_json=as_json)
        return
    _check(settings, slug, route, everything=everything)
    if not lasting:
        raise UsageError("--for is missing, a mute needs an end: storywatch mute SLUG --for 2h")
    from monitor.model.alert import Mute
    from monitor.store import mutes

    made = Mute(route, slug, at + span(lasting, "--for"))
    with asked.writing(settings) as db, db.transaction():
        mutes.add(db, made)
    if as_json:
        asked.screen.json(plain.data(made))
    else:
        asked.screen.line(f"muted {_what(made)} until {stamp(made.until_at)} UTC")


def unmute(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="The storyline.")] = "",
    route: Route = "",
    everything: Annotated[bool, typer.Option("--all", help="End the mute of every storyline (mute --all).")] = False,
) -> None:
    """End a mute early.

    Exit code 1 when there was none of just this storyline and route.
    """
    asked = of(ctx)
    settings = asked.usable()
    if not (slug or everything):
        raise UsageError("name the storyline, or --all; what is muted shows: storywatch mute")
    from monitor.store import mutes

    with asked.writing(settings) as db, db.transaction():
        gone = mutes.remove(db, route, slug)
    where = f" on the route {route}" if route else ""
    if not gone:
        asked.screen.line(f"{slug or _ALL} was not muted{where}; what is muted shows: storywatch mute")
        raise typer.Exit(1)
    asked.screen.line(f"{slug or _ALL} is told again{where}")


def _check(settings: Settings, slug: str, route: str, *, everything: bool) -> None:
    if slug and everything:
        raise UsageError("a storyline and --all exclude one another: give one of them")
    if slug:
        rule_of(settings, slug)
    if route and route not in settings.routes:
        known = tuple(settings.routes)
        raise UsageError(f'there is no route "{route}"{meant(route, known)}; known: {", ".join(sorted(known))}')


def _list(asked: Asked, settings: Settings, at: datetime, *, as_json: bool) -> None:
    from monitor.store import mutes

    with asked.reading(settings) as db:
        found = mutes.active(db, at)
    if as_json:
        asked.screen.json([plain.data(one) for one in found])
        return
    if not found:
        asked.screen.line("nothing is muted")
        return
    columns = [Column("storyline"), Column("route"), Column("until"), Column("")]
    asked.screen.table(columns, [_row(one, at) for one in found])


def _row(one: Mute, at: datetime) -> list[Line]:
    return [one.storyline or _ALL, one.route or "every route", stamp(one.until_at), ago(one.until_at, at)]


def _what(one: Mute) -> str:
    return f"{one.storyline or _ALL} on {f'the route {one.route}' if one.route else 'every route'}"
